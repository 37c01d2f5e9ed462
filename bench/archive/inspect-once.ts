import { inspectArchive, unwrap } from "@hostelry/core";
import { tellFigures } from "../harness/own-figures.ts";
import { benchPolicy } from "./bench-policy.ts";

// Run in a process of its own, so that the peak of its memory is that of one inspection.
const [file = "", workers] = process.argv.slice(2);
const { ok } = await unwrap(
  inspectArchive(file, { policy: benchPolicy, workers: workers === undefined ? undefined : Number(workers) }),
);
if (!ok) throw new Error(`${file} was rejected`);
tellFigures({});

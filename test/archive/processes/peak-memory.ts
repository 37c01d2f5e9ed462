import { createReadStream } from "node:fs";
import { inspectArchive, unwrap } from "@hostelry/core";
import { memoryMib } from "./memory-of-process.ts";

/** What one inspection took. */
export interface PeakMemory {
  readonly ok: boolean;
  /** Of the files of the site. */
  readonly bytes: number;
  readonly grownMib: number;
}

/** An upload: comes in pieces, each some time after the one before. */
async function* upload(file: string): AsyncGenerator<Uint8Array> {
  for await (const piece of createReadStream(file)) {
    await new Promise((resolve) => setImmediate(resolve));
    yield piece as Buffer;
  }
}

const [how, file = ""] = process.argv.slice(2);
const before = memoryMib("VmHWM");
const policy = { maxArchiveBytes: 1e10, maxTotalBytes: 1e10, maxFileBytes: 1e10 };
const { ok, report } = await unwrap(inspectArchive(how === "stream" ? upload(file) : file, { policy }));
const told: PeakMemory = { ok, bytes: report.stats.bytes, grownMib: memoryMib("VmHWM") - before };
process.stdout.write(`${JSON.stringify(told)}\n`);

import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** For vitest's `globalSetup`: gives the programs of a run (see `program.ts`) a place of their own, and takes them away at its end. */
export default function programsOfRun(): () => Promise<void> {
  const run = randomUUID();
  process.env["HOSTELRY_TEST_RUN"] = run;
  const folder = fileURLToPath(new URL(`../../node_modules/.cache/hostelry-programs/${run}`, import.meta.url));
  return () => rm(folder, { recursive: true, force: true });
}

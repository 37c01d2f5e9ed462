import { writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { inspectArchive, unwrap } from "@hostelry/core";
import { hostileTars, hostileZips } from "../corpus/index.ts";
import { memoryMib } from "./memory-of-process.ts";

/** What a verdict took out of an application that has been inspecting archives for a while. */
export interface VerdictCost {
  readonly id: string;
  readonly accepted: boolean;
  /** Fastest of the rounds: what another process on the machine takes must not decide. */
  readonly cpuMs: number;
  /** Most memory of the process during any round, beyond what it held before the first. */
  readonly grownMib: number;
}

const rounds = 6;
/** On a machine on which others are busy the same work takes more; one that took so long is judged again. */
const judgedAgainMs = 30;
const roundsOfSlow = 40;
const warmUps = 60;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function costOf(id: string, bytes: Buffer): Promise<VerdictCost> {
  let cpuMs = Number.POSITIVE_INFINITY;
  let accepted = false;
  collect();
  const held = memoryMib("VmRSS");
  // Lets the kernel forget the peak so far (proc(5)).
  writeFileSync("/proc/self/clear_refs", "5");
  for (let round = 0; round < (cpuMs > judgedAgainMs ? roundsOfSlow : rounds); round += 1) {
    const before = process.cpuUsage();
    const { ok } = await unwrap(inspectArchive(bytes));
    const { user, system } = process.cpuUsage(before);
    cpuMs = Math.min(cpuMs, (user + system) / 1000);
    accepted ||= ok;
  }
  return { id, accepted, cpuMs, grownMib: memoryMib("VmHWM") - held };
}

const cases = [...hostileZips, ...hostileTars];
for (const test of cases.slice(0, warmUps)) await unwrap(inspectArchive(test.bytes()));
const costs: VerdictCost[] = [];
for (const test of cases) costs.push(await costOf(test.id, test.bytes()));
process.stdout.write(`${JSON.stringify(costs)}\n`);

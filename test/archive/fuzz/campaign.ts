import { createHash } from "node:crypto";
import { type Inspection, inspectArchive, unwrap } from "@hostelry/core";
import { benignTars, benignZips, hostileTars, hostileZips } from "../corpus/index.ts";
import { commandReaders } from "./command-readers.ts";
import { mutate } from "./mutate.ts";
import { hasPython, pythonReader } from "./python-reader.ts";
import { randomStream } from "./random-stream.ts";
import { type ForeignReader, type Reading, readingOfHashes, sameReading } from "./reading.ts";
import { tarReaders } from "./tar-readers.ts";
import { zipReaders } from "./zip-readers.ts";

/** How much to do. */
export interface CampaignOptions {
  readonly kind: "zip" | "tar";
  readonly seed: number;
  readonly mutants: number;
  /** Every so many accepted archives the extractors of the machine are asked too; 0: never. */
  readonly commandsEvery: number;
}

/** How one reader judged what we accepted. */
export interface ReaderTally {
  same: number;
  refused: number;
  different: number;
}

/** An archive that shows a defect. */
export interface Failure {
  readonly mutant: number;
  readonly problem: string;
  readonly bytes: Buffer;
}

/** The outcome of a campaign. */
export interface CampaignSummary {
  readonly kind: "zip" | "tar";
  readonly seed: number;
  readonly mutants: number;
  readonly accepted: number;
  readonly readers: Readonly<Record<string, ReaderTally>>;
  /** Accepted archives that fewer than four foreign readers read the same; each is a failure. */
  readonly readByFewerThanFour: number;
  readonly failures: readonly Failure[];
  readonly slowestMs: number;
  readonly seconds: number;
}

/** How many others must read what we accept: what nearly nobody reads, nobody means. */
const leastReaders = 4;
const hangMs = 10_000;
const maxSeedBytes = 24 * 1024;

/** Structure only: the content policy would reject half of the mutants for nothing of interest. */
const structureOnly = {
  strip: [],
  forbid: [],
  forbidExtensions: [],
  requireIndex: false,
  wrappingFolder: "keep",
} as const;

function seeds(kind: "zip" | "tar"): readonly Buffer[] {
  const cases =
    kind === "zip" ? [...benignZips, ...benignZips, ...hostileZips] : [...benignTars, ...benignTars, ...hostileTars];
  return cases
    .filter((test) => !test.id.startsWith("bomb") && !test.id.includes("65536") && !test.id.includes("three-thousand"))
    .map((test) => test.bytes())
    .filter((bytes) => bytes.length <= maxSeedBytes && bytes.length > 0);
}

/** Our reading; `undefined` if the archive is rejected. A hang or a throw is a defect. */
async function ours(bytes: Buffer): Promise<Inspection> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("hang")), hangMs);
  });
  try {
    return await Promise.race([unwrap(inspectArchive(bytes, { policy: structureOnly, workers: 0 })), hang]);
  } finally {
    clearTimeout(timer);
  }
}

const readingOfManifest = (inspection: Inspection): Reading =>
  readingOfHashes(inspection.manifest?.files.map((file) => [file.path, file.sha256] as const) ?? []);

/** A reader's answer, `undefined` if it refuses; readers that never settle count as refusing. */
async function ask(reader: ForeignReader, bytes: Buffer): Promise<Reading | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), hangMs);
  });
  try {
    return await Promise.race([reader.read(bytes).catch(() => undefined), patience]);
  } finally {
    clearTimeout(timer);
  }
}

/** Compares our reading of an accepted archive with everybody else's. */
export async function compareReaders(
  bytes: Buffer,
  inspection: Inspection,
  readers: readonly ForeignReader[],
  tally: Record<string, ReaderTally>,
): Promise<{ readonly same: number; readonly differing: readonly string[] }> {
  const mine = readingOfManifest(inspection);
  const differing: string[] = [];
  let same = 0;
  for (const reader of readers) {
    const theirs = await ask(reader, Buffer.from(bytes));
    const counts = tally[reader.name] ?? { same: 0, refused: 0, different: 0 };
    tally[reader.name] = counts;
    if (theirs === undefined) counts.refused += 1;
    else if (sameReading(mine, theirs)) {
      counts.same += 1;
      same += 1;
    } else {
      counts.different += 1;
      differing.push(reader.name);
    }
  }
  return { same, differing };
}

/** Makes mutants, lets the gate judge them, and lets everybody read what it accepts. */
export async function campaign(options: CampaignOptions): Promise<CampaignSummary> {
  const { kind, seed, mutants } = options;
  const originals = seeds(kind);
  const python = hasPython() ? pythonReader(kind) : undefined;
  const libraries = [...(kind === "zip" ? zipReaders : tarReaders), ...(python === undefined ? [] : [python])];
  const commands = options.commandsEvery > 0 ? commandReaders(kind) : [];
  const tally: Record<string, ReaderTally> = {};
  const failures: Failure[] = [];
  const seen = new Set<string>();
  const started = performance.now();
  let accepted = 0;
  let fewer = 0;
  let slowestMs = 0;
  try {
    for (let mutant = 0; mutant < mutants; mutant += 1) {
      const random = randomStream(seed * 1_000_003 + mutant);
      const bytes = mutate(random.pick(originals), random.pick(originals), random);
      const began = performance.now();
      const inspection = await ours(bytes).catch((cause: unknown) => {
        failures.push({ mutant, problem: `crash: ${String(cause)}`, bytes });
        return undefined;
      });
      slowestMs = Math.max(slowestMs, performance.now() - began);
      if (inspection?.ok !== true) continue;
      accepted += 1;
      const digest = createHash("sha256").update(bytes).digest("hex");
      if (seen.has(digest)) continue;
      seen.add(digest);
      const readers =
        commands.length > 0 && accepted % options.commandsEvery === 0 ? [...libraries, ...commands] : libraries;
      const { same, differing } = await compareReaders(bytes, inspection, readers, tally);
      if (differing.length === 0 && same < Math.min(leastReaders, readers.length)) {
        fewer += 1;
        failures.push({ mutant, problem: `read by ${same} of ${readers.length} readers only`, bytes });
      }
      if (differing.length > 0)
        failures.push({ mutant, problem: `read differently by ${differing.join(", ")}`, bytes });
    }
  } finally {
    python?.close();
  }
  const seconds = (performance.now() - started) / 1000;
  return { kind, seed, mutants, accepted, readers: tally, readByFewerThanFour: fewer, failures, slowestMs, seconds };
}

import {
  createHosting,
  type Hosting,
  type HostingEvent,
  type HostingOptions,
  type Revision,
  type RevisionId,
  type Site,
  unwrap,
} from "@hostelry/core";
import type { TargetCapabilities } from "@hostelry/core/adapter";
import {
  type MemoryBlobStore,
  type MemoryRecords,
  type MemoryTarget,
  type MemoryTargetState,
  memoryBlobStore,
  memoryRecords,
  memoryStore,
  memoryTarget,
  type SimulatedClock,
  seededRandom,
  simulatedClock,
} from "@hostelry/testing";
import { zipSync } from "fflate";

/** Files of a site, path → text. */
export type SiteFiles = Readonly<Record<string, string>>;

/** A ZIP of these files, packed by a writer that is not ours. */
export function zipOf(files: SiteFiles): Uint8Array {
  const entries = Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)] as const);
  return zipSync(Object.fromEntries(entries), { mtime: new Date("2020-01-01T00:00:00Z") });
}

/** A small site whose pages say which version they are. */
export function version(label: string): SiteFiles {
  return { "index.html": `<title>${label}</title>`, "about/index.html": `about ${label}`, "app.css": "body{}" };
}

/** The world that outlives a process: records, blobs, what targets hold, time. */
export interface World {
  readonly clock: SimulatedClock;
  readonly records: MemoryRecords;
  readonly blobs: MemoryBlobStore;
  readonly targetStates: readonly MemoryTargetState[];
  /** How its adapters let others run; default: a turn of the event loop each time. */
  readonly turn?: (() => Promise<void>) | undefined;
  /** What its targets can do besides what memory targets can anyway, or can't. */
  readonly capabilities?: Partial<TargetCapabilities> | undefined;
}

/** A world with so many empty targets. */
export function newWorld(targets = 1, capabilities?: World["capabilities"]): World {
  const targetStates = Array.from({ length: targets }, (): MemoryTargetState => new Map());
  return { clock: simulatedClock(), records: memoryRecords(), blobs: memoryBlobStore(), targetStates, capabilities };
}

/** The same world once more, to go another way from here. Blobs are shared: a name never has other bytes. */
export function branchOf({ clock, records, blobs, targetStates, turn, capabilities }: World): World {
  return {
    turn,
    capabilities,
    clock: simulatedClock({ now: clock.now() }),
    records: structuredClone(records),
    blobs,
    targetStates: targetStates.map((state) => structuredClone(state)),
  };
}

/** For a world in which one thing happens after another: its adapters let nobody run in between, and are quick. */
export const noTurn = (): Promise<void> => Promise.resolve();

/** A process in a world. */
export interface Process {
  readonly hosting: Hosting;
  readonly targets: readonly MemoryTarget[];
  readonly events: readonly HostingEvent[];
}

/** Starts a process; `change` may put something around its ports. */
export function startProcess(
  world: World,
  change: (options: HostingOptions & { readonly targets: readonly MemoryTarget[] }) => HostingOptions = (same) => same,
): Process {
  const { clock, records, blobs, targetStates, turn, capabilities } = world;
  processes += 1;
  const targets = targetStates.map((state, index) =>
    memoryTarget({ name: `edge-${index + 1}`, state, turn, capabilities }),
  );
  const events: HostingEvent[] = [];
  const random = seededRandom(`process ${processes}`);
  const options = {
    store: memoryStore({ clock, records, turn }),
    blobs,
    targets,
    clock,
    random,
    events: { emit: (event: HostingEvent) => void events.push(event) },
  };
  return { hosting: createHosting(change(options)), targets, events };
}

let processes = 0;

/** Uploads and validates a site's files as its next revision. */
export async function addRevision(hosting: Hosting, site: Site, files: SiteFiles): Promise<Revision> {
  const uploaded = await unwrap(hosting.revisions.upload(site.id, zipOf(files)));
  const report = await unwrap(hosting.revisions.validate(uploaded.id));
  if (!report.ok) throw new Error(`The fixture is not valid: ${JSON.stringify(report.findings)}`);
  return unwrap(hosting.revisions.get(uploaded.id));
}

/** A site with revisions r1, r2, … of these labels, nothing published. */
export async function siteWith(
  hosting: Hosting,
  ...labels: readonly string[]
): Promise<{ site: Site; revisions: readonly Revision[] }> {
  const site = await unwrap(hosting.sites.create({ name: "Acme" }));
  const revisions: Revision[] = [];
  for (const label of labels) revisions.push(await addRevision(hosting, site, version(label)));
  return { site, revisions };
}

/** The n-th revision, counted from 1. */
export function nth(revisions: readonly Revision[], number: number): RevisionId {
  const revision = revisions[number - 1];
  if (revision === undefined) throw new Error(`The scene has no r${number}.`);
  return revision.id;
}

/** The text that a visitor gets from each target, read behind the adapters' backs; `undefined`: nothing. */
export function visitorSees(
  world: World,
  site: Site,
  path = "index.html",
  slot: "live" | `preview/${string}` = "live",
): readonly (string | undefined)[] {
  return world.targetStates.map((state) => {
    const held = state.get(site.id);
    const release = held?.slots.get(slot)?.release;
    const bytes = release === undefined ? undefined : held?.releases.get(release)?.files.get(path);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  });
}

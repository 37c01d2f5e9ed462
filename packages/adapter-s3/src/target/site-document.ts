import {
  isReleaseId,
  type PreviewGuard,
  type ReleaseId,
  type ServingState,
  type SlotName,
  servingStates,
} from "@hostelry/core/adapter";

/** What a slot shows. */
export interface ShownRelease {
  readonly release: ReleaseId;
  readonly guard?: PreviewGuard | undefined;
}

/** A whole release, as the pointer names it. */
export interface RegisteredRelease {
  /** Where its record is, below `stages/`: `<stage>/release-<n>.json`. */
  readonly record: string;
  /** SHA-256 of the record's bytes: a record that somebody has changed is not believed. */
  readonly recordSha256: string;
  readonly manifestDigest: string;
  /** Key of the tree of paths that was laid out with it, if one was. */
  readonly tree?: string | undefined;
}

/**
 * Everything about a site that changes, in one object, so that one conditional write decides every race. A release is
 * whole when it is named here; what is not reachable from here is nobody's, and stays so.
 */
export interface SiteDocument {
  /** Highest fencing token seen. */
  readonly fence: number;
  /** Grows with every write. */
  readonly counter: number;
  /** Marks of the last writes, the newest last: whoever lost an answer finds out whether his write was done. */
  readonly trail: readonly string[];
  readonly servingState: ServingState;
  readonly slots: ReadonlyMap<SlotName, ShownRelease>;
  readonly releases: ReadonlyMap<ReleaseId, RegisteredRelease>;
  /** Stagings whose objects releases may use, and how many objects each has written. */
  readonly stages: ReadonlyMap<string, number>;
  /** Blobs that `verify` or a sweep has found changed or gone, as `<stage>/<sha256>`: nothing is built on them again. */
  readonly damaged: ReadonlySet<string>;
  /** Releases were taken out, and their objects may still be there. */
  readonly unswept: boolean;
}

/** A site of which nothing is known. */
export const emptyDocument: SiteDocument = {
  fence: 0,
  counter: 0,
  trail: [],
  servingState: "live",
  slots: new Map(),
  releases: new Map(),
  stages: new Map(),
  damaged: new Set(),
  unswept: false,
};

/** So many writes can come between a write and the look whether it was done. */
export const trailLength = 16;

/** The document as bytes. A slot also names its release's tree, for whoever routes requests to the store itself. */
export function encodeSiteDocument(document: SiteDocument): Uint8Array {
  const slots = [...document.slots].map(([slot, { release, guard }]) => [
    slot,
    {
      release,
      tree: document.releases.get(release)?.tree,
      guard: guard === undefined ? undefined : { ...guard, expiresAt: guard.expiresAt.toISOString() },
    },
  ]);
  const text = JSON.stringify({
    version: 1,
    fence: document.fence,
    counter: document.counter,
    servingState: document.servingState,
    slots: Object.fromEntries(slots),
    releases: Object.fromEntries(document.releases),
    stages: Object.fromEntries(document.stages),
    damaged: document.damaged.size === 0 ? undefined : [...document.damaged],
    unswept: document.unswept,
    trail: document.trail,
  });
  return new TextEncoder().encode(text);
}

/** Reads {@link encodeSiteDocument}'s bytes back; `undefined`: it is something else. */
export function decodeSiteDocument(bytes: Uint8Array): SiteDocument | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (!isObject(value) || value["version"] !== 1) return undefined;
  const { fence, counter, servingState: state, damaged = [], unswept, trail } = value;
  const servingState = servingStates.find((known) => known === state);
  const slots = entriesOf(value["slots"], isSlot, readShown);
  const releases = entriesOf(value["releases"], isReleaseId, readRegistered);
  const stages = entriesOf(value["stages"], isText, (count) => (isCount(count) ? count : undefined));
  if (!isCount(fence) || !isCount(counter) || servingState === undefined || typeof unswept !== "boolean")
    return undefined;
  if (slots === undefined || releases === undefined || stages === undefined) return undefined;
  if (!isTexts(trail) || !isTexts(damaged)) return undefined;
  // A pointer that names what is not whole can't be ours.
  if ([...slots.values()].some(({ release }) => !releases.has(release))) return undefined;
  return { fence, counter, servingState, slots, releases, stages, damaged: new Set(damaged), unswept, trail };
}

function entriesOf<K extends string, V>(
  value: unknown,
  isKey: (key: string) => key is K,
  read: (value: unknown) => V | undefined,
): Map<K, V> | undefined {
  if (!isObject(value)) return undefined;
  const entries = new Map<K, V>();
  for (const [key, one] of Object.entries(value)) {
    const readable = read(one);
    if (!isKey(key) || readable === undefined) return undefined;
    entries.set(key, readable);
  }
  return entries;
}

function readShown(value: unknown): ShownRelease | undefined {
  if (!isObject(value)) return undefined;
  const { release, guard } = value;
  if (typeof release !== "string" || !isReleaseId(release)) return undefined;
  if (guard === undefined) return { release };
  if (!isObject(guard)) return undefined;
  const { tokenHash, expiresAt } = guard;
  const until = new Date(typeof expiresAt === "string" ? expiresAt : Number.NaN);
  if ((tokenHash !== null && typeof tokenHash !== "string") || Number.isNaN(until.getTime())) return undefined;
  return { release, guard: { tokenHash, expiresAt: until } };
}

function readRegistered(value: unknown): RegisteredRelease | undefined {
  if (!isObject(value)) return undefined;
  const { record, recordSha256, manifestDigest, tree } = value;
  if (!isText(record) || !isText(recordSha256) || !isText(manifestDigest)) return undefined;
  if (tree === undefined) return { record, recordSha256, manifestDigest };
  return isText(tree) ? { record, recordSha256, manifestDigest, tree } : undefined;
}

function isSlot(name: string): name is SlotName {
  return name === "live" || name.startsWith("preview/");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

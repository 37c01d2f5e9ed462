import { hasCode, type ReleaseId, type ReleaseManifest, unwrap } from "@hostelry/core/adapter";
import { sideBySide } from "../blob/side-by-side.ts";
import { listObjects } from "./list-objects.ts";
import type { BlobPlace } from "./release-record.ts";
import { requestsAtOnce } from "./requests-at-once.ts";
import type { RegisteredRelease, SiteDocument } from "./site-document.ts";
import { releasesInOrder, storedRelease } from "./stored-release.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";

/** Blobs of a manifest that are there, as they were written. */
export interface Stock {
  readonly places: ReadonlyMap<string, BlobPlace>;
  /** Releases by which they were found: while those are whole, nobody removes them. */
  readonly releases: ReadonlyMap<ReleaseId, RegisteredRelease>;
  /** Hashes that a shared blob store has. */
  readonly shared?: ReadonlySet<string> | undefined;
}

/** So many releases are asked, beside the live one: a site may have hundreds of previews. */
const releasesAtMost = 8;

const objectsInPage = 1000;
/** A staging with more objects is listed in parts, side by side. */
const longListing = 4 * objectsInPage;

interface Candidate extends BlobPlace {
  readonly size: number;
}

/**
 * Finds blobs in the site's releases, and looks whether they still are as they were written: by listing or one by one, in
 * whatever takes fewer requests. Those of the live release, if it is the one that the caller says is live, are taken as they are:
 * they are being served, and every sweep compares them.
 */
export async function findStock(
  parts: TargetParts,
  call: SiteCall,
  document: SiteDocument,
  manifest: ReleaseManifest,
  before?: ReleaseManifest | undefined,
): Promise<Stock> {
  const sizes = new Map(manifest.files.map(({ sha256, size }) => [sha256, size]));
  const candidates = new Map<string, Candidate>();
  const releases = new Map<ReleaseId, RegisteredRelease>();
  const asked = releasesToAsk(document);
  const stored = new Map<ReleaseId, ReadonlyMap<string, BlobPlace>>();
  await sideBySide(asked, requestsAtOnce, async (entry) => {
    try {
      stored.set(entry[0], (await storedRelease(parts, call.keys.stages, entry, call.signal)).places);
    } catch (cause) {
      // A damaged one has nothing to offer; to say that it is damaged is for `verify`.
      if (!hasCode(cause, "RELEASE_CORRUPT")) throw cause;
    }
  });
  const places = new Map<string, BlobPlace>();
  for (const [name, registered] of asked) {
    const isAgreed = isAgreedToBeLive(document, name, registered, before);
    for (const [sha256, place] of stored.get(name) ?? []) {
      const size = sizes.get(sha256);
      if (size === undefined || places.has(sha256) || candidates.has(sha256)) continue;
      if (document.damaged.has(`${place.stage}/${sha256}`)) continue;
      if (isAgreed) places.set(sha256, place);
      else candidates.set(sha256, { ...place, size });
      releases.set(name, registered);
    }
  }
  for (const [sha256, place] of await asWritten(parts, call, document, candidates)) places.set(sha256, place);
  return { places, releases };
}

function isAgreedToBeLive(
  { slots }: SiteDocument,
  name: ReleaseId,
  { manifestDigest }: RegisteredRelease,
  before: ReleaseManifest | undefined,
): boolean {
  return slots.get("live")?.release === name && before?.release === name && before.manifestDigest === manifestDigest;
}

/** The live release, whose files a new one most likely has, then the newest. */
function releasesToAsk(document: SiteDocument): readonly (readonly [ReleaseId, RegisteredRelease])[] {
  const newestFirst = [...releasesInOrder(document)].reverse();
  const live = document.slots.get("live")?.release;
  return [
    ...newestFirst.filter(([name]) => name === live),
    ...newestFirst.filter(([name]) => name !== live).slice(0, releasesAtMost),
  ];
}

async function asWritten(
  parts: TargetParts,
  call: SiteCall,
  { stages }: SiteDocument,
  candidates: ReadonlyMap<string, Candidate>,
): Promise<ReadonlyMap<string, BlobPlace>> {
  const { bucket } = parts;
  const { keys, signal } = call;
  const byKey = new Map([...candidates].map(([sha256, one]) => [keys.blob(one.stage, sha256), { sha256, ...one }]));
  const places = new Map<string, BlobPlace>();
  const compare = (key: string, found: { readonly etag: string; readonly size: number }): void => {
    const one = byKey.get(key);
    if (one === undefined || one.etag !== found.etag || one.size !== found.size) return;
    places.set(one.sha256, { stage: one.stage, etag: one.etag });
  };

  const wanted = new Map<string, string[]>();
  for (const [key, { stage }] of byKey) {
    const some = wanted.get(stage);
    if (some === undefined) wanted.set(stage, [key]);
    else some.push(key);
  }
  const pages = (objects: number): number => Math.max(1, Math.ceil(objects / objectsInPage));
  const byStage = [...wanted].reduce((sum, [id, some]) => sum + Math.min(some.length, pages(stages.get(id) ?? 0)), 0);
  const together = pages([...stages.values()].reduce((sum, count) => sum + count, 0));
  if (byKey.size === 0) return places;
  if (together < byStage) {
    for (const { key, ...facts } of await listObjects(bucket, keys.stages, signal)) compare(key, facts);
    return places;
  }
  const jobs: (() => Promise<void>)[] = [];
  for (const [id, some] of wanted) {
    const count = stages.get(id) ?? 0;
    if (some.length <= pages(count)) {
      jobs.push(...some.map((key) => () => look(key)));
    } else {
      const blobs = keys.blob(id, "");
      const prefixes = count < longListing ? [blobs] : [..."0123456789abcdef"].map((digit) => blobs + digit);
      jobs.push(...prefixes.map((prefix) => () => list(prefix)));
    }
  }
  await sideBySide(jobs, requestsAtOnce, (job) => job());
  return places;

  async function look(key: string): Promise<void> {
    const found = await unwrap(bucket.head(key, { signal }));
    if (found.outcome === "found") compare(key, found);
  }
  async function list(prefix: string): Promise<void> {
    for (const { key, ...facts } of await listObjects(bucket, prefix, signal)) compare(key, facts);
  }
}

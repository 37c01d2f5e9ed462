import { hasCode, unwrap } from "@hostelry/core/adapter";
import { sideBySide } from "../blob/side-by-side.ts";
import { listFolders, listPages, removeFolder } from "./list-objects.ts";
import { requestsAtOnce } from "./requests-at-once.ts";
import type { SiteDocument } from "./site-document.ts";
import { type SiteKeys, tokenOfStage } from "./site-keys.ts";
import { storedRelease } from "./stored-release.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";

/** What a sweep has found. */
export interface Swept {
  /** Stagings of which nothing is left. */
  readonly emptied: ReadonlySet<string>;
  /** Blobs of releases that are gone or that somebody has written over, as `<stage>/<sha256>`. */
  readonly damaged: ReadonlySet<string>;
}

/**
 * Removes what cannot be reached from a version of the pointer that had our token in it. Whatever that is stays unreachable: a
 * later release uses what it has written itself under names of its own, or what a release that is named right then uses.
 * So it does no harm if this goes on late, or twice, or beside a later publisher.
 *
 * `undefined` when it can't be told what is in use.
 */
export async function sweep(
  parts: TargetParts,
  call: SiteCall,
  document: SiteDocument,
  fencingToken: number,
): Promise<Swept | undefined> {
  const { bucket } = parts;
  const { keys, signal } = call;
  const isDead = (stageId: string): boolean => !document.stages.has(stageId) && tokenOfStage(stageId) < fencingToken;
  const begun = await listFolders(bucket, keys.stages, signal);
  for (const stageId of begun.filter(isDead)) await removeFolder(bucket, keys.stage(stageId), signal);

  const shown = new Set([...document.releases.values()].map(({ tree }) => tree));
  for (const stageId of await listFolders(bucket, keys.trees, signal)) {
    if (shown.has(keys.tree(stageId))) continue;
    if (isDead(stageId) || document.stages.has(stageId)) await removeFolder(bucket, keys.tree(stageId), signal);
  }
  return document.unswept ? sweepStages(parts, call, document) : { emptied: new Set(), damaged: new Set() };
}

/** Removes objects of finished stagings that no release uses, and compares those that one uses. */
async function sweepStages(parts: TargetParts, call: SiteCall, document: SiteDocument): Promise<Swept | undefined> {
  const { keys, signal } = call;
  const inUse = await objectsInUse(parts, call, document);
  if (inUse === undefined) return undefined;
  const intact = new Set<string>();
  for await (const { objects } of listPages(parts.bucket, keys.stages, { signal })) {
    const dead: string[] = [];
    for (const { key, etag } of objects) {
      const known = inUse.get(key);
      if (known === undefined && document.stages.has(stageOf(keys, key))) dead.push(key);
      if (known !== undefined && (known.etag === undefined || known.etag === etag)) intact.add(key);
    }
    if (dead.length > 0) await unwrap(parts.bucket.deleteMany(dead, { signal }));
  }
  // A staging that is in use and has lost its objects is not for us to forget.
  const stagesInUse = new Set([...inUse.keys()].map((key) => stageOf(keys, key)));
  const damaged = [...inUse].flatMap(([key, { blob }]) => (blob === undefined || intact.has(key) ? [] : [blob]));
  return {
    emptied: new Set([...document.stages.keys()].filter((stageId) => !stagesInUse.has(stageId))),
    damaged: new Set(damaged),
  };
}

interface ObjectInUse {
  /** Its name in the pointer's list of damaged ones, if it is a blob. */
  readonly blob?: string | undefined;
  /** The tag it was written with, if that is known. */
  readonly etag?: string | undefined;
}

function stageOf({ stages }: SiteKeys, key: string): string {
  return key.slice(stages.length).split("/", 1)[0] ?? "";
}

async function objectsInUse(
  parts: TargetParts,
  call: SiteCall,
  { releases }: SiteDocument,
): Promise<ReadonlyMap<string, ObjectInUse> | undefined> {
  const { keys, signal } = call;
  const inUse = new Map<string, ObjectInUse>();
  try {
    await sideBySide(releases, requestsAtOnce, async (entry) => {
      const { places } = await storedRelease(parts, keys.stages, entry, signal);
      inUse.set(`${keys.stages}${entry[1].record}`, {});
      for (const [sha256, { stage, etag }] of places)
        inUse.set(keys.blob(stage, sha256), { blob: `${stage}/${sha256}`, etag });
    });
  } catch (cause) {
    // What a damaged release uses is not known: then nothing is removed that it may use.
    if (hasCode(cause, "RELEASE_CORRUPT")) return undefined;
    throw cause;
  }
  return inUse;
}

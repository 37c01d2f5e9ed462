import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import {
  assertReleasePaths,
  type HostingErrorOf,
  hasCode,
  hostingError,
  type ProgressListener,
  type ReleaseManifest,
  type StageOutcome,
  type StageRequest,
  unwrap,
} from "@hostelry/core/adapter";
import { type Change, changeSite } from "./change-site.ts";
import { hashBytes } from "./read-object.ts";
import { type BlobPlace, encodeReleaseRecord, type StoredRelease } from "./release-record.ts";
import { assertRelease } from "./request-checks.ts";
import { sendBlobs } from "./send-blobs.ts";
import { sharedStock } from "./shared-stock.ts";
import type { RegisteredRelease, SiteDocument } from "./site-document.ts";
import { findStock, type Stock } from "./stock.ts";
import { recordName, storedMemoryBytes } from "./stored-release.ts";
import { hasSharedBlobs, hasTree, type SiteCall, type TargetParts } from "./target-parts.ts";
import { layOutTree } from "./tree/lay-out-tree.ts";

const nothingSent: StageOutcome = { sentFiles: 0, sentBytes: 0, reusedFiles: 0 };
/** Another holder of the same token took away what was to be used again; that often in a row is no accident. */
const attemptsAtMost = 5;

/**
 * Writes what is missing under names that never were and never come again, then the release's record, and then names the record
 * in the pointer: that last write, under its condition, makes the release. Until then all of it is a left-over.
 */
export async function stage(
  parts: TargetParts,
  call: SiteCall,
  request: StageRequest,
  onProgress: ProgressListener | undefined,
): Promise<StageOutcome> {
  const { manifest, fencingToken } = request;
  assertRelease("manifest", manifest.release);
  assertReleasePaths(manifest.files);
  const entered = await changeSite(parts, call, fencingToken, ({ releases }) => ({
    value: releases.get(manifest.release),
  }));
  if (entered.value !== undefined) {
    assertSame(parts, call, manifest, entered.value);
    return nothingSent;
  }
  call.state = "unchanged";
  // Every blob on its way listens to it; Node takes more than ten listeners for a leak, and warns.
  if (call.signal !== undefined) setMaxListeners(0, call.signal);

  const work = staging(parts, call, request, onProgress);
  let { document } = entered;
  try {
    for (let attempt = 1; attempt <= attemptsAtMost; attempt += 1) {
      const { stored, stock } = await work.layOut(document);
      const registered = await work.writeRecord(stored, attempt);
      const named = await changeSite(parts, call, fencingToken, (seen) =>
        nameRelease(parts, call, seen, { manifest, registered, stock, stageId: work.stageId, written: work.written() }),
      );
      if (named.value !== "again") {
        if (named.value === "there") await work.takeBack();
        else parts.records.set(recordName(call.keys.stages, registered), stored, storedMemoryBytes(stored));
        return work.outcome();
      }
      document = named.document;
    }
    const message = `What release ${manifest.release} was to share with others was taken away ${attemptsAtMost} times.`;
    throw hostingError("ADAPTER_FAILED", message, { adapter: parts.name, operation: "stage", state: "unchanged" });
  } catch (cause) {
    // The pointer may name it yet when nobody knows what became of its writing; then everything stays.
    if (!isUncertain(call) || hasCode(cause, "FENCED")) await work.takeBack();
    throw cause;
  }
}

function isUncertain({ state }: SiteCall): boolean {
  return state === "unknown";
}

interface Naming {
  readonly manifest: ReleaseManifest;
  readonly registered: RegisteredRelease;
  readonly stock: Stock;
  readonly stageId: string;
  /** Objects that the staging has written. */
  readonly written: number;
}

/** The decision that makes a release: all that it shares with others must still be reachable. */
function nameRelease(
  parts: TargetParts,
  call: SiteCall,
  seen: SiteDocument,
  { manifest, registered, stock, stageId, written }: Naming,
): Change<"again" | "named" | "there"> {
  const there = seen.releases.get(manifest.release);
  if (there !== undefined) {
    // Somebody else has staged the same release meanwhile; theirs is as good.
    assertSame(parts, call, manifest, there);
    return { value: "there" };
  }
  for (const [release, { record }] of stock.releases) {
    if (seen.releases.get(release)?.record !== record) return { value: "again" };
  }
  const releases = new Map(seen.releases).set(manifest.release, registered);
  const stages = new Map(seen.stages).set(stageId, written);
  return { value: "named", next: { ...seen, releases, stages } };
}

/** One staging under way: what it has sent and written, for going on and for taking back. */
function staging(
  parts: TargetParts,
  call: SiteCall,
  { manifest, blobs, fencingToken, before }: StageRequest,
  onProgress: ProgressListener | undefined,
) {
  const stageId = `${fencingToken}-${randomBytes(8).toString("hex")}`;
  const begun = new Set<string>();
  const sent = new Map<string, BlobPlace | undefined>();
  const total = manifest.files.length;
  const step = { step: "stage", total, unit: "files" } as const;

  return {
    stageId,

    /** Sends what is not there, and lays out the tree. */
    async layOut(document: SiteDocument): Promise<{ readonly stored: StoredRelease; readonly stock: Stock }> {
      const stock = await (hasSharedBlobs(parts)
        ? sharedStock(parts, call, document, manifest, before ?? undefined)
        : findStock(parts, call, document, manifest, before ?? undefined));
      const isThere = (sha256: string): boolean =>
        sent.has(sha256) || stock.places.has(sha256) || stock.shared?.has(sha256) === true;
      let done = manifest.files.filter(({ sha256 }) => isThere(sha256)).length;
      const onSent = (files: number): void => {
        done += files;
        onProgress?.({ ...step, done });
      };
      onSent(0);
      const sending = await sendBlobs(parts, call, { manifest, stageId, blobs, isThere, onSent, begun });
      for (const sha256 of sending.hashes) sent.set(sha256, sending.places.get(sha256));
      const places = new Map(stock.places);
      for (const [sha256, place] of sent) if (place !== undefined) places.set(sha256, place);
      const bare: StoredRelease = { manifest, places };
      const tree = hasTree(parts) ? await layOutTree(parts, call, { stageId, stored: bare, blobs, begun }) : undefined;
      return { stored: tree === undefined ? bare : { ...bare, tree }, stock };
    },

    /** Writes the record. */
    async writeRecord(stored: StoredRelease, attempt: number): Promise<RegisteredRelease> {
      const bytes = encodeReleaseRecord(stored);
      const recordSha256 = hashBytes(bytes);
      const record = `${stageId}/release-${attempt}.json`;
      const key = `${call.keys.stages}${record}`;
      begun.add(key);
      const put = { sha256: recordSha256, contentType: "application/json", signal: call.signal };
      await unwrap(parts.bucket.put(key, bytes, put));
      const { manifestDigest } = manifest;
      return { record, recordSha256, manifestDigest, ...(stored.tree && { tree: stored.tree.root }) };
    },

    /** Objects that are there to stay: the record, and blobs in the target's own place. */
    written: (): number => 1 + [...sent.values()].filter((place) => place !== undefined).length,

    /** Takes away what was written, as far as that can be done: what stays is a left-over. */
    async takeBack(): Promise<void> {
      const nothing = (): void => undefined;
      if (begun.size > 0) await parts.bucket.deleteMany([...begun]).match(nothing, nothing);
    },

    outcome(): StageOutcome {
      const files = new Map(manifest.files.map((file) => [file.sha256, file]));
      const sentFiles = [...sent.keys()].length;
      const sentBytes = [...sent.keys()].reduce((sum, sha256) => sum + (files.get(sha256)?.size ?? 0), 0);
      return { sentFiles, sentBytes, reusedFiles: total - sentFiles };
    },
  };
}

function assertSame(
  parts: TargetParts,
  { keys }: SiteCall,
  { release, manifestDigest }: ReleaseManifest,
  there: RegisteredRelease,
): void {
  if (there.manifestDigest === manifestDigest) return;
  throw layoutInvalid(parts, `${keys.stages}${there.record}`, `release ${release} is there with other content`);
}

function layoutInvalid({ name }: TargetParts, path: string, problem: string): HostingErrorOf<"TARGET_LAYOUT_INVALID"> {
  const details = { target: name, path, problem };
  return hostingError("TARGET_LAYOUT_INVALID", `${path} can't be used: ${problem}.`, details);
}

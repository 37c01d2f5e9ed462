import {
  adapterError,
  attempt,
  type BlobStore,
  type ContentError,
  type ContentSource,
  type ContentView,
  hasCode,
  isPathSafeId,
  mostManifestBytes,
  type ReleaseId,
  type ResultAsync,
  releaseMemory,
  type SiteContent,
  type SiteId,
  type SlotName,
} from "@hostelry/core/adapter";
import { untilSignal } from "../client/until-signal.ts";
import type { StoredRelease } from "../target/release-record.ts";
import type { SiteBucket } from "../target/site-bucket.ts";
import type { SiteDocument } from "../target/site-document.ts";
import { siteKeys } from "../target/site-keys.ts";
import { recordName, storedRelease } from "../target/stored-release.ts";
import { releaseView } from "./release-view.ts";
import { type SeenSite, siteLooks } from "./site-looks.ts";

/** Options of {@link s3Content}. */
export interface S3ContentOptions {
  /** For error messages. Default: the bucket's name. */
  readonly name?: string | undefined;
  /** The target's prefix. Default `""`. */
  readonly prefix?: string | undefined;
  /** The blob store that the target was given, if it was given one. */
  readonly blobs?: Pick<BlobStore, "read"> | undefined;
  /**
   * So old what was seen of a site may be, in milliseconds; default 500. A request that comes later than half of it lets the
   * store be asked on the side, and one that comes later than all of it waits for the answer.
   */
  readonly maxAgeMs?: number | undefined;
  /** While the store does not answer, what was seen is served for so long, in milliseconds; default 60,000. */
  readonly staleOnErrorMs?: number | undefined;
  /**
   * Memory for what was read of releases, of all sites together, in bytes; default 16 MiB, some 35,000 files. The longest unused go first, and
   * are read again when they are needed; one is always kept.
   */
  readonly maxManifestBytes?: number | undefined;
  /** Memory for sites' pointers that were seen, in bytes; default 16 MiB, some 5,000 sites. The longest unlooked at go first. */
  readonly maxPointerBytes?: number | undefined;
}

/** A content source on a bucket that can be told of changes. */
export interface S3Content extends ContentSource {
  /** Forgets what was seen of a site, or of all: the next request asks the store. For whoever hears of publications. */
  forget(siteId?: SiteId): void;
}

/**
 * The serving side of `s3Target(bucket)`: finds a site's release by its pointer, asks the store for the pointer with its tag and at most
 * twice in `maxAgeMs`, and keeps what it has read of releases. Needs no control plane and only the right to read.
 */
export function s3Content(bucket: SiteBucket, options: S3ContentOptions = {}): S3Content {
  const { name = bucket.name, prefix = "", blobs, maxAgeMs = 500, staleOnErrorMs = 60_000 } = options;
  const { maxManifestBytes = mostManifestBytes, maxPointerBytes = 16 * 1024 * 1024 } = options;
  const looks = siteLooks({ name, bucket, prefix, maxAgeMs, staleOnErrorMs, maxPointerBytes });
  const records = releaseMemory<StoredRelease>(maxManifestBytes);
  /** The same release gives the same view; it is forgotten with the release's record. */
  const views = new WeakMap<object, ContentView>();

  const viewOf = async (siteId: SiteId, document: SiteDocument, release: ReleaseId): Promise<ContentView> => {
    const keys = siteKeys(prefix, siteId);
    const registered = document.releases.get(release);
    // Decoding has made sure of it.
    if (registered === undefined) throw new TypeError(`${release} is shown and not there.`);
    const stored = await storedRelease({ name, bucket, records }, keys.stages, [release, registered], undefined);
    const known = views.get(stored);
    if (known !== undefined) return known;
    const view = releaseView({ name, bucket, blobs, siteId, keys, isThere: () => isThere(siteId, release) }, stored);
    views.set(stored, view);
    return view;
  };

  /** Looks at the pointer itself, whatever is remembered. */
  const isThere = (siteId: SiteId, release: ReleaseId): ResultAsync<boolean, ContentError> => {
    looks.forget(siteId);
    return attempt(
      async () => (await looks.look(siteId)).document?.releases.has(release) === true,
      (cause) => failed(cause, undefined),
    );
  };

  const failed = (cause: unknown, signal: AbortSignal | undefined): ContentError =>
    adapterError(cause, { adapter: name, operation: "look", state: "unchanged", signal }) as ContentError;

  /** What was seen, with the view that belongs to it; `undefined` where the view has to be read first. */
  const contentOf = (seen: SeenSite, slot: SlotName, view: ContentView | null | undefined): SiteContent | null => {
    const { document } = seen;
    if (document === null) return null;
    const guard = document.slots.get(slot)?.guard;
    const { servingState } = document;
    return { servingState, view: view ?? null, ...(guard === undefined ? {} : { guard }) };
  };

  const look = async (siteId: SiteId, slot: SlotName): Promise<SiteContent | null> => {
    let seen = await looks.look(siteId);
    for (;;) {
      const release = seen.document?.slots.get(slot)?.release;
      if (seen.document === null || release === undefined) return contentOf(seen, slot, null);
      try {
        return contentOf(seen, slot, await viewOf(siteId, seen.document, release));
      } catch (cause) {
        // A release that a flip took out of use meanwhile is looked for again.
        if (!hasCode(cause, "RELEASE_CORRUPT")) throw cause;
        looks.forget(siteId);
        const now = await looks.look(siteId);
        if (now.document?.slots.get(slot)?.release === release) throw cause;
        seen = now;
      }
    }
  };

  return {
    spec: "content-source/1",
    name,
    glance({ siteId, slot }) {
      if (!isSlotOfSite(siteId, slot)) return null;
      const seen = looks.known(siteId);
      if (seen === undefined) return undefined;
      const release = seen.document?.slots.get(slot)?.release;
      if (seen.document === null || release === undefined) return contentOf(seen, slot, null);
      const registered = seen.document.releases.get(release);
      const { stages } = siteKeys(prefix, siteId);
      const stored = registered === undefined ? undefined : records.get(recordName(stages, registered));
      const view = stored === undefined ? undefined : views.get(stored);
      return view === undefined ? undefined : contentOf(seen, slot, view);
    },
    look({ siteId, slot }, { signal } = {}) {
      return attempt(
        async () => {
          signal?.throwIfAborted();
          // Ids come out of host names and paths here: what can't be a name of ours is no site, not a mistake.
          return isSlotOfSite(siteId, slot) ? untilSignal(look(siteId, slot), signal) : null;
        },
        (cause) => failed(cause, signal),
      );
    },
    forget: (siteId) => looks.forget(siteId),
  };
}

function isSlotOfSite(siteId: SiteId, slot: SlotName): boolean {
  return isPathSafeId(siteId) && (slot === "live" || isPathSafeId(slot.slice("preview/".length)));
}

import {
  type BlobStore,
  type ContentError,
  type ContentSource,
  type ContentView,
  err,
  flow,
  hasCode,
  hostingError,
  ok,
  okAsync,
  type PreviewGuard,
  previewOfSlot,
  type Result,
  type ResultAsync,
  type SiteContent,
  type SiteId,
  type Slot,
  type SlotName,
  type Store,
  type StoreError,
} from "@hostelry/core/adapter";
import { twoGenerations } from "../cache/two-generations.ts";
import { recordView } from "./record-view.ts";

/** What {@link recordContent} reads. */
export interface RecordContentOptions {
  readonly store: Pick<Store, "getSite" | "listSlots" | "listPublications" | "getPreview">;
  readonly blobs: Pick<BlobStore, "read">;
  /** For error messages. Default `records`. */
  readonly name?: string | undefined;
  /** So long what was found is believed without asking the records again, in milliseconds. Default 500. */
  readonly maxAgeMs?: number | undefined;
  /** So many files of parsed manifests are kept, of all sites together. Default 100,000, about 30 MB. */
  readonly maxCachedFiles?: number | undefined;
}

/** A content source that can be told of changes. */
export interface RecordContent extends ContentSource {
  /**
   * Forgets what was found, so that the next requests ask the records. Call it for the events of `hosting` to let visitors
   * see a publication at once; without, they see it within `maxAgeMs`.
   */
  forget(): void;
}

interface Found {
  readonly content: SiteContent | null;
  readonly atMs: number;
}

const maxKnownSlots = 100_000;

/**
 * Serves what the records say is live, with bytes from a blob store of any kind: for a process that has both, and no target
 * of its own. What is looked for at the same time is looked for once.
 */
export function recordContent(options: RecordContentOptions): RecordContent {
  const { store, blobs, name = "records", maxAgeMs = 500, maxCachedFiles = 100_000 } = options;
  const views = twoGenerations<string, ContentView>(maxCachedFiles);
  let found = twoGenerations<string, Found>(maxKnownSlots);
  let looking = new Map<string, ResultAsync<SiteContent | null, ContentError>>();

  const viewOf = (slot: Slot): ResultAsync<ContentView, ContentError> =>
    flow(async function* () {
      const { siteId, name: slotName, publication: number, release } = slot;
      const key = `${siteId}/${release}`;
      const known = views.get(key);
      if (known !== undefined) return ok(known);
      const request = { siteId, slot: slotName, states: ["recorded"], limit: 10 } as const;
      const page = yield* store.listPublications(request).mapErr(ofStore);
      const publication = page.items.find((one) => one.number === number);
      if (publication === undefined) {
        const message = `The record of ${siteId} names release ${release}, and no publication of it.`;
        return err(hostingError("RELEASE_NOT_FOUND", message, { target: name, siteId, release }));
      }
      const { view, fileCount } = yield* recordView({
        blobs,
        name,
        release,
        manifestBlob: publication.releaseManifestBlob,
      });
      views.set(key, view, fileCount + 1);
      return ok(view);
    });

  const look = (siteId: SiteId, slotName: SlotName): ResultAsync<SiteContent | null, ContentError> =>
    flow(async function* () {
      const site = yield* orUndefined(store.getSite(siteId), "SITE_NOT_FOUND");
      if (site === undefined) return ok(null);
      const slots = yield* store.listSlots(siteId).mapErr(ofStore);
      const slot = slots.find((one) => one.name === slotName);
      const view = slot === undefined ? null : yield* viewOf(slot);
      const guard = yield* guardOf(slotName);
      return ok({ servingState: site.state, view, ...(guard === undefined ? {} : { guard }) });
    });

  const guardOf = (slotName: SlotName): ResultAsync<PreviewGuard | undefined, ContentError> =>
    flow(async function* () {
      const previewId = previewOfSlot(slotName);
      if (previewId === undefined) return ok(undefined);
      const preview = yield* orUndefined(store.getPreview(previewId), "PREVIEW_NOT_FOUND");
      if (preview === undefined || preview.revokedAt !== undefined) return ok(undefined);
      const { singleUse, tokenHash, expiresAt } = preview;
      return ok({ tokenHash: singleUse ? null : tokenHash, expiresAt });
    });

  const lookOnce = (siteId: SiteId, slot: SlotName): ResultAsync<SiteContent | null, ContentError> => {
    const key = `${siteId} ${slot}`;
    const underWay = looking.get(key);
    if (underWay !== undefined) return underWay;
    // What is found goes where it was looked for: after `forget`, nobody reads there any more.
    const [here, others] = [found, looking];
    const atMs = performance.now();
    const searching = look(siteId, slot)
      .andTee((content) => {
        here.set(key, { content, atMs }, 1);
        others.delete(key);
      })
      .orTee(() => void others.delete(key));
    others.set(key, searching);
    return searching;
  };

  const glance = (siteId: SiteId, slot: SlotName): SiteContent | null | undefined => {
    const known = found.get(`${siteId} ${slot}`);
    return known !== undefined && performance.now() - known.atMs <= maxAgeMs ? known.content : undefined;
  };

  return {
    spec: "content-source/1",
    name,
    glance: ({ siteId, slot }) => glance(siteId, slot),
    look: ({ siteId, slot }) => {
      const known = glance(siteId, slot);
      return known === undefined ? lookOnce(siteId, slot) : okAsync(known);
    },
    forget() {
      found = twoGenerations(maxKnownSlots);
      looking = new Map();
    },
  };
}

/** What the records can fail with, as a failure of the source: its own questions are never at fault. */
function ofStore(error: StoreError): ContentError {
  if (!hasCode(error, "INVALID_INPUT")) return error;
  const details = { adapter: "store", operation: "look", state: "unchanged" } as const;
  return hostingError("ADAPTER_FAILED", error.message, details, { cause: error });
}

/** A record that is not there is no failure. */
function orUndefined<T, E extends StoreError | { readonly code: "SITE_NOT_FOUND" | "PREVIEW_NOT_FOUND" }>(
  reading: ResultAsync<T, E>,
  code: "SITE_NOT_FOUND" | "PREVIEW_NOT_FOUND",
): ResultAsync<T | undefined, ContentError> {
  return reading.orElse(
    (error): Result<T | undefined, ContentError> =>
      error.code === code ? ok(undefined) : err(ofStore(error as StoreError)),
  );
}

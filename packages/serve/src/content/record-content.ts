import {
  type BlobStore,
  type ContentError,
  type ContentSource,
  type ContentView,
  err,
  flow,
  hasCode,
  hostingError,
  mostPackedBytes,
  ok,
  okAsync,
  type PreviewGuard,
  previewOfSlot,
  type ReleaseId,
  type Result,
  type ResultAsync,
  releaseMemory,
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
  /**
   * Memory for manifests that were read, of all sites together, in bytes; default 8 MiB, some 90,000 files. The longest unused go first, and
   * are read again when they are asked for; one is always kept.
   */
  readonly maxManifestBytes?: number | undefined;
}

/** A content source that can be told of changes. */
export interface RecordContent extends ContentSource {
  /**
   * Forgets what was found, so that the next requests ask the records. Call it for the events of `hosting` to let visitors
   * see a publication at once; without, they see it within `maxAgeMs`.
   */
  forget(): void;
}

/** What the records said, without the view: a manifest is kept within its budget, not for as long as somebody remembers its site. */
interface Found {
  readonly content: Omit<SiteContent, "view"> | null;
  /** By which the view is kept; `null`: the slot shows nothing. */
  readonly viewKey: string | null;
  readonly atMs: number;
}

const maxKnownSlots = 100_000;

/**
 * Serves what the records say is live, with bytes from a blob store of any kind: for a process that has both, and no target
 * of its own. What is looked for at the same time is looked for once.
 */
export function recordContent(options: RecordContentOptions): RecordContent {
  const { store, blobs, name = "records", maxAgeMs = 500, maxManifestBytes = mostPackedBytes } = options;
  const views = releaseMemory<ContentView>(maxManifestBytes);
  let found = twoGenerations<string, Found>(maxKnownSlots);
  let looking = new Map<string, ResultAsync<SiteContent | null, ContentError>>();

  const viewOf = (slot: Slot): ResultAsync<ContentView, ContentError> =>
    flow(async function* () {
      const { siteId, name: slotName, publication: number, release } = slot;
      const key = keyOf(siteId, release);
      const known = views.get(key);
      if (known !== undefined) return ok(known);
      const request = { siteId, slot: slotName, states: ["recorded"], limit: 10 } as const;
      const page = yield* store.listPublications(request).mapErr(ofStore);
      const publication = page.items.find((one) => one.number === number);
      if (publication === undefined) {
        const message = `The record of ${siteId} names release ${release}, and no publication of it.`;
        return err(hostingError("RELEASE_NOT_FOUND", message, { target: name, siteId, release }));
      }
      const { view, memoryBytes } = yield* recordView({
        blobs,
        name,
        release,
        manifestBlob: publication.releaseManifestBlob,
      });
      views.set(key, view, memoryBytes);
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
        here.set(key, foundOf(siteId, content, atMs), 1);
        others.delete(key);
      })
      .orTee(() => void others.delete(key));
    others.set(key, searching);
    return searching;
  };

  const glance = (siteId: SiteId, slot: SlotName): SiteContent | null | undefined => {
    const known = found.get(`${siteId} ${slot}`);
    if (known === undefined || performance.now() - known.atMs > maxAgeMs) return undefined;
    if (known.content === null) return null;
    const view = known.viewKey === null ? null : views.get(known.viewKey);
    return view === undefined ? undefined : { ...known.content, view };
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

function keyOf(siteId: SiteId, release: ReleaseId): string {
  return `${siteId}/${release}`;
}

function foundOf(siteId: SiteId, content: SiteContent | null, atMs: number): Found {
  if (content === null) return { content, viewKey: null, atMs };
  const { view, ...shown } = content;
  return { content: shown, viewKey: view === null ? null : keyOf(siteId, view.release), atMs };
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

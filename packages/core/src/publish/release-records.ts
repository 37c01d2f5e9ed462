import { readBlob } from "../blob/read-blob.ts";
import { hasCode } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { Publication } from "./publication.ts";
import type { ReleaseManifest } from "./release.ts";
import { decodeReleaseManifest } from "./release-manifest.ts";
import type { Slot, SlotName } from "./slot.ts";

/** The record of a slot, if it shows anything. */
export function readSlot(
  ports: HostingPorts,
  siteId: SiteId,
  name: SlotName,
  options: CallOptions,
): ResultAsync<Slot | undefined, StoreError> {
  return ports.store.listSlots(siteId, options).map((slots) => slots.find((slot) => slot.name === name));
}

/** The publication that a slot's record names. */
export function publicationOf(
  ports: HostingPorts,
  slot: Slot,
  options: CallOptions,
): ResultAsync<Publication | undefined, StoreError> {
  const request = { siteId: slot.siteId, slot: slot.name, states: ["recorded"], limit: 10 } as const;
  return ports.store
    .listPublications(request, options)
    .map((page) => page.items.find((publication) => publication.number === slot.publication));
}

/**
 * What a slot's release was laid out with. `undefined` when that is no longer known (its blob was collected or
 * damaged): then nothing is assumed about it.
 */
export function releaseManifestOf(
  ports: HostingPorts,
  slot: Slot | undefined,
  options: CallOptions,
): ResultAsync<ReleaseManifest | undefined, BlobStoreError | StoreError> {
  return flow(async function* () {
    const publication = slot === undefined ? undefined : yield* publicationOf(ports, slot, options);
    return publication === undefined ? ok(undefined) : manifestOfPublication(ports, publication, options);
  });
}

/** The same for a publication. */
export async function manifestOfPublication(
  ports: HostingPorts,
  publication: Publication,
  options: CallOptions,
): Promise<Result<ReleaseManifest | undefined, BlobStoreError>> {
  const bytes = await readBlob(ports.blobs, publication.releaseManifestBlob, options);
  if (bytes.isOk()) return ok(decodeReleaseManifest(bytes.value).unwrapOr(undefined));
  return hasCode(bytes.error, "BLOB_NOT_FOUND", "BLOB_MISMATCH") ? ok(undefined) : err(bytes.error);
}

import { decodeManifest, type Manifest } from "../archive/manifest.ts";
import { readBlob } from "../blob/read-blob.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import { errAsync, flow, type ResultAsync } from "../result/index.ts";
import type { Revision } from "./revision.ts";
import { isPublishable } from "./revision-machine.ts";

/** Errors of reading a revision's manifest. */
export type LoadManifestError =
  | BlobStoreError
  | HostingErrorOf<"MANIFEST_INVALID">
  | HostingErrorOf<"REVISION_NOT_VALIDATED">;

/** A revision's manifest, for one that has passed inspection and was not rejected; else `REVISION_NOT_VALIDATED`. */
export function loadManifest(
  ports: HostingPorts,
  revision: Revision,
  options: CallOptions,
): ResultAsync<Manifest, LoadManifestError> {
  const { id: revisionId, state, manifestDigest } = revision;
  if (manifestDigest !== undefined && isPublishable(state)) return readManifest(ports, manifestDigest, options);
  const message = `Revision r${revision.number} is ${state}; only content that has passed inspection can be shown.`;
  return errAsync(hostingError("REVISION_NOT_VALIDATED", message, { revisionId, state }));
}

/** The manifest of a digest, out of the blob store. */
export function readManifest(
  ports: HostingPorts,
  digest: string,
  options: CallOptions,
): ResultAsync<Manifest, BlobStoreError | HostingErrorOf<"MANIFEST_INVALID">> {
  return flow(async function* () {
    const bytes = yield* readBlob(ports.blobs, digest, options);
    return decodeManifest(bytes, digest);
  });
}

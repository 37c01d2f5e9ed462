import { type BlobStore, hostingError, type ReleaseFile, untilAborted, unwrap } from "@hostelry/core/adapter";
import { sideBySide } from "../../blob/side-by-side.ts";
import type { ObjectHeaders } from "../../client/object-client.ts";
import type { StoredRelease, TreeForm } from "../release-record.ts";
import { invalidInput } from "../request-checks.ts";
import { requestsAtOnce } from "../requests-at-once.ts";
import type { SiteCall, TargetParts } from "../target-parts.ts";
import { type TreeObject, treeObjects } from "./tree-objects.ts";
import type { TreeOptions } from "./tree-options.ts";

/** The longest key that stores take, in UTF-8 bytes. */
const maxKeyBytes = 1024;

/** What to lay out. */
export interface TreeWork {
  readonly stageId: string;
  readonly stored: StoredRelease;
  readonly blobs: Pick<BlobStore, "read">;
  readonly begun: Set<string>;
}

/**
 * Makes a tree of paths of a release's blobs, with the headers that the store shall answer with. Bytes are copied inside the
 * store where they are in the same bucket. The tree is whole before the pointer names it.
 */
export async function layOutTree(
  parts: TargetParts & { readonly tree: TreeOptions },
  call: SiteCall,
  work: TreeWork,
): Promise<TreeForm> {
  const { redirects, directoryIndexes } = parts.tree;
  const form: TreeForm = { root: call.keys.tree(work.stageId), redirects, directoryIndexes };
  const objects = treeObjects(work.stored.manifest, form);
  for (const { path } of objects) {
    if (Buffer.byteLength(form.root + path) > maxKeyBytes)
      throw invalidInput("manifest", `${JSON.stringify(path)} is too long for a key of the store`);
  }
  await sideBySide(objects, requestsAtOnce, async (object) => {
    call.signal?.throwIfAborted();
    const key = form.root + object.path;
    work.begun.add(key);
    await layOut(parts, call, work, key, object);
  });
  return form;
}

async function layOut(
  parts: TargetParts & { readonly tree: TreeOptions },
  { keys, signal }: SiteCall,
  { stored, blobs }: TreeWork,
  key: string,
  object: TreeObject,
): Promise<void> {
  const { bucket } = parts;
  if (object.file === undefined) {
    await unwrap(bucket.put(key, new Uint8Array(), { redirectTo: object.redirectTo, signal }));
    return;
  }
  const { file } = object;
  const replace = headersOf(parts.tree, file);
  const place = stored.places.get(file.sha256);
  const from = place === undefined ? parts.sharedKey?.(file.sha256) : keys.blob(place.stage, file.sha256);
  if (from === undefined) {
    const { sha256, size } = file;
    const chunks = await unwrap((parts.sharedBlobs ?? blobs).read(sha256, { signal }));
    await unwrap(bucket.upload(key, { bytes: untilAborted(chunks, signal), sha256, size }, { ...replace, signal }));
    return;
  }
  const { outcome } = await unwrap(bucket.copy(from, key, { replace, signal }));
  if (outcome === "copied") return;
  const { sha256 } = file;
  throw hostingError("BLOB_NOT_FOUND", `${from} is gone, and ${file.path} can't be made of it.`, { sha256 });
}

function headersOf(tree: TreeOptions, { path, mediaType }: ReleaseFile): ObjectHeaders {
  return { contentType: mediaType, cacheControl: tree.cacheControl(path) };
}

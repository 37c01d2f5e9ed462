import { type ListedBlob, type Page, unwrap } from "@hostelry/core/adapter";
import type { ListedObject, ObjectClient } from "../client/object-client.ts";
import { blobKey, blobOfKey, blobsBelow } from "./blob-key.ts";

/** Which page. */
export interface ListBlobsOptions {
  /** Name of the last blob of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

/** Times of two puts that are closer than this may look the same: some stores tell whole seconds, and their machines' clocks differ. */
const indistinctMs = 2_000;

/** One page of the blobs, in the order of their names. */
export async function listBlobs(
  client: ObjectClient,
  prefix: string,
  { after, limit, signal }: ListBlobsOptions,
): Promise<Page<ListedBlob>> {
  const from = after === undefined ? undefined : blobKey(prefix, after);
  const page = await unwrap(client.list(blobsBelow(prefix), { after: from, limit, signal }));
  const items = page.objects.flatMap((object) => {
    const sha256 = blobOfKey(prefix, object.key);
    return sha256 === undefined ? [] : [listedBlob(sha256, object, page.at)];
  });
  return page.next === undefined ? { items } : { items, next: page.next.slice(blobsBelow(prefix).length) };
}

/**
 * A blob that was put only just now, and may be put again within the same second, is told to be put a little before: so whoever
 * removes what was not put since then leaves it alone.
 */
function listedBlob(sha256: string, { size, lastModified }: ListedObject, at: Date): ListedBlob {
  const idleMs = Math.max(0, at.getTime() - lastModified.getTime());
  const putAt = idleMs < indistinctMs ? new Date(lastModified.getTime() - 1) : lastModified;
  return { sha256, size, putAt, idleMs };
}

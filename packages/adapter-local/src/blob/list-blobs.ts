import type { ListedBlob, Page } from "@hostelry/core/adapter";
import type { FileSystem } from "../file-system/file-system.ts";
import { unless } from "../file-system/system-error.ts";
import type { TimeSlices } from "../file-system/time-slices.ts";
import { type BlobLayout, isBlobName } from "./blob-layout.ts";
import { putAtOf } from "./leaving-blobs.ts";

/** One page of the blobs after a name, in the order of names. */
export async function listBlobs(
  fileSystem: FileSystem,
  layout: BlobLayout,
  after: string,
  limit: number,
  slices: TimeSlices,
): Promise<Page<ListedBlob>> {
  const items: ListedBlob[] = [];
  const entries = (path: string): string[] =>
    (unless(["ENOENT", "ENOTDIR"], () => fileSystem.readdirSync(path)) ?? []).sort();
  for (const prefix of entries(layout.names)) {
    if (prefix < after.slice(0, 2)) continue;
    for (const sha256 of entries(`${layout.names}/${prefix}`)) {
      if (sha256 <= after || !isBlobName(sha256)) continue;
      if (slices.over()) await slices.next();
      const facts = fileSystem.lstatSync(layout.pathOf(sha256), { throwIfNoEntry: false });
      if (facts?.isFile() !== true) continue;
      // One more than asked for tells that there is a next page.
      const last = items.at(-1);
      if (items.length === limit && last !== undefined) return { items, next: last.sha256 };
      const putAt = putAtOf(facts);
      // The kernel's clock may be a little ahead of ours.
      items.push({ sha256, size: facts.size, putAt, idleMs: Math.max(0, Date.now() - putAt.getTime()) });
    }
  }
  return { items };
}

import { unwrap } from "@hostelry/core/adapter";
import type { ListedObject, ObjectPage } from "../client/object-client.ts";
import type { SiteBucket } from "./site-bucket.ts";

/** All objects behind a prefix, page by page. */
export async function* listPages(
  bucket: SiteBucket,
  prefix: string,
  options: { readonly signal: AbortSignal | undefined; readonly delimiter?: string | undefined },
): AsyncGenerator<ObjectPage> {
  let after: string | undefined;
  do {
    const page: ObjectPage = await unwrap(bucket.list(prefix, { ...options, after }));
    yield page;
    after = page.next;
  } while (after !== undefined);
}

/** All objects behind a prefix. */
export async function listObjects(
  bucket: SiteBucket,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<readonly ListedObject[]> {
  const objects: ListedObject[] = [];
  for await (const page of listPages(bucket, prefix, { signal })) objects.push(...page.objects);
  return objects;
}

/** Names of the folders behind a prefix, without their slash. */
export async function listFolders(
  bucket: SiteBucket,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { folders } of listPages(bucket, prefix, { signal, delimiter: "/" })) {
    names.push(...folders.map((folder) => folder.slice(prefix.length, -1)));
  }
  return names;
}

/** Removes everything behind a prefix. */
export async function removeFolder(bucket: SiteBucket, prefix: string, signal: AbortSignal | undefined): Promise<void> {
  for await (const { objects } of listPages(bucket, prefix, { signal })) {
    await unwrap(
      bucket.deleteMany(
        objects.map(({ key }) => key),
        { signal },
      ),
    );
  }
}

import { unwrap } from "@hostelry/core/adapter";
import type { ListedObject, ObjectClient, ObjectPage } from "../client/object-client.ts";
import { blobKey, blobOfKey, blobsBelow } from "./blob-key.ts";
import { sideBySide } from "./side-by-side.ts";

/** A blob that was looked up. */
export interface FoundBlob {
  readonly size: number;
  /** As exact as the store says it; only for blobs found by a listing. */
  readonly lastModified: Date;
}

/** How to look. */
export interface LookUpOptions {
  readonly signal?: AbortSignal | undefined;
  /** Times have to be as exact as in a listing; a look at one object tells whole seconds. */
  readonly exactTimes?: boolean | undefined;
}

/** Single looks that run side by side, and listings. */
const [looks, listings] = [32, 6];
/** A listing costs a store about as much as so many single looks. */
const looksPerPage = 10;

/**
 * Finds those of the named blobs that are there, with as few requests as may be. Names are hashes, so those of a store are spread evenly: what one
 * page of the listing covers tells what the rest would cost, page by page or name by name.
 */
export async function lookUpBlobs(
  client: ObjectClient,
  prefix: string,
  names: readonly string[],
  { signal, exactTimes = false }: LookUpOptions = {},
): Promise<ReadonlyMap<string, FoundBlob>> {
  const found = new Map<string, FoundBlob>();
  const asked = new Set(names);
  const wanted = [...asked].sort();
  const keep = (object: ListedObject): void => {
    const name = blobOfKey(prefix, object.key);
    // A page tells of names that nobody asked for.
    if (name !== undefined && asked.has(name)) found.set(name, object);
  };

  const one = async (name: string): Promise<void> => {
    const key = blobKey(prefix, name);
    if (exactTimes) {
      const page = await unwrap(client.list(key, { limit: 1, signal }));
      for (const object of page.objects) keep(object);
      return;
    }
    const head = await unwrap(client.head(key, { signal }));
    if (head.outcome === "found") found.set(name, head);
  };

  /** Walks over a run of names, skipping what no name is in. Those that a page would not pay for are left for single looks. */
  const walk = async (run: readonly string[]): Promise<readonly string[]> => {
    for (let index = 0; index < run.length; ) {
      if (run.length - index <= looksPerPage) return run.slice(index);
      // Sorts before the first name, and behind every name that does not begin as it does.
      const after = blobKey(prefix, (run[index] ?? "").slice(0, -1));
      const page: ObjectPage = await unwrap(client.list(blobsBelow(prefix), { after, signal }));
      for (const object of page.objects) keep(object);
      const last = page.objects.at(-1);
      if (page.next === undefined || last === undefined) return [];
      const covered = index;
      while (index < run.length && blobKey(prefix, run[index] ?? "") <= last.key) index += 1;
      if (index - covered < looksPerPage) return run.slice(index);
    }
    return [];
  };

  const left: string[] = [];
  const runs = wanted.length > 2000 ? listings : 1;
  const runLength = Math.ceil(wanted.length / runs);
  const starts = Array.from({ length: runs }, (_, run) => run * runLength);
  await sideBySide(starts, runs, async (start) => {
    left.push(...(await walk(wanted.slice(start, start + runLength))));
  });
  await sideBySide(left, looks, one);
  return found;
}

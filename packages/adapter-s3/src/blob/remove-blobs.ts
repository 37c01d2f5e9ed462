import { unwrap } from "@hostelry/core/adapter";
import type { ObjectClient } from "../client/object-client.ts";
import { blobKey } from "./blob-key.ts";
import type { Departures } from "./departures.ts";
import { lookUpBlobs } from "./look-up-blobs.ts";
import { sideBySide } from "./side-by-side.ts";

/** What removals work with. */
export interface BlobRemoval {
  readonly client: ObjectClient;
  readonly prefix: string;
  readonly signal: AbortSignal | undefined;
}

/** Blobs of one announced removal: so few that it ends long before its time does. */
const batchBlobs = 500;
const removalsAtOnce = 32;

/** Removes blobs, whoever may be putting them. */
export async function removeBlobs(
  { client, prefix, signal }: BlobRemoval,
  names: readonly string[],
): Promise<{ readonly removed: number }> {
  const found = await lookUpBlobs(client, prefix, names, { signal });
  const keys = [...found.keys()].map((name) => blobKey(prefix, name));
  await unwrap(client.deleteMany(keys, { signal }));
  return { removed: keys.length };
}

/** Removes those blobs that were put no later than a time, never one that is put meanwhile: see {@link Departures}. */
export async function removeIdleBlobs(
  removal: BlobRemoval,
  departures: Departures,
  names: readonly string[],
  unlessPutAfter: Date,
): Promise<{ readonly removed: number }> {
  const old = await oldBlobs(removal, names, unlessPutAfter);
  let removed = 0;
  for (let from = 0; from < old.length; from += batchBlobs) {
    removed += await removeBatch(removal, departures, old.slice(from, from + batchBlobs), unlessPutAfter);
  }
  return { removed };
}

async function oldBlobs(
  { client, prefix, signal }: BlobRemoval,
  names: readonly string[],
  unlessPutAfter: Date,
): Promise<readonly string[]> {
  const found = await lookUpBlobs(client, prefix, names, { signal, exactTimes: true });
  return [...found].filter(([, { lastModified }]) => lastModified <= unlessPutAfter).map(([name]) => name);
}

async function removeBatch(
  removal: BlobRemoval,
  departures: Departures,
  names: readonly string[],
  unlessPutAfter: Date,
): Promise<number> {
  const { client, prefix, signal } = removal;
  const departure = await departures.announce(names, signal);
  // Looked at again, now that whoever puts one of them will see that it is leaving.
  const leaving = await oldBlobs(removal, names, unlessPutAfter);
  let removed = 0;
  await sideBySide(leaving, removalsAtOnce, async (name) => {
    const { signedAt, expiresInSeconds } = departure;
    const key = blobKey(prefix, name);
    if (await unwrap(client.deleteUntil(key, { signedAt, expiresInSeconds, signal }))) removed += 1;
  });
  // After a failure it stays until its time is over: a request that got no answer may still arrive.
  await departure.end();
  return removed;
}

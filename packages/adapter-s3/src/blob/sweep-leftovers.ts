import { unwrap } from "@hostelry/core/adapter";
import type { ObjectClient } from "../client/object-client.ts";
import { blobsBelow } from "./blob-key.ts";
import { sideBySide } from "./side-by-side.ts";

/** What a sweep works with. */
export interface SweepOptions {
  readonly client: ObjectClient;
  readonly prefix: string;
  /** Older than this, by the store's clock, is nobody's any more. */
  readonly staleAfterMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Removes what dead processes left: uploads in parts that were never ended, bytes that were kept aside. */
export async function sweepLeftovers(options: SweepOptions): Promise<void> {
  const { client, prefix, staleAfterMs, signal } = options;
  const aside = await unwrap(client.list(`${prefix}incoming/`, { signal }));
  const isStale = (time: Date): boolean => aside.at.getTime() - time.getTime() > staleAfterMs;
  const staleKeys = aside.objects.filter(({ lastModified }) => isStale(lastModified)).map(({ key }) => key);
  if (staleKeys.length > 0) await unwrap(client.deleteMany(staleKeys, { signal }));
  for (const below of [`${prefix}incoming/`, blobsBelow(prefix)]) {
    const uploads = await unwrap(client.unfinishedUploads(below, { signal }));
    const stale = uploads.filter(({ begunAt }) => isStale(begunAt));
    await sideBySide(stale, 8, async (upload) => unwrap(client.giveUp(upload, { signal })));
  }
}

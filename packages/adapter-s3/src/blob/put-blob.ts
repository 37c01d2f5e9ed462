import { randomUUID } from "node:crypto";
import { type BlobInput, hostingError, type StoredBlob, unwrap } from "@hostelry/core/adapter";
import type { ObjectClient, ObjectHeaders } from "../client/object-client.ts";
import { sha256Of } from "../client/signed-request.ts";
import { assertAsPromised } from "../client/uploading.ts";
import { blobKey } from "./blob-key.ts";
import { type Departures, seenForMs } from "./departures.ts";

/** What puts work with. */
export interface BlobPutting {
  readonly client: ObjectClient;
  readonly prefix: string;
  /** Left out when nobody removes blobs by their age. */
  readonly departures: Departures | undefined;
}

/** What every blob's object says of itself. */
const blobHeaders: ObjectHeaders = { contentType: "application/octet-stream" };

/** Up to here, sending the bytes costs no more than asking whether they are there. */
const cheapBytes = 64 * 1024;
/** The most bytes that a store copies by one request. */
const maxBytes = 5 * 1024 ** 3;
/** How often a put begins anew because its blob was taken away. */
const maxRounds = 20;

/** Bytes that can be written to where they belong, as often as it takes. */
interface PlacedBytes {
  readonly sha256: string;
  readonly size: number;
  /** Writes them. With `ifAbsent`, and where the store keeps that: `false` when the blob was there. */
  readonly write: (ifAbsent: boolean) => Promise<boolean>;
  /** Writing costs no more than asking. */
  readonly cheap: boolean;
}

/** Puts a blob: those that are there already are not sent again, unless they are so small that asking would cost as much. */
export function putBlob(putting: BlobPutting, input: BlobInput, signal: AbortSignal | undefined): Promise<StoredBlob> {
  const { bytes } = input;
  signal?.throwIfAborted();
  return bytes instanceof Uint8Array ? putBytes(putting, input, bytes, signal) : putStream(putting, input, signal);
}

async function putBytes(
  putting: BlobPutting,
  input: BlobInput,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<StoredBlob> {
  const sha256 = sha256Of(bytes);
  assertAsPromised(input, sha256, bytes.length);
  return settle(putting, bytesAtHand(putting, bytes, sha256, signal), signal);
}

function bytesAtHand(
  { client, prefix }: BlobPutting,
  bytes: Uint8Array,
  sha256: string,
  signal: AbortSignal | undefined,
): PlacedBytes {
  const write = async (ifAbsent: boolean): Promise<boolean> => {
    const condition = ifAbsent ? ({ ifAbsent: true } as const) : undefined;
    const input = { bytes, sha256, size: bytes.length };
    const outcome = await unwrap(client.upload(blobKey(prefix, sha256), input, { ...blobHeaders, condition, signal }));
    return outcome.outcome === "written";
  };
  return { sha256, size: bytes.length, write, cheap: bytes.length <= cheapBytes };
}

/** Bytes that come as a stream are gone when they are sent: many of them are kept aside until the blob is there to stay. */
async function putStream(putting: BlobPutting, input: BlobInput, signal: AbortSignal | undefined): Promise<StoredBlob> {
  const { client, prefix } = putting;
  const aside = `${prefix}incoming/${randomUUID()}`;
  if ((input.size ?? 0) > maxBytes) throw tooLarge(client.name);
  const small = (bytes: Uint8Array, sha256: string): Promise<StoredBlob> =>
    settle(putting, bytesAtHand(putting, bytes, sha256, signal), signal);
  const received = await unwrap(client.receive(aside, input, small, { ...blobHeaders, signal }));
  if (received.kind === "small") return received.value;
  const { sha256, size } = received.outcome;
  const write = async (): Promise<boolean> => {
    const copied = await unwrap(client.copy(aside, blobKey(prefix, sha256), { signal }));
    if (copied.outcome === "absent") throw new Error("What was kept aside is gone.");
    return true;
  };
  try {
    if (size > maxBytes) throw tooLarge(client.name);
    return await settle(putting, { sha256, size, write, cheap: false }, signal);
  } finally {
    // Also when the caller has gone. What fails here is swept later.
    await unwrap(client.deleteMany([aside], { signal: AbortSignal.timeout(10_000) })).catch(() => undefined);
  }
}

/** Has the blob in its place, as new as this call, and no removal that may have taken it away since, or still may. */
async function settle(putting: BlobPutting, bytes: PlacedBytes, signal: AbortSignal | undefined): Promise<StoredBlob> {
  const { departures } = putting;
  const { sha256, size } = bytes;
  const known = new Set<string>();
  let stored: boolean | undefined;
  for (let round = 1; round <= maxRounds; round += 1) {
    const elapsedMs = stopwatch();
    const written = await place(putting, bytes, signal);
    stored ??= written;
    const finished = (await departures?.finished(sha256, known, signal)) ?? [];
    // Paused for long, it may have missed a removal that is not to be seen any more.
    if (finished.length === 0 && elapsedMs() < seenForMs) return { sha256, size, stored };
    for (const removal of finished) known.add(removal);
  }
  throw new Error(`Blob ${sha256} was taken away ${maxRounds} times.`);
}

/** The longer of what two clocks say: one stands still while a machine sleeps, the other may be set. */
function stopwatch(): () => number {
  const [steady, wall] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - steady, Date.now() - wall);
}

/** Writes the blob, or renews the one that is there; tells whether it wrote. */
async function place(putting: BlobPutting, bytes: PlacedBytes, signal: AbortSignal | undefined): Promise<boolean> {
  const { client, prefix } = putting;
  const key = blobKey(prefix, bytes.sha256);
  const { createOnce, renewsByCopy } = await unwrap(client.dialect({ signal }));
  for (let round = 1; round <= maxRounds; round += 1) {
    if (bytes.cheap && createOnce) {
      if (await bytes.write(true)) return true;
      // As new as any, and mended if it was damaged, by no more than asking would cost.
      await bytes.write(false);
      return false;
    }
    const found = await unwrap(client.head(key, { signal }));
    // Another size is not this blob, whoever wrote it.
    const isThere = found.outcome === "found" && found.size === bytes.size;
    if (!isThere) {
      if (await bytes.write(createOnce && found.outcome === "absent")) return true;
      continue;
    }
    if (bytes.cheap || !renewsByCopy) {
      await bytes.write(false);
      return false;
    }
    const replace = { ...blobHeaders, metadata: { renewed: randomUUID() } };
    const renewed = await unwrap(client.copy(key, key, { replace, signal }));
    if (renewed.outcome === "copied") return false;
  }
  throw new Error(`Blob ${bytes.sha256} comes and goes.`);
}

function tooLarge(adapter: string): Error {
  const details = { adapter, operation: "put", state: "unchanged" } as const;
  return hostingError("ADAPTER_FAILED", `${adapter} takes no blob of more than 5 GiB.`, details, { retryable: false });
}

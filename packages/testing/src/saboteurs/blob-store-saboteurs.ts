import { createHash, type Hash } from "node:crypto";
import { type BlobInput, err, flow, hostingError, ok, okAsync } from "@hostelry/core/adapter";
import { chunksOf } from "../memory/blob-store/read-blob.ts";
import { nextTurn } from "../memory/turn.ts";
import { blobStoreSaboteur, type Saboteur } from "./saboteur.ts";

/** Blob stores that break one promise each. */
export const blobStoreSaboteurs: readonly Saboteur[] = [
  blobStoreSaboteur({
    name: "stores bytes before it looks at the hash they should have",
    caughtBy: ["put/mismatch-leaves-nothing"],
    spoil: (store) => ({
      put: ({ sha256, ...input }, options) =>
        flow(async function* () {
          if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError("no name");
          const stored = yield* store.put(input, options);
          if (sha256 === undefined || sha256 === stored.sha256) return ok(stored);
          const details = { expected: sha256, actual: stored.sha256 };
          return err(hostingError("BLOB_MISMATCH", "The bytes have another hash.", details));
        }),
    }),
  }),
  blobStoreSaboteur({
    name: "does not count the bytes",
    caughtBy: ["put/wrong-size"],
    spoil: (store) => ({ put: ({ size: _, ...input }, options) => store.put(input, options) }),
  }),
  blobStoreSaboteur({
    name: "keeps the chunks themselves, which the caller uses again",
    caughtBy: ["put/streams"],
    spoil: (store) => ({
      put: (input, options) => {
        if (input.bytes instanceof Uint8Array) return store.put(input, options);
        const hash = createHash("sha256");
        return store.put({ bytes: gathered(input.bytes, hash), size: input.size }, options).andThen((stored) => {
          const actual = hash.digest("hex");
          if (input.sha256 === undefined || input.sha256 === actual) return ok({ ...stored, sha256: actual });
          store.blobs.delete(stored.sha256);
          return err(hostingError("BLOB_MISMATCH", "Other bytes.", { expected: input.sha256, actual }));
        });
      },
    }),
  }),
  blobStoreSaboteur({
    name: "lets readers see a blob while it is being written",
    caughtBy: ["put/concurrent"],
    spoil: (store) => ({
      put: (input, options) =>
        flow(async function* () {
          const stored = yield* store.put(input, options);
          const bytes = store.blobs.get(stored.sha256);
          if (!stored.stored || bytes === undefined || bytes.length < 200_000) return ok(stored);
          store.blobs.set(stored.sha256, bytes.subarray(0, 1000));
          for (let turn = 0; turn < 10; turn += 1) await nextTurn();
          store.blobs.set(stored.sha256, bytes);
          return ok(stored);
        }),
    }),
  }),
  blobStoreSaboteur({
    name: "says stored for bytes that were there",
    caughtBy: ["put/repeated"],
    spoil: (store) => ({
      put: (input, options) => store.put(input, options).map((stored) => ({ ...stored, stored: true })),
    }),
  }),
  blobStoreSaboteur({
    name: "keeps what it had received when it is cancelled",
    caughtBy: ["put/cancelled-midway"],
    spoil: (store) => ({
      put: (input, options) => {
        const received: Uint8Array[] = [];
        const watched: BlobInput =
          input.bytes instanceof Uint8Array ? input : { ...input, bytes: watch(input.bytes, received) };
        return store.put(watched, options).mapErr((error) => {
          const bytes = Buffer.concat(received);
          const name = createHash("sha256").update(bytes).digest("hex");
          if (error.code === "ABORTED" && bytes.length > 0) store.blobs.set(name, bytes);
          return error;
        });
      },
    }),
  }),
  blobStoreSaboteur({
    name: "reads one byte too many",
    caughtBy: ["read/ranges"],
    spoil: (store) => ({
      read: (sha256, { end, ...options } = {}) =>
        store.read(sha256, { ...options, end: end === undefined ? undefined : end + 1 }),
    }),
  }),
  blobStoreSaboteur({
    name: "does not look whether what it reads is damaged",
    caughtBy: ["read/damaged"],
    spoil: (store) => ({
      read: (sha256, options = {}) =>
        store.read(sha256, options).map((chunks) => {
          const bytes = store.blobs.get(sha256);
          const { signal } = options;
          return bytes === undefined ? chunks : chunksOf({ bytes, range: options, signal, turn: nextTurn });
        }),
    }),
  }),
  blobStoreSaboteur({
    name: "swallows the cancellation of a look",
    caughtBy: ["has/cancelled"],
    spoil: (store) => ({ has: (names) => store.has(names) }),
  }),
  blobStoreSaboteur({
    name: "looks up at most a thousand names",
    caughtBy: ["has/many"],
    spoil: (store) => ({ has: (names, options) => store.has(names.slice(0, 1000), options) }),
  }),
  blobStoreSaboteur({
    name: "takes any text for a name",
    caughtBy: ["put/name-is-checked"],
    spoil: (store) => ({
      remove: (names, options) =>
        names.every((name) => name.length === 64) ? store.remove(names, options) : okAsync({ removed: 0 }),
    }),
  }),
  blobStoreSaboteur({
    name: "pages by counting, so that puts and removals shift the pages",
    caughtBy: ["list/pages-under-puts"],
    spoil: (store) => ({
      list: ({ after, limit = 100, signal } = {}) =>
        store.list({ limit: 1000, signal }).map(({ items }) => {
          const start = Number(after ?? 0);
          const page = items.slice(start, start + limit);
          return start + limit < items.length ? { items: page, next: String(start + limit) } : { items: page };
        }),
    }),
  }),
  blobStoreSaboteur({
    name: "counts as removed what was not there",
    caughtBy: ["remove/counts"],
    spoil: (store) => ({
      remove: (names, options) => store.remove(names, options).map(() => ({ removed: names.length })),
    }),
  }),
  blobStoreSaboteur({
    name: "begins a put that was cancelled before",
    caughtBy: ["put/cancelled-before"],
    spoil: (store) => ({
      put: (input, options) => store.put(input, options?.signal?.aborted === true ? {} : options),
    }),
  }),
  blobStoreSaboteur({
    name: "reads on when its caller has gone",
    caughtBy: ["read/cancelled"],
    spoil: (store) => ({ read: (sha256, { start, end } = {}) => store.read(sha256, { start, end }) }),
  }),
  blobStoreSaboteur({
    name: "lists on when its caller has gone",
    caughtBy: ["list/cancelled"],
    spoil: (store) => ({ list: ({ after, limit } = {}) => store.list({ after, limit }) }),
  }),
  blobStoreSaboteur({
    name: "removes on when its caller has gone",
    caughtBy: ["remove/cancelled"],
    spoil: (store) => ({ remove: (names, { unlessPutAfter } = {}) => store.remove(names, { unlessPutAfter }) }),
  }),
  blobStoreSaboteur({
    name: "makes an error of a put whose blob is removed at the same time",
    caughtBy: ["remove/against-put"],
    spoil: (store) => ({
      put: (input, options) =>
        flow(async function* () {
          const stored = yield* store.put(input, options);
          yield* store.read(stored.sha256, options);
          return ok(stored);
        }),
    }),
  }),
];

async function* gathered(chunks: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  const kept: Uint8Array[] = [];
  for await (const chunk of chunks) {
    hash.update(chunk);
    kept.push(chunk);
  }
  yield* kept;
}

async function* watch(chunks: AsyncIterable<Uint8Array>, received: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    received.push(chunk);
    yield chunk;
  }
}

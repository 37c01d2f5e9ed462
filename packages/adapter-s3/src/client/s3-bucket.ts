import { setMaxListeners } from "node:events";
import { type AdapterError, attempt, type CallOptions, type ResultAsync } from "@hostelry/core/adapter";
import { describedDialect } from "../dialect/described-dialect.ts";
import { probeDialect } from "../dialect/probe-dialect.ts";
import type { S3Dialect } from "../dialect/s3-dialect.ts";
import { copyObject } from "./copy-object.ts";
import { deleteObjects, deleteObjectUntil } from "./delete-objects.ts";
import { getObject, headObject } from "./get-object.ts";
import { listObjects } from "./list-objects.ts";
import { giveUpParts, unfinishedUploads } from "./multipart.ts";
import type { ObjectClient, PutOptions, Received, UploadError, UploadInput, UploadOutcome } from "./object-client.ts";
import { requestHeaders } from "./object-headers.ts";
import { putObject } from "./put-object.ts";
import { remembered } from "./remembered.ts";
import type { S3Connection } from "./s3-connection.ts";
import { assertKey } from "./signed-request.ts";
import { storeFailure } from "./store-failure.ts";
import { storeRequests } from "./store-requests.ts";
import { receiveObject, type SmallBody, uploadObject } from "./upload-object.ts";

/** Options of {@link s3Bucket}. */
export interface S3BucketOptions extends S3Connection {
  /** For error messages. Default `s3`. */
  readonly name?: string | undefined;
  /** What the store does, when it is known. Default: it is asked, once, with the first call that has to know. */
  readonly dialect?: S3Dialect | undefined;
  /** What keys of a look at the store's dialect begin with. Default `.hostelry-probe/`. */
  readonly probePrefix?: string | undefined;
}

/**
 * A bucket of an S3-compatible store: one pool of connections, one budget of memory, one dialect, for everything that works in that bucket. Sends
 * nothing before it is used.
 *
 * @throws TypeError for an address that is none.
 */
export function s3Bucket(options: S3BucketOptions): ObjectClient {
  const { name = "s3", partBytes = 8 * 1024 * 1024, probePrefix = ".hostelry-probe/" } = options;
  if (!(partBytes >= 5 * 1024 * 1024)) throw new TypeError("A part has at least 5 MiB.");
  const requests = storeRequests(name, options);
  const { place } = requests.address;
  const shared = new WeakSet<AbortSignal>();

  /** What does not come through the requests' own loop is a store that breaks the protocol. */
  const call = <T, E = AdapterError>(
    operation: string,
    { signal }: CallOptions,
    work: () => Promise<T>,
  ): ResultAsync<T, E> => {
    // Hundreds of calls side by side listen to one signal, and all of them leave it again: that is no leak.
    if (signal !== undefined && !shared.has(signal)) {
      setMaxListeners(0, signal);
      shared.add(signal);
    }
    return attempt(
      work,
      (cause) => storeFailure(cause, { adapter: name, place, operation, state: "unchanged", signal }) as E,
    );
  };

  const dialect = remembered(() => probeDialect({ requests, prefix: probePrefix, signal: undefined }));
  const dialectNow = async (signal: AbortSignal | undefined): Promise<S3Dialect> => options.dialect ?? dialect(signal);
  /** Only the spelling of a tag depends on the dialect; whoever names none need not know it. */
  const spellingFor = async ({ condition, signal }: PutOptions): Promise<Pick<S3Dialect, "replaceIfMatch">> =>
    condition?.ifMatch === undefined ? { replaceIfMatch: false } : dialectNow(signal);

  return {
    name,
    place,
    describe: (asking = {}) =>
      call("look at the dialect", asking, async () => describedDialect(place, await dialectNow(asking.signal))),
    dialect: (asking = {}) => call("look at the dialect", asking, () => dialectNow(asking.signal)),

    get(key, reading = {}) {
      assertKey(key);
      return call("get", reading, () => getObject(requests, key, reading));
    },

    head(key, reading = {}) {
      assertKey(key);
      return call("head", reading, () => headObject(requests, key, reading.signal));
    },

    put(key, body, writing = {}) {
      assertKey(key);
      requestHeaders(writing);
      return call("put", writing, async () => putObject(requests, await spellingFor(writing), key, body, writing));
    },

    upload(key, input, writing = {}) {
      assertKey(key);
      requestHeaders(writing);
      return call<UploadOutcome, UploadError>("upload", writing, async () => {
        const spelling = await spellingFor(writing);
        return uploadObject({ requests, dialect: spelling, key, input, options: writing }, partBytes);
      });
    },

    receive<T>(key: string, input: UploadInput, small: SmallBody<T>, writing: PutOptions = {}) {
      assertKey(key);
      requestHeaders(writing);
      return call<Received<T>, UploadError>("upload", writing, async () => {
        const spelling = await spellingFor(writing);
        return receiveObject({ requests, dialect: spelling, key, input, options: writing }, partBytes, small);
      });
    },

    copy(from, to, copying = {}) {
      assertKey(from);
      assertKey(to);
      requestHeaders(copying.replace ?? {});
      return call("copy", copying, () => copyObject(requests, from, to, copying));
    },

    deleteMany(keys, deleting = {}) {
      for (const key of keys) assertKey(key);
      return call("delete", deleting, () => deleteObjects(requests, keys, deleting.signal));
    },

    deleteUntil(key, deleting) {
      assertKey(key);
      return call("delete", deleting, () => deleteObjectUntil(requests, key, deleting));
    },

    list: (prefix, listing = {}) => call("list", listing, () => listObjects(requests, prefix, listing)),

    unfinishedUploads: (prefix, listing = {}) =>
      call("list uploads", listing, () => unfinishedUploads(requests, prefix, listing.signal)),

    giveUp: (upload, givingUp = {}) =>
      call("give up an upload", givingUp, () => giveUpParts(requests, upload, givingUp.signal)),

    presignGet(key, presigning) {
      assertKey(key);
      const { expiresInSeconds, contentType, contentDisposition, signal } = presigning;
      if (!(Number.isInteger(expiresInSeconds) && expiresInSeconds >= 1 && expiresInSeconds <= 604_800)) {
        throw new TypeError(`Not 1 to 604,800 whole seconds: ${expiresInSeconds}`);
      }
      const query = {
        ...(contentType === undefined ? {} : { "response-content-type": contentType }),
        ...(contentDisposition === undefined ? {} : { "response-content-disposition": contentDisposition }),
      };
      return call("presign", presigning, () =>
        requests.signedUrl({ method: "GET", key, query }, expiresInSeconds, signal),
      );
    },
  };
}

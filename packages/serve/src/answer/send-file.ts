import {
  adapterError,
  attempt,
  type ContentError,
  type ContentView,
  err,
  flow,
  hostingError,
  isHostingError,
  ok,
  type ReleaseFile,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { isNotModified, validatorsOf } from "./conditional.ts";
import type { Reply, ReplyHeaders } from "./reply.ts";
import type { SiteRequest } from "./site-request.ts";

/** Always asked again, and answered with 304 while it is the same: a flip is seen by the next request. */
const revalidate = "public, max-age=0, must-revalidate";

/** Answers with a file of a release, or with 304 when the client has it. */
export function sendFile(
  request: SiteRequest,
  view: ContentView,
  file: ReleaseFile,
  options: { readonly now: Date },
): ResultAsync<Reply, ContentError> {
  return flow(async function* () {
    const validators = validatorsOf(file, options.now);
    const { entityTag, lastModified } = validators;
    const headers: ReplyHeaders = {
      "cache-control": revalidate,
      etag: entityTag,
      ...(lastModified === undefined ? {} : { "last-modified": lastModified.toUTCString() }),
      "x-content-type-options": "nosniff",
    };
    if (isNotModified(request, validators)) return ok({ status: 304, headers, body: null });
    const body = yield* readWhole(request, view, file);
    return ok({ status: 200, headers: { ...headers, ...describe(file) }, body });
  });
}

/** Answers 404 with a file of the release. Never conditional: validators are those of the file, not of what is missing. */
export function sendNotFoundFile(
  request: SiteRequest,
  view: ContentView,
  file: ReleaseFile,
): ResultAsync<Reply, ContentError> {
  const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff", ...describe(file) };
  return readWhole(request, view, file).map((body) => ({ status: 404, headers, body }));
}

/** A permanent redirect that may not outlive the release that asks for it. */
export function redirect(location: string): Reply {
  return {
    status: 308,
    headers: { "cache-control": revalidate, "content-length": "0", location, "x-content-type-options": "nosniff" },
    body: null,
  };
}

function describe(file: ReleaseFile): ReplyHeaders {
  return { "content-length": String(file.size), "content-type": file.mediaType };
}

/**
 * The file's bytes, with the first of them read already: until then a failure can still become a page. HEAD reads
 * nothing.
 */
function readWhole(
  request: SiteRequest,
  view: ContentView,
  file: ReleaseFile,
): ResultAsync<AsyncIterable<Uint8Array> | null, ContentError> {
  const { signal } = request;
  return flow(async function* () {
    if (request.method === "HEAD") return ok(null);
    const bytes = yield* view.read(file.path, { signal });
    const iterator = bytes[Symbol.asyncIterator]();
    const first = yield* attempt(
      () => iterator.next(),
      (cause) => readingError(cause, signal),
    );
    if (first.done === true && file.size > 0) return err(cutShort(view, file));
    return ok(exactly(first, iterator, view, file));
  });
}

/**
 * Passes bytes on, and fails when they are not as many as `content-length` has promised. Not a generator: one that was
 * never begun does not run its `finally`, and the source would stay open.
 */
function exactly(
  first: IteratorResult<Uint8Array>,
  source: AsyncIterator<Uint8Array>,
  view: ContentView,
  file: ReleaseFile,
): AsyncIterable<Uint8Array> {
  let waiting: IteratorResult<Uint8Array> | undefined = first;
  let sent = 0;
  const close = async (): Promise<IteratorResult<Uint8Array>> => {
    await source.return?.();
    return { done: true, value: undefined };
  };
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const step = waiting ?? (await source.next());
    waiting = undefined;
    if (step.done !== true) sent += step.value.byteLength;
    if (step.done === true ? sent === file.size : sent <= file.size) return step;
    await close();
    throw cutShort(view, file);
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: close }) };
}

function readingError(cause: unknown, signal: AbortSignal): ContentError {
  if (isHostingError(cause)) return cause as ContentError;
  return adapterError(cause, { adapter: "content", operation: "read", state: "unchanged", signal });
}

function cutShort(view: ContentView, file: ReleaseFile): ContentError {
  const details = { target: "content", release: view.release, paths: [file.path] };
  return hostingError("RELEASE_CORRUPT", `${file.path} has another size than its release says.`, details);
}

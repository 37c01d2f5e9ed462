import { attempt, type ContentError, err, flow, ok, type ResultAsync } from "@hostelry/core/adapter";
import type { Reply } from "../answer/reply.ts";
import type { SiteRequest } from "../answer/site-request.ts";
import { type BodyCache, otherBytes, readingError } from "./body-cache.ts";
import { type NeededBytes, needsBytes, type PlannedReply } from "./planned-reply.ts";

/** The reply, if its bytes are at hand; `undefined`: they have to be read. */
export function replyNow(bodies: BodyCache, { status, headers, body }: PlannedReply): Reply | undefined {
  if (!needsBytes(body)) return { status, headers, body };
  const bytes = bodies.get(body.file);
  return bytes === undefined ? undefined : { status, headers, body: partOf(bytes, body) };
}

/** The reply, with its bytes read: small files whole, large ones while they are sent. */
export function replyLater(
  bodies: BodyCache,
  request: SiteRequest,
  planned: PlannedReply,
): ResultAsync<Reply, ContentError> {
  return flow(async function* () {
    const { status, headers, body } = planned;
    if (!needsBytes(body)) return ok({ status, headers, body });
    if (bodies.holds(body.file)) {
      const bytes = bodies.get(body.file) ?? (yield* bodies.load(body.view, body.file));
      return ok({ status, headers, body: partOf(bytes, body) });
    }
    return ok({ status, headers, body: yield* streamed(request, body) });
  });
}

function partOf(bytes: Uint8Array, { file, start, end }: NeededBytes): Uint8Array {
  return start === 0 && end === file.size ? bytes : bytes.subarray(start, end);
}

/** The bytes as they come, with the first of them read already: until then a failure can still become a page. */
function streamed(request: SiteRequest, needed: NeededBytes): ResultAsync<AsyncIterable<Uint8Array>, ContentError> {
  const signal = request.signal();
  const { view, file, start, end } = needed;
  return flow(async function* () {
    const bytes = yield* view.read(file.path, { signal, start, end });
    const iterator = bytes[Symbol.asyncIterator]();
    const first = yield* attempt(
      () => iterator.next(),
      (cause) => readingError(cause, signal),
    );
    if (first.done === true) return err(otherBytes(view, file));
    return ok(exactly(first, iterator, needed));
  });
}

/**
 * Passes bytes on, and fails when they are not as many as `content-length` has promised. Not a generator: one that was
 * never begun does not run its `finally`, and the source would stay open.
 */
function exactly(
  first: IteratorResult<Uint8Array>,
  source: AsyncIterator<Uint8Array>,
  { view, file, start, end }: NeededBytes,
): AsyncIterable<Uint8Array> {
  let waiting: IteratorResult<Uint8Array> | undefined = first;
  let left = end - start;
  const close = async (): Promise<IteratorResult<Uint8Array>> => {
    await source.return?.();
    return { done: true, value: undefined };
  };
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const step = waiting ?? (await source.next());
    waiting = undefined;
    if (step.done !== true) left -= step.value.byteLength;
    if (step.done === true ? left === 0 : left >= 0) return step;
    await close();
    throw otherBytes(view, file);
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: close }) };
}

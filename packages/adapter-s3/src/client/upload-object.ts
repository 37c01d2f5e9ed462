import { untilAborted } from "@hostelry/core/adapter";
import { bodyParts, partSize, slicesOf } from "./body-parts.ts";
import type { Received, UploadOutcome } from "./object-client.ts";
import { putObject } from "./put-object.ts";
import { sha256Of } from "./signed-request.ts";
import { uploadParts } from "./upload-parts.ts";
import { assertAsPromised, type Uploading } from "./uploading.ts";

/** What is done with bytes that fit into one request. */
export type SmallBody<T> = (bytes: Uint8Array, sha256: string) => Promise<T>;

/**
 * Takes in bytes of any number. What does not fill a part is gathered and handed over. Of anything larger a part is gathered
 * while the parts before are on their way, as many as the memory for bodies allows.
 */
export async function receiveObject<T>(
  uploading: Uploading,
  partBytes: number,
  small: SmallBody<T>,
): Promise<Received<T>> {
  const { requests, input, options } = uploading;
  const { signal } = options;
  const { bytes } = input;
  signal?.throwIfAborted();
  const whole = async (body: Uint8Array): Promise<Received<T>> => {
    const sha256 = sha256Of(body);
    assertAsPromised(input, sha256, body.length);
    return { kind: "small", value: await small(body, sha256) };
  };
  if (bytes instanceof Uint8Array && bytes.length <= partBytes) return whole(bytes);

  const size = partSize(partBytes, bytes instanceof Uint8Array ? bytes.length : input.size);
  const parts =
    bytes instanceof Uint8Array ? slicesOf(bytes, size) : bodyParts(untilAborted(bytes, signal), size, input.size);
  // A body of known size takes no more memory than it has; one byte more, to see that it does not go on.
  const share = await requests.memory.take(Math.min(size, (input.size ?? size) + 1), signal);
  try {
    const step = await parts.next();
    const first = step.done === true ? new Uint8Array(0) : step.value;
    if (first.length < size) {
      share.shrinkTo(first.length);
      return await whole(first);
    }
    // A body of unknown size may end here, and is one of a single part then.
    return { kind: "large", outcome: await uploadParts(uploading, { first, share, rest: parts, size }) };
  } finally {
    share.giveBack();
    await parts.return?.();
  }
}

/** Writes bytes of any number. */
export async function uploadObject(uploading: Uploading, partBytes: number): Promise<UploadOutcome> {
  const { requests, dialect, key, options } = uploading;
  const received = await receiveObject(uploading, partBytes, async (bytes, sha256): Promise<UploadOutcome> => {
    const outcome = await putObject(requests, dialect, key, bytes, { ...options, sha256 });
    return { ...outcome, sha256, size: bytes.length };
  });
  return received.kind === "small" ? received.value : received.outcome;
}

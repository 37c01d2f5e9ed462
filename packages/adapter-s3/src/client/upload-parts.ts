import { createHash, randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Share } from "./budget.ts";
import { headObject } from "./get-object.ts";
import { beginParts, endParts, giveUpParts, type PartsUpload, type SentPart, sendPart } from "./multipart.ts";
import type { UploadOutcome } from "./object-client.ts";
import { conditionHeaders } from "./put-object.ts";
import { assertAsPromised, type Uploading } from "./uploading.ts";

/** A body that is larger than its first part. */
export interface PartsAtHand {
  readonly first: Uint8Array;
  /** Memory of the first part. */
  readonly share: Share;
  readonly rest: AsyncIterator<Uint8Array, void>;
  /** Bytes of every part but the last. */
  readonly size: number;
}

/**
 * Writes an object in parts, some of them side by side. Each part holds its share of memory from before it is gathered until it is sent, and
 * none waits for a second share while it holds one, so uploads never wait for each other in a circle.
 */
export async function uploadParts(uploading: Uploading, parts: PartsAtHand): Promise<UploadOutcome> {
  const { requests, key, options } = uploading;
  const nonce = randomUUID();
  const headers = { ...options, metadata: { ...options.metadata, nonce } };
  const upload = await beginParts(requests, key, headers, options.signal);
  let outcome: UploadOutcome | undefined;
  try {
    const sent = await sendParts(uploading, upload, parts);
    assertAsPromised(uploading.input, sent.sha256, sent.size);
    outcome = await finish(uploading, upload, nonce, sent);
    return outcome;
  } finally {
    // Not with the caller's signal: what was begun is taken back also when the caller has gone. What fails here is swept later.
    if (outcome?.outcome !== "written") {
      await giveUpParts(requests, upload, AbortSignal.timeout(10_000)).catch(() => undefined);
    }
  }
}

interface SentBody {
  readonly parts: readonly SentPart[];
  readonly sha256: string;
  readonly size: number;
}

async function sendParts(
  { requests, options: { signal } }: Uploading,
  upload: PartsUpload,
  { first, share: firstShare, rest, size }: PartsAtHand,
): Promise<SentBody> {
  const digest = createHash("sha256");
  const sent: SentPart[] = [];
  const underway = new Set<Promise<void>>();
  const failures: unknown[] = [];
  // One part that fails ends the others.
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  setMaxListeners(0, either);
  let total = 0;

  const send = (number: number, bytes: Uint8Array, share: Share): void => {
    digest.update(bytes);
    total += bytes.length;
    const sending = sendPart(requests, upload, number, bytes, either)
      .then(
        (part) => void sent.push(part),
        (cause: unknown) => {
          failures.push(cause);
          stop.abort();
        },
      )
      .finally(() => {
        share.giveBack();
        underway.delete(sending);
      });
    underway.add(sending);
  };

  try {
    send(1, first, firstShare);
    for (let number = 2; failures.length === 0; number += 1) {
      const share = await requests.memory.take(size, either);
      const step = await rest.next().catch((cause: unknown) => {
        share.giveBack();
        throw cause;
      });
      if (step.done === true) {
        share.giveBack();
        break;
      }
      share.shrinkTo(step.value.length);
      send(number, step.value, share);
    }
  } catch (cause) {
    failures.push(cause);
    stop.abort();
  }
  await Promise.all(underway);
  // The first is the reason of the others.
  if (failures.length > 0) throw failures[0];
  return { parts: sent, sha256: digest.digest("hex"), size: total };
}

async function finish(
  { requests, dialect, key, options: { condition, signal } }: Uploading,
  upload: PartsUpload,
  nonce: string,
  { parts, sha256, size }: SentBody,
): Promise<UploadOutcome> {
  let uncertain = false;
  const end = await endParts(requests, upload, parts, {
    headers: conditionHeaders(condition, dialect),
    onUncertain: () => {
      uncertain = true;
    },
    signal,
  });
  if (end.outcome === "written" && end.etag !== "") return { outcome: "written", etag: end.etag, sha256, size };
  // Some stores do not say the tag of an object made of parts; and an end that got no answer may have done its work.
  if (end.outcome === "written" || uncertain) {
    const found = await headObject(requests, key, signal);
    if (found.outcome === "found" && found.metadata["nonce"] === nonce) {
      return { outcome: "written", etag: found.etag, sha256, size };
    }
  }
  if (end.outcome === "gone" && !uncertain) throw new Error("The store has forgotten the upload.");
  return { outcome: "conflict", mayHaveHappened: uncertain || end.outcome === "written", sha256, size };
}

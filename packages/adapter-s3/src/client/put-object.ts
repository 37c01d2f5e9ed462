import { createHash, randomUUID } from "node:crypto";
import type { S3Dialect } from "../dialect/s3-dialect.ts";
import { answerText } from "./answer-document.ts";
import { headObject } from "./get-object.ts";
import type { PutOptions, PutOutcome, WriteCondition } from "./object-client.ts";
import { bareTag, requestHeaders } from "./object-headers.ts";
import { refusalInside, refusalOf } from "./store-refusal.ts";
import type { StoreRequests } from "./store-requests.ts";

/** The metadata by which a writer knows its own conditional write again. */
const nonceName = "nonce";

/**
 * Writes an object by one request.
 *
 * A write without a condition may be repeated as it is. One with a condition may not be judged by the answer to a repetition: a first
 * attempt that did its work without our hearing of it makes the second one lose against it. So each such write carries a
 * nonce, and one that loses after an unanswered attempt looks whose object is there.
 */
export async function putObject(
  requests: StoreRequests,
  dialect: Pick<S3Dialect, "replaceIfMatch">,
  key: string,
  body: Uint8Array,
  options: PutOptions,
): Promise<PutOutcome> {
  const { condition, sha256, signal } = options;
  const nonce = condition === undefined ? undefined : randomUUID();
  const headers = requestHeaders(
    nonce === undefined ? options : { ...options, metadata: { ...options.metadata, [nonceName]: nonce } },
  );
  let uncertain = false;
  const ours = async (): Promise<PutOutcome | undefined> => {
    const found = await headObject(requests, key, signal);
    const isOurs = found.outcome === "found" && found.metadata[nonceName] === nonce;
    return isOurs ? { outcome: "written", etag: found.etag } : undefined;
  };
  const put = (): Promise<PutOutcome> =>
    requests.ask<PutOutcome>({
      operation: "put",
      request: { method: "PUT", key, headers: { ...headers, ...conditionHeaders(condition, dialect) }, body, sha256 },
      expects: condition === undefined ? [200] : [200, 404, 409, 412],
      leaves: "unknown",
      onUncertain: () => {
        uncertain = true;
      },
      signal,
      read: async (answer) => {
        if (answer.status === 200) {
          await answerText(answer.body);
          return { outcome: "written", etag: bareTag(answer.headers.etag ?? "") };
        }
        const refusal = await refusalOf(answer);
        if (answer.status === 404 && (refusal.facts.code === "NoSuchBucket" || condition?.ifMatch === undefined))
          throw refusal;
        return { outcome: "conflict", mayHaveHappened: false };
      },
    });
  try {
    const outcome = await put();
    if (outcome.outcome === "written" || !uncertain) return outcome;
  } catch (cause) {
    // Not one answer in all attempts: perhaps the store answers a simpler question.
    const found = condition !== undefined && uncertain && signal?.aborted !== true ? await quietly(ours) : undefined;
    if (found === undefined) throw cause;
    return found;
  }
  return (await ours()) ?? { outcome: "conflict", mayHaveHappened: true };
}

/** What a look found, or nothing when it failed as well: then the first failure says more. */
async function quietly<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await look();
  } catch {
    return undefined;
  }
}

/** A condition in the store's dialect. */
export function conditionHeaders(
  condition: WriteCondition | undefined,
  { replaceIfMatch }: Pick<S3Dialect, "replaceIfMatch">,
): Readonly<Record<string, string>> {
  if (condition === undefined) return {};
  if (condition.ifMatch === undefined) return { "if-none-match": "*" };
  return { "if-match": replaceIfMatch === "unquoted" ? condition.ifMatch : `"${condition.ifMatch}"` };
}

/** `Content-MD5`, which some requests have to have, as the header wants it. */
export function contentMd5(body: Uint8Array): string {
  return createHash("md5").update(body).digest("base64");
}

/** The root of a document that came with status 200, or the refusal inside it. */
export function assertNoRefusal(rootName: string, text: string): void {
  if (rootName === "Error") throw refusalInside(text);
}

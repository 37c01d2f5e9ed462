import { answerDocument, answerText, escapedText } from "./answer-document.ts";
import type { DeleteUntilOptions } from "./object-client.ts";
import { contentMd5 } from "./put-object.ts";
import { refusalOf, StoreRefusal } from "./store-refusal.ts";
import type { StoreRequests } from "./store-requests.ts";

/** The most keys that one request removes. */
const batchKeys = 1000;

/** What no document of XML can name. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const unnameable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Removes objects, a thousand by one request. */
export async function deleteObjects(
  requests: StoreRequests,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const key of keys.filter((each) => unnameable.test(each))) await deleteObject(requests, key, signal);
  const nameable = keys.filter((key) => !unnameable.test(key));
  const batches: (readonly string[])[] = [];
  for (let from = 0; from < nameable.length; from += batchKeys) batches.push(nameable.slice(from, from + batchKeys));
  for (const batch of batches) {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) await deleteObject(requests, only, signal);
    else await deleteBatch(requests, batch, signal);
  }
}

/** Removes one object. */
export function deleteObject(requests: StoreRequests, key: string, signal: AbortSignal | undefined): Promise<void> {
  return requests.ask({
    operation: "delete",
    request: { method: "DELETE", key },
    expects: [200, 204, 404],
    leaves: "unknown",
    signal,
    read: async ({ body }) => void (await answerText(body)),
  });
}

/**
 * Removes an object by a request that is refused when its time is over, by the store's own clock: whoever was paused before sending it
 * can't remove what was written meanwhile. Never repeated.
 */
export function deleteObjectUntil(
  requests: StoreRequests,
  key: string,
  { signedAt, expiresInSeconds, signal }: DeleteUntilOptions,
): Promise<boolean> {
  return requests.askUntil<boolean>(
    {
      operation: "delete",
      request: { method: "DELETE", key },
      expects: [200, 204, 403, 404],
      leaves: "unknown",
      signal,
      read: async (answer) => {
        if (answer.status !== 403) {
          await answerText(answer.body);
          return true;
        }
        const refusal = await refusalOf(answer);
        // Stores differ in what they call it.
        const late = Date.now() + (refusal.facts.clockAheadMs ?? 0) >= signedAt.getTime() + expiresInSeconds * 1000;
        if (!late) throw refusal;
        return false;
      },
    },
    { signedAt, expiresInSeconds },
  );
}

async function deleteBatch(
  requests: StoreRequests,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const objects = keys.map((key) => `<Object><Key>${escapedText(key)}</Key></Object>`).join("");
  const document = `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects}</Delete>`;
  const body = Buffer.from(document);
  const answered = await requests.ask<"done" | "unknown request">({
    operation: "delete",
    request: {
      method: "POST",
      query: { delete: "" },
      headers: { "content-type": "application/xml", "content-md5": contentMd5(body) },
      body,
    },
    expects: [200, 405, 501],
    leaves: "changed",
    signal,
    read: async (answer) => {
      const text = await answerText(answer.body);
      if (answer.status !== 200) return "unknown request";
      const [problem] = answerDocument(text).all("Error");
      if (problem === undefined) return "done";
      const code = problem.value("Code") ?? "";
      const status = code === "AccessDenied" ? 403 : code === "SlowDown" ? 503 : 500;
      throw new StoreRefusal({ status, code }, `: ${(problem.value("Message") ?? "").slice(0, 300)}`);
    },
  });
  if (answered === "done") return;
  // A store that knows no batches.
  const queue = keys[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const key of queue) await deleteObject(requests, key, signal);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

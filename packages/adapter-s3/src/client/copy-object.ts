import { answerDocument, answerText } from "./answer-document.ts";
import type { CopyOptions, CopyOutcome } from "./object-client.ts";
import { bareTag, requestHeaders } from "./object-headers.ts";
import { assertNoRefusal } from "./put-object.ts";
import { encodedKey } from "./signed-request.ts";
import { refusalOf } from "./store-refusal.ts";
import type { StoreRequests } from "./store-requests.ts";

/** Copies an object inside its bucket. */
export function copyObject(
  requests: StoreRequests,
  from: string,
  to: string,
  { replace, signal }: CopyOptions,
): Promise<CopyOutcome> {
  const headers = {
    ...(replace === undefined ? {} : { ...requestHeaders(replace), "x-amz-metadata-directive": "REPLACE" }),
    "x-amz-copy-source": `/${requests.bucket}/${encodedKey(from)}`,
  };
  return requests.ask<CopyOutcome>({
    operation: "copy",
    request: { method: "PUT", key: to, headers },
    expects: [200, 404],
    leaves: "unknown",
    signal,
    read: async (answer) => {
      if (answer.status === 404) {
        const refusal = await refusalOf(answer);
        if (refusal.facts.code === "NoSuchBucket") throw refusal;
        return { outcome: "absent" };
      }
      const text = await answerText(answer.body);
      const root = answerDocument(text);
      assertNoRefusal(root.name, text);
      return { outcome: "copied", etag: bareTag(root.value("ETag") ?? "") };
    },
  });
}

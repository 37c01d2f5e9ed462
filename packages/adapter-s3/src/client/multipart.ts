import { answerDocument, answerText, escapedText } from "./answer-document.ts";
import type { ObjectHeaders, UnfinishedUpload } from "./object-client.ts";
import { bareTag, requestHeaders } from "./object-headers.ts";
import { assertNoRefusal } from "./put-object.ts";
import { refusalOf } from "./store-refusal.ts";
import type { StoreRequests } from "./store-requests.ts";

/** An upload in parts that was begun. */
export interface PartsUpload {
  readonly key: string;
  readonly uploadId: string;
}

/** One part that was sent. */
export interface SentPart {
  /** Counted from 1. */
  readonly number: number;
  readonly etag: string;
}

/** Begins an upload in parts. One whose beginning got no answer is left over, and swept later. */
export function beginParts(
  requests: StoreRequests,
  key: string,
  headers: ObjectHeaders,
  signal: AbortSignal | undefined,
): Promise<PartsUpload> {
  return requests.ask({
    operation: "begin an upload",
    request: { method: "POST", key, query: { uploads: "" }, headers: requestHeaders(headers) },
    expects: [200],
    signal,
    read: async ({ body }) => {
      const uploadId = answerDocument(await answerText(body)).value("UploadId");
      if (uploadId === undefined || uploadId === "") throw new Error("The store named no upload.");
      return { key, uploadId };
    },
  });
}

/** Sends one part. */
export function sendPart(
  requests: StoreRequests,
  { key, uploadId }: PartsUpload,
  number: number,
  body: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<SentPart> {
  return requests.ask({
    operation: "send a part",
    request: { method: "PUT", key, query: { partNumber: String(number), uploadId }, body },
    expects: [200],
    signal,
    read: async ({ headers, body: answer }) => {
      await answerText(answer);
      return { number, etag: bareTag(headers.etag ?? "") };
    },
  });
}

/** How an upload in parts ended. `gone`: it is not there any more, ended or given up by an earlier attempt. */
export type EndOfParts =
  | { readonly outcome: "written"; readonly etag: string }
  | { readonly outcome: "gone" | "conflict" };

/** Makes the object of its parts. */
export function endParts(
  requests: StoreRequests,
  { key, uploadId }: PartsUpload,
  parts: readonly SentPart[],
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly onUncertain: () => void;
    readonly signal: AbortSignal | undefined;
  },
): Promise<EndOfParts> {
  const list = [...parts]
    .sort((left, right) => left.number - right.number)
    .map(
      ({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${escapedText(`"${etag}"`)}</ETag></Part>`,
    );
  const document = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${list.join("")}</CompleteMultipartUpload>`;
  const body = Buffer.from(document);
  return requests.ask<EndOfParts>({
    operation: "end an upload",
    request: {
      method: "POST",
      key,
      query: { uploadId },
      headers: { ...options.headers, "content-type": "application/xml" },
      body,
    },
    expects: [200, 404, 409, 412],
    leaves: "unknown",
    onUncertain: options.onUncertain,
    signal: options.signal,
    read: async (answer) => {
      if (answer.status !== 200) {
        const refusal = await refusalOf(answer);
        if (refusal.facts.code === "NoSuchBucket") throw refusal;
        return { outcome: refusal.facts.code === "NoSuchUpload" ? "gone" : "conflict" };
      }
      const text = await answerText(answer.body);
      const root = answerDocument(text);
      assertNoRefusal(root.name, text);
      return { outcome: "written", etag: bareTag(root.value("ETag") ?? "") };
    },
  });
}

/** Gives an upload up and frees its parts. One that is not there is given up already. */
export function giveUpParts(
  requests: StoreRequests,
  { key, uploadId }: PartsUpload,
  signal: AbortSignal | undefined,
): Promise<void> {
  return requests.ask({
    operation: "give up an upload",
    request: { method: "DELETE", key, query: { uploadId } },
    expects: [200, 204, 404],
    signal,
    read: async ({ body }) => void (await answerText(body)),
  });
}

/** The uploads below a prefix that were begun and not ended; at most a thousand. */
export function unfinishedUploads(
  requests: StoreRequests,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<readonly UnfinishedUpload[]> {
  return requests.ask({
    operation: "list uploads",
    request: { method: "GET", query: { uploads: "", prefix, "max-uploads": "1000" } },
    expects: [200],
    signal,
    read: async ({ body }) =>
      answerDocument(await answerText(body))
        .all("Upload")
        .map((upload) => ({
          key: upload.value("Key") ?? "",
          uploadId: upload.value("UploadId") ?? "",
          begunAt: new Date(upload.value("Initiated") ?? Number.NaN),
        })),
  });
}

import { createHash, randomUUID } from "node:crypto";
import { parseXml, XmlElement } from "@rgrove/parse-xml";
import { document, type FakeAnswer, refusal } from "./fake-answer.ts";
import { type FakeS3Bucket, type FakeS3Object, objectHeaders, tagOf, tagOfParts } from "./fake-bucket.ts";
import type { FakeS3Dialect } from "./fake-dialect.ts";
import type { FakeS3Request } from "./fake-fault.ts";
import { escaped, listingDocument } from "./fake-listing.ts";

/** What an operation works with. Each is one act: nothing happens between its looking and its doing. */
export interface FakeOperation {
  readonly bucket: FakeS3Bucket;
  readonly bucketName: string;
  readonly dialect: FakeS3Dialect;
  readonly request: FakeS3Request;
  readonly body: Uint8Array;
  readonly now: Date;
}

/** Does what was asked. */
export function perform(operation: FakeOperation): FakeAnswer {
  const { request, dialect, body } = operation;
  const { method, key, query, headers } = request;
  const promised = headers["x-amz-content-sha256"];
  if (promised?.startsWith("STREAMING-") === true) return refusal(501, "NotImplemented");
  const isHash = promised !== undefined && /^[0-9a-f]{64}$/.test(promised);
  if (dialect.checksSha256 && isHash && createHash("sha256").update(body).digest("hex") !== promised) {
    return refusal(400, "XAmzContentSHA256Mismatch");
  }
  const md5 = headers["content-md5"];
  if (md5 !== undefined && createHash("md5").update(body).digest("base64") !== md5) return refusal(400, "BadDigest");
  if (key === undefined) return bucketOperation(operation);
  if (query.has("uploads") && method === "POST") return beginUpload(operation, key);
  if (query.has("uploadId")) return uploadOperation(operation, key, query.get("uploadId") ?? "");
  if (method === "GET" || method === "HEAD") return read(operation, key);
  if (method === "DELETE") return remove(operation, key);
  if (method !== "PUT") return refusal(405, "MethodNotAllowed");
  return headers["x-amz-copy-source"] === undefined ? write(operation, key) : copy(operation, key);
}

function bucketOperation({ bucket, dialect, request, body }: FakeOperation): FakeAnswer {
  const { method, query } = request;
  if (method === "GET" && query.has("uploads")) {
    const prefix = query.get("prefix") ?? "";
    const uploads = [...bucket.uploads].filter(([, { key }]) => key.startsWith(prefix));
    const entries = uploads.map(
      ([id, { key, begunAt }]) =>
        `<Upload><Key>${escaped(key)}</Key><UploadId>${id}</UploadId><Initiated>${begunAt.toISOString()}</Initiated></Upload>`,
    );
    return document(`<ListMultipartUploadsResult>${entries.join("")}</ListMultipartUploadsResult>`);
  }
  if (method === "GET") return document(listingDocument(bucket, query, dialect.exactTimes));
  if (method === "HEAD") return { status: 200 };
  if (method !== "POST" || !query.has("delete")) return refusal(405, "MethodNotAllowed");
  if (!dialect.deletesMany) return refusal(501, "NotImplemented");
  if (request.headers["content-md5"] === undefined) return refusal(400, "InvalidRequest");
  for (const object of children(root(body), "Object")) bucket.objects.delete(textOf(object, "Key"));
  return document("<DeleteResult></DeleteResult>");
}

function read({ bucket, request }: FakeOperation, key: string): FakeAnswer {
  const object = bucket.objects.get(key);
  if (object === undefined) return refusal(404, "NoSuchKey");
  const { headers } = request;
  if (headers["if-none-match"] === `"${object.etag}"`) return { status: 304, headers: answerHeaders(object) };
  if (headers["if-match"] !== undefined && headers["if-match"] !== `"${object.etag}"`) {
    return refusal(412, "PreconditionFailed");
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers["range"] ?? "");
  if (range === null) return { status: 200, headers: answerHeaders(object), body: object.bytes };
  const size = object.bytes.length;
  const start = Number(range[1]);
  const end = range[2] === "" || range[2] === undefined ? size : Math.min(Number(range[2]) + 1, size);
  if (start >= size) return refusal(416, "InvalidRange");
  return {
    status: 206,
    headers: { ...answerHeaders(object), "content-range": `bytes ${start}-${end - 1}/${size}` },
    body: object.bytes.subarray(start, end),
  };
}

function answerHeaders({ headers, etag, lastModified }: FakeS3Object): Readonly<Record<string, string>> {
  return { ...headers, etag: `"${etag}"`, "last-modified": lastModified.toUTCString(), "accept-ranges": "bytes" };
}

/** What a conditional write is answered when its condition does not hold; `undefined` when it does, or there is none. */
export function lostCondition({ bucket, dialect, request }: FakeOperation, key: string): FakeAnswer | undefined {
  const there = bucket.objects.get(key);
  const { "if-none-match": ifNoneMatch, "if-match": ifMatch } = request.headers;
  if (ifNoneMatch === "*" && dialect.createOnce && there !== undefined) return refusal(412, "PreconditionFailed");
  if (ifMatch === undefined || dialect.ifMatch === "ignored") return undefined;
  if (dialect.ifMatch === "refused") return refusal(501, "NotImplemented");
  if (there === undefined) {
    return dialect.nothingToMatch === 404 ? refusal(404, "NoSuchKey") : refusal(412, "PreconditionFailed");
  }
  const bare = dialect.ifMatch === "unquoted" ? ifMatch : ifMatch.replace(/^"(.*)"$/, "$1");
  return bare === there.etag ? undefined : lost(dialect);
}

/** How a write that lost by its tag is answered. */
export function lost({ lostReplacement }: FakeS3Dialect): FakeAnswer {
  return refusal(lostReplacement, lostReplacement === 409 ? "ConcurrentModification" : "PreconditionFailed");
}

function write(operation: FakeOperation, key: string): FakeAnswer {
  const { bucket, request, body, now } = operation;
  const refused = lostCondition(operation, key);
  if (refused !== undefined) return refused;
  const etag = tagOf(body);
  bucket.objects.set(key, { bytes: body, etag, lastModified: now, headers: objectHeaders(request.headers) });
  return { status: 200, headers: { etag: `"${etag}"` } };
}

function copy({ bucket, bucketName, dialect, request, now }: FakeOperation, key: string): FakeAnswer {
  const source = decodeURIComponent(request.headers["x-amz-copy-source"] ?? "").replace(/^\//, "");
  const from = source.slice(bucketName.length + 1);
  const original = source.startsWith(`${bucketName}/`) ? bucket.objects.get(from) : undefined;
  if (original === undefined) return refusal(404, "NoSuchKey");
  const replace = request.headers["x-amz-metadata-directive"] === "REPLACE";
  if (from === key && (!replace || !dialect.renewsByCopy)) return refusal(400, "InvalidRequest");
  const headers = replace ? objectHeaders(request.headers) : original.headers;
  const etag = tagOf(original.bytes);
  bucket.objects.set(key, { ...original, etag, lastModified: now, headers });
  const time = now.toISOString();
  return document(
    `<CopyObjectResult><ETag>&quot;${etag}&quot;</ETag><LastModified>${time}</LastModified></CopyObjectResult>`,
  );
}

function remove({ bucket, dialect, request }: FakeOperation, key: string): FakeAnswer {
  const there = bucket.objects.get(key);
  const ifMatch = request.headers["if-match"];
  if (dialect.deleteIfMatch && ifMatch !== undefined && there !== undefined && ifMatch !== `"${there.etag}"`) {
    return refusal(412, "PreconditionFailed");
  }
  bucket.objects.delete(key);
  return { status: 204 };
}

function beginUpload({ bucket, request, now }: FakeOperation, key: string): FakeAnswer {
  const id = randomUUID();
  bucket.uploads.set(id, { key, begunAt: now, headers: objectHeaders(request.headers), parts: new Map() });
  return document(
    `<InitiateMultipartUploadResult><Key>${escaped(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
  );
}

function uploadOperation(operation: FakeOperation, key: string, id: string): FakeAnswer {
  const { bucket, dialect, request, body, now } = operation;
  const upload = bucket.uploads.get(id);
  if (upload === undefined || upload.key !== key) return refusal(404, "NoSuchUpload");
  if (request.method === "PUT") {
    upload.parts.set(Number(request.query.get("partNumber")), body);
    return { status: 200, headers: { etag: `"${tagOf(body)}"` } };
  }
  if (request.method === "DELETE") {
    bucket.uploads.delete(id);
    return { status: 204 };
  }
  const named = children(root(body), "Part").map((part) => ({
    bytes: upload.parts.get(Number(textOf(part, "PartNumber"))),
    etag: textOf(part, "ETag").replaceAll('"', ""),
  }));
  const parts: Uint8Array[] = [];
  for (const { bytes, etag } of named) {
    if (bytes === undefined || tagOf(bytes) !== etag) return refusal(400, "InvalidPart");
    parts.push(bytes);
  }
  const minimum = 5 * 1024 * 1024;
  if (parts.slice(0, -1).some((part) => part.length < minimum)) return refusal(400, "EntityTooSmall");
  const refused = lostCondition(operation, key);
  if (refused !== undefined) return refused;
  bucket.uploads.delete(id);
  const etag = tagOfParts(parts);
  const bytes = new Uint8Array(Buffer.concat(parts));
  bucket.objects.set(key, { bytes, etag, lastModified: now, headers: upload.headers });
  const told = dialect.tellsTagOfParts ? `<ETag>&quot;${etag}&quot;</ETag>` : "<ETag></ETag>";
  return document(`<CompleteMultipartUploadResult><Key>${escaped(key)}</Key>${told}</CompleteMultipartUploadResult>`);
}

function root(body: Uint8Array): XmlElement {
  const { root: element } = parseXml(Buffer.from(body).toString());
  if (element === null) throw new Error("The document has no root.");
  return element;
}

function children(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child): child is XmlElement => child instanceof XmlElement && child.name === name);
}

function textOf(element: XmlElement, name: string): string {
  return children(element, name)[0]?.text ?? "";
}

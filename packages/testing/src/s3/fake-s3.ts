import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type FakeAnswer, refusal } from "./fake-answer.ts";
import type { FakeS3Bucket, FakeS3Object, FakeS3Upload } from "./fake-bucket.ts";
import { type FakeS3Dialect, type FakeS3DialectName, fakeS3Dialects } from "./fake-dialect.ts";
import type { FakeS3Fault, FakeS3Request } from "./fake-fault.ts";
import { emptyListing, listingDocument } from "./fake-listing.ts";
import { type FakeOperation, lost, perform } from "./fake-operations.ts";
import { type FakeS3Credentials, signatureProblem } from "./fake-signature.ts";

/** Asked before each request is looked at; may answer with a fault, and may let the request wait by answering later. */
export type FakeS3Hook = (request: FakeS3Request) => FakeS3Fault | undefined | Promise<FakeS3Fault | undefined>;

/** Options of {@link fakeS3}. */
export interface FakeS3Options {
  /** How it behaves where real stores differ. Default `aws`. */
  readonly dialect?: FakeS3DialectName | FakeS3Dialect | undefined;
  /** Name of its bucket. Default `sites`. */
  readonly bucket?: string | undefined;
  /** Whether signatures are checked. Default `true`. */
  readonly checksSignatures?: boolean | undefined;
  /** Its clock. Default: the machine's. */
  readonly now?: (() => Date) | undefined;
  /** What goes wrong from the beginning; also settable later. */
  readonly onRequest?: FakeS3Hook | undefined;
}

/** A store that runs. */
export interface FakeS3 {
  /** `http://127.0.0.1:<port>`; the bucket is the first part of the path, or of the host name for whoever resolves that. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly credentials: FakeS3Credentials;
  readonly dialect: FakeS3Dialect;
  /** What it holds, by key. Tests may look, and change it behind everybody's back. */
  readonly objects: Map<string, FakeS3Object>;
  /** Uploads in parts that were begun and not ended, by their ids. */
  readonly uploads: Map<string, FakeS3Upload>;
  /** Every request so far, in the order they came. */
  readonly requests: readonly FakeS3Request[];
  /** What goes wrong; `undefined`: nothing. */
  onRequest: FakeS3Hook | undefined;
  /** Its clock; a test may put another in. */
  now: () => Date;
  /** Ends it, with all connections. */
  stop(): Promise<void>;
}

/**
 * An S3-compatible store in memory, over HTTP on this machine: strict about signatures, exact about conditions, in whichever dialect, with faults
 * on demand. For tests and examples; it keeps nothing.
 */
export async function fakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const { dialect: named = "aws", bucket: bucketName = "sites", checksSignatures = true } = options;
  const dialect = typeof named === "string" ? fakeS3Dialects[named] : named;
  const bucket: FakeS3Bucket = { objects: new Map(), uploads: new Map() };
  const credentials = { accessKeyId: "FAKEACCESSKEY", secretAccessKey: "fake-secret-access-key" };
  const requests: FakeS3Request[] = [];

  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const received = await bodyOf(message);
    const target = message.url ?? "/";
    const url = new URL(target, "http://store");
    const [, first = "", ...others] = url.pathname.split("/");
    // The bucket is the first part of the host name, or of the path.
    const byHost = message.headers.host?.startsWith(`${bucketName}.`) === true;
    const name = byHost ? bucketName : first;
    const key = decodeURIComponent((byHost ? [first, ...others] : others).join("/"));
    const request: FakeS3Request = {
      method: message.method ?? "GET",
      key: key === "" ? undefined : key,
      query: url.searchParams,
      headers: singleHeaders(message),
      bytes: received.length,
      number: requests.length + 1,
    };
    requests.push(request);
    const fault = await store.onRequest?.(request);
    if (fault?.kind === "drop-before") return void message.socket.destroy();
    if (fault?.kind === "silence") return;
    const body = fault?.kind === "damage-request" ? damaged(received) : received;
    const decide = (): FakeAnswer => {
      const now = store.now();
      const before = answerBefore(fault, dialect);
      if (before !== undefined) return before;
      if (checksSignatures) {
        const wire = { method: request.method, target, headers: message.headers };
        const problem = signatureProblem(wire, credentials, now, dialect.expiresSignedUrls);
        if (problem !== undefined) return refusal(problem.status, problem.code);
      }
      if (name !== bucketName) return refusal(404, "NoSuchBucket");
      if (fault?.kind === "repeat-page") return repeatedPage(bucket, request, dialect);
      if (fault?.kind === "empty-page") return { status: 200, body: emptyListing(request.query, fault.token) };
      const operation: FakeOperation = { bucket, bucketName, dialect, request, body, now };
      return perform(operation);
    };
    const decided = decide();
    if (fault?.kind === "drop-after") return void message.socket.destroy();
    if (fault?.kind === "hold-answer") await fault.until;
    send(response, request, fault?.kind === "fail-after" ? refusal(500, "InternalError") : decided, fault, store.now());
  };

  const server: Server = createServer((message, response) => {
    answer(message, response).catch((cause: unknown) => {
      // The client has gone, or the test's own hook threw: it must not look like an answer of a store.
      message.socket.destroy(cause instanceof Error ? cause : undefined);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const store: FakeS3 = {
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    bucket: bucketName,
    credentials,
    dialect,
    objects: bucket.objects,
    uploads: bucket.uploads,
    requests,
    onRequest: options.onRequest,
    now: options.now ?? (() => new Date()),
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return store;
}

function answerBefore(fault: FakeS3Fault | undefined, dialect: FakeS3Dialect): FakeAnswer | undefined {
  switch (fault?.kind) {
    case "throttle": {
      const { retryAfterSeconds } = fault;
      return refusal(
        503,
        "SlowDown",
        retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) },
      );
    }
    case "refuse":
      return refusal(fault.status, fault.code);
    case "lose-condition":
      return lost(dialect);
    case "error-inside":
      return { ...refusal(200, "InternalError") };
    default:
      return undefined;
  }
}

function repeatedPage(bucket: FakeS3Bucket, { query }: FakeS3Request, { exactTimes }: FakeS3Dialect): FakeAnswer {
  const first = new URLSearchParams(
    [...query].filter(([name]) => name !== "start-after" && name !== "continuation-token"),
  );
  return { status: 200, body: listingDocument(bucket, first, exactTimes) };
}

function send(
  response: ServerResponse,
  { method, number }: FakeS3Request,
  answer: FakeAnswer,
  fault: FakeS3Fault | undefined,
  now: Date,
): void {
  const body = Buffer.from(answer.body ?? "");
  const isBodyless = method === "HEAD" || answer.status === 204 || answer.status === 304;
  response.sendDate = false;
  response.writeHead(answer.status, {
    ...answer.headers,
    date: now.toUTCString(),
    "x-amz-request-id": `fake-${number}`,
    ...(answer.status === 204 || answer.status === 304 ? {} : { "content-length": body.length }),
  });
  if (isBodyless) return void response.end();
  if (fault?.kind === "truncate" && fault.afterBytes < body.length) {
    response.write(body.subarray(0, fault.afterBytes), () => response.destroy());
    return;
  }
  response.end(fault?.kind === "damage" ? damaged(body) : body);
}

async function bodyOf(message: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

function singleHeaders(message: IncomingMessage): Readonly<Record<string, string>> {
  const entries = Object.entries(message.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(",") : (value ?? ""),
  ]);
  return Object.fromEntries(entries);
}

function damaged(bytes: Uint8Array): Uint8Array {
  const other = new Uint8Array(bytes);
  const middle = Math.floor(other.length / 2);
  other[middle] = (other[middle] ?? 0) ^ 1;
  return other;
}

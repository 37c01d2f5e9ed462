import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** What a fake store knows its clients by. */
export interface FakeS3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** What is wrong with a signature. */
export interface SignatureProblem {
  readonly status: 400 | 403;
  readonly code: string;
}

const graceMs = 15 * 60_000;

/** Checks AWS Signature Version 4, in the header or in the URL, by the documentation's steps: no code is shared with what is tested by it. */
export function signatureProblem(
  request: WireRequest,
  credentials: FakeS3Credentials,
  now: Date,
  expires: boolean,
): SignatureProblem | undefined {
  const url = new URL(request.target, "http://store");
  const inUrl = url.searchParams.get("X-Amz-Signature");
  return inUrl === null
    ? headerProblem(request, url, credentials, now)
    : urlProblem(request, url, credentials, now, expires);
}

function headerProblem(
  request: WireRequest,
  url: URL,
  credentials: FakeS3Credentials,
  now: Date,
): SignatureProblem | undefined {
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    request.headers.authorization ?? "",
  );
  if (match === null) return { status: 403, code: "AccessDenied" };
  const [, scope = "", signedHeaders = "", signature = ""] = match;
  const date = String(request.headers["x-amz-date"] ?? "");
  if (Math.abs(timeOf(date) - now.getTime()) > graceMs) return { status: 403, code: "RequestTimeTooSkewed" };
  const unsigned = Object.keys(request.headers).some(
    (name) =>
      (name.startsWith("x-amz-") || name === "host" || name === "content-md5") &&
      !signedHeaders.split(";").includes(name),
  );
  if (unsigned) return { status: 403, code: "AccessDenied" };
  const payload = String(request.headers["x-amz-content-sha256"] ?? "");
  return mismatch(request, url, { credentials, scope, signedHeaders, date, payload, signature });
}

function urlProblem(
  request: WireRequest,
  url: URL,
  credentials: FakeS3Credentials,
  now: Date,
  expires: boolean,
): SignatureProblem | undefined {
  const value = (name: string): string => url.searchParams.get(`X-Amz-${name}`) ?? "";
  const [date, signature] = [value("Date"), value("Signature")];
  const end = timeOf(date) + Number(value("Expires")) * 1000;
  if (expires && now.getTime() > end) return { status: 403, code: "AccessDenied" };
  url.searchParams.delete("X-Amz-Signature");
  const [scope, signedHeaders] = [value("Credential"), value("SignedHeaders")];
  return mismatch(request, url, { credentials, scope, signedHeaders, date, payload: "UNSIGNED-PAYLOAD", signature });
}

interface Claim {
  readonly credentials: FakeS3Credentials;
  readonly scope: string;
  readonly signedHeaders: string;
  readonly date: string;
  readonly payload: string;
  readonly signature: string;
}

function mismatch(
  { method, headers }: WireRequest,
  url: URL,
  { credentials, scope, signedHeaders, date, payload, signature }: Claim,
): SignatureProblem | undefined {
  const [accessKeyId, ...scopeParts] = scope.split("/");
  if (accessKeyId !== credentials.accessKeyId) return { status: 403, code: "InvalidAccessKeyId" };
  const names = signedHeaders.split(";");
  const query = [...url.searchParams]
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const path = url.pathname
    .split("/")
    .map((segment) => encoded(decodeURIComponent(segment)))
    .join("/");
  const headerLines = names
    .map(
      (name) =>
        `${name}:${String(headers[name] ?? "")
          .trim()
          .replace(/\s+/g, " ")}\n`,
    )
    .join("");
  const canonical = [method, path, query, headerLines, signedHeaders, payload].join("\n");
  const text = [
    "AWS4-HMAC-SHA256",
    date,
    scopeParts.join("/"),
    createHash("sha256").update(canonical).digest("hex"),
  ].join("\n");
  const key = scopeParts.reduce<Buffer | string>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  const expected = createHmac("sha256", key).update(text).digest("hex");
  const equal = expected.length === signature.length && timingSafeEqual(Buffer.from(expected), Buffer.from(signature));
  return equal ? undefined : { status: 403, code: "SignatureDoesNotMatch" };
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function timeOf(date: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

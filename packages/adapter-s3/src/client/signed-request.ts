import { createHash } from "node:crypto";
import aws4, { type Credentials } from "aws4";
import type { S3Credentials, StoreAddress } from "./s3-connection.ts";

/** One request, before it is signed. */
export interface StoreRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Whole key; left out for the bucket itself. */
  readonly key?: string | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** In lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
  /** SHA-256 of the body in hex, when it is known. */
  readonly sha256?: string | undefined;
}

/** What goes over the wire. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a signature is made with. */
export interface Signer {
  readonly address: StoreAddress;
  readonly region: string;
}

const emptySha256 = sha256Of(new Uint8Array(0));

/**
 * Signs a request (AWS Signature Version 4). The hash of the body is part of what is signed, so the store refuses bytes that were
 * damaged on the way; that works with every store, which can't be said of checksums in trailers.
 */
export function signedRequest(
  { address, region }: Signer,
  credentials: S3Credentials,
  { method, key, query, headers = {}, body, sha256 }: StoreRequest,
): SignedRequest {
  const bodyHeaders = method === "PUT" || method === "POST" ? { "content-length": String(body?.length ?? 0) } : {};
  const signed = aws4.sign(
    {
      service: "s3",
      region,
      method,
      path: pathOf(address, key, query),
      headers: {
        ...headers,
        ...bodyHeaders,
        host: address.host,
        "x-amz-content-sha256": body === undefined ? emptySha256 : (sha256 ?? sha256Of(body)),
      },
    },
    plainCredentials(credentials),
  );
  return { method, path: signed.path ?? "/", headers: signed.headers as Record<string, string> };
}

/**
 * A URL that carries its signature, good until it expires by the store's clock.
 *
 * @param signedAt when it is said to be made; what `expiresInSeconds` counts from.
 */
export function signedUrlPath(
  { address, region }: Signer,
  credentials: S3Credentials,
  { method, key, query }: Pick<StoreRequest, "method" | "key" | "query">,
  { expiresInSeconds, signedAt }: { readonly expiresInSeconds: number; readonly signedAt: Date },
): string {
  const signed = aws4.sign(
    {
      service: "s3",
      region,
      method,
      path: pathOf(address, key, {
        ...query,
        "X-Amz-Expires": String(expiresInSeconds),
        "X-Amz-Date": signedAt.toISOString().replace(/[:-]|\.\d{3}/g, ""),
      }),
      headers: { host: address.host },
      signQuery: true,
    },
    plainCredentials(credentials),
  );
  return signed.path ?? "/";
}

/** SHA-256 in hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The signer takes an empty token for one that has to be sent. */
function plainCredentials({ accessKeyId, secretAccessKey, sessionToken }: S3Credentials): Credentials {
  return sessionToken === undefined || sessionToken === ""
    ? { accessKeyId, secretAccessKey }
    : { accessKeyId, secretAccessKey, sessionToken };
}

function pathOf(address: StoreAddress, key: string | undefined, query: StoreRequest["query"]): string {
  // The bucket itself: some stores know it with a slash behind it only, all know it so.
  const path = `${address.basePath}${key === undefined ? "" : encodedKey(key)}`;
  const pairs = Object.entries(query ?? {}).map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

/** A key as part of a path. */
export function encodedKey(key: string): string {
  return key.split("/").map(percentEncoded).join("/");
}

/** @throws TypeError for what can't be a key here: a bug of the caller. */
export function assertKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes < 1 || bytes > 1024) throw new TypeError(`A key has 1 to 1024 bytes, not ${bytes}.`);
  if (/\p{Surrogate}/u.test(key)) throw new TypeError("A key is well-formed Unicode.");
  // Proxies, and the signer, take them for steps in a tree.
  if (key.split("/").some((segment) => segment === "." || segment === "..")) {
    throw new TypeError("A key has no segment that is . or ..");
  }
}

function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

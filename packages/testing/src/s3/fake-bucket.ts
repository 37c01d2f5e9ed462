import { createHash } from "node:crypto";

/** An object of a fake store. */
export interface FakeS3Object {
  readonly bytes: Uint8Array;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: Date;
  /** What it was written with and is read with: `content-type`, `cache-control`, `x-amz-meta-…`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An upload in parts that was begun. */
export interface FakeS3Upload {
  readonly key: string;
  readonly begunAt: Date;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Uint8Array>;
}

/** What a fake store holds. Tests may look, and change it behind everybody's back. */
export interface FakeS3Bucket {
  readonly objects: Map<string, FakeS3Object>;
  /** By upload id. */
  readonly uploads: Map<string, FakeS3Upload>;
}

const kept = [
  "content-type",
  "cache-control",
  "content-encoding",
  "content-disposition",
  "x-amz-website-redirect-location",
];

/** The headers of a request that stay with the object. */
export function objectHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).filter(([name]) => kept.includes(name) || name.startsWith("x-amz-meta-"));
  return { "content-type": "binary/octet-stream", ...Object.fromEntries(entries) };
}

/** The tag of an object that was written by one request. */
export function tagOf(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** The tag of an object that was made of parts. */
export function tagOfParts(parts: readonly Uint8Array[]): string {
  const digest = createHash("md5");
  for (const part of parts) digest.update(createHash("md5").update(part).digest());
  return `${digest.digest("hex")}-${parts.length}`;
}

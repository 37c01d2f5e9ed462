import type { IncomingHttpHeaders } from "node:http";
import type { ObjectFacts, ObjectHeaders } from "./object-client.ts";

const metadataPrefix = "x-amz-meta-";

/** An object's headers as a request carries them. */
export function requestHeaders(headers: ObjectHeaders): Record<string, string> {
  const carried: Record<string, string> = {};
  if (headers.contentType !== undefined) carried["content-type"] = headers.contentType;
  if (headers.cacheControl !== undefined) carried["cache-control"] = headers.cacheControl;
  if (headers.contentEncoding !== undefined) carried["content-encoding"] = headers.contentEncoding;
  if (headers.redirectTo !== undefined) carried["x-amz-website-redirect-location"] = headers.redirectTo;
  for (const [name, value] of Object.entries(headers.metadata ?? {})) {
    if (!/^[a-z0-9-]+$/.test(name)) throw new TypeError(`Not a name of metadata: ${JSON.stringify(name)}`);
    carried[`${metadataPrefix}${name}`] = value;
  }
  for (const [name, value] of Object.entries(carried)) {
    // Signed as it is, and changed by whoever folds or trims it on the way.
    if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value) || value.includes("  ")) {
      throw new TypeError(`Not a value of the header ${name}: ${JSON.stringify(value)}`);
    }
  }
  return carried;
}

/** What an answer says of the object under a key. */
export function objectFacts(key: string, headers: IncomingHttpHeaders): ObjectFacts {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(metadataPrefix) && typeof value === "string")
      metadata[name.slice(metadataPrefix.length)] = value;
  }
  const contentEncoding = headers["content-encoding"];
  return {
    key,
    etag: bareTag(headers.etag ?? ""),
    size: wholeSize(headers),
    lastModified: new Date(headers["last-modified"] ?? Number.NaN),
    metadata,
    ...(headers["content-type"] === undefined ? {} : { contentType: headers["content-type"] }),
    ...(headers["cache-control"] === undefined ? {} : { cacheControl: headers["cache-control"] }),
    ...(contentEncoding === undefined || contentEncoding === "" ? {} : { contentEncoding }),
  };
}

/** A tag without quotes, in whatever dialect it came. */
export function bareTag(tag: string): string {
  return tag.replace(/^W\//, "").replace(/^"(.*)"$/, "$1");
}

/** Bytes of the whole object; after a range they stand behind the slash. */
function wholeSize(headers: IncomingHttpHeaders): number {
  const whole = /\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1];
  return Number(whole ?? headers["content-length"] ?? Number.NaN);
}

/** The store's clock when it answered; ours, when it does not say. */
export function answeredAt(headers: IncomingHttpHeaders): Date {
  const date = Date.parse(headers.date ?? "");
  return new Date(Number.isNaN(date) ? Date.now() : date);
}

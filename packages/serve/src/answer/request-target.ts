import { err, ok, type Result } from "@hostelry/core/adapter";

/** A request's path and query, taken apart. */
export interface RequestTarget {
  /** Decoded, beginning with a slash. */
  readonly path: string;
  /** With its question mark, undecoded; empty when there is none. */
  readonly query: string;
}

/** Visible ASCII: all that RFC 9112 allows in a request line. Anything else would also be unsafe in `Location`. */
const visibleAscii = /^[\x21-\x7e]+$/;
const encodedSlash = /%(?:2f|5c)/i;

/**
 * Takes a request target apart, decoding its path exactly once. Refused are forms that different programs read
 * differently: an encoded or reversed slash, a NUL, a dot segment (clients resolve those before they send), a broken
 * percent sign, and UTF-8 that is none. Only paths that a manifest lists are served, so this is the second wall.
 */
export function parseTarget(target: string): Result<RequestTarget, "malformed"> {
  if (!target.startsWith("/") || !visibleAscii.test(target)) return err("malformed");
  const mark = target.indexOf("?");
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? "" : target.slice(mark);
  const path = encodedSlash.test(rawPath) ? undefined : decodePath(rawPath);
  if (path === undefined || path.includes("\\") || path.includes("\0")) return err("malformed");
  if (path.split("/").some((segment) => segment === "." || segment === "..")) return err("malformed");
  return ok({ path, query });
}

function decodePath(rawPath: string): string | undefined {
  try {
    return decodeURIComponent(rawPath);
  } catch (cause) {
    if (cause instanceof URIError) return undefined;
    throw cause;
  }
}

/** A path for `Location`: encoded anew, and with one leading slash only, for `//name` would lead to another host. */
export function encodePath(path: string): string {
  const segments = path.replace(/^\/+/, "").split("/").map(encodeURIComponent);
  return `/${segments.join("/")}`;
}

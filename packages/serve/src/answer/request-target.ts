/** A request's path and query, taken apart. */
export interface RequestTarget {
  /** As it came, beginning with a slash. */
  readonly rawPath: string;
  /** Decoded once, runs of slashes made one. */
  readonly path: string;
  /** With its question mark, undecoded; empty when there is none. */
  readonly query: string;
}

/** Visible ASCII: all that RFC 9112 allows in a request line. Anything else would also be unsafe in `Location`. */
const visibleAscii = /^[\x21-\x7e]+$/;

/**
 * Takes a request target apart. `undefined` for what no client sends in good faith: a NUL or a backslash, encoded or not,
 * and dot segments, which clients resolve before they send. Only paths that a manifest lists are served, so this is the
 * second wall.
 */
export function parseTarget(target: string): RequestTarget | undefined {
  if (target.charCodeAt(0) !== 0x2f || !visibleAscii.test(target)) return undefined;
  const mark = target.indexOf("?");
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? "" : target.slice(mark);
  const path = decodePath(rawPath);
  if (path.includes("\\") || path.includes("\0")) return undefined;
  if (path.includes("/.") && path.split("/").some((segment) => segment === "." || segment === "..")) return undefined;
  return { rawPath, path, query };
}

/**
 * Decodes each segment; one with a broken escape, or with UTF-8 that is none, stands for itself. An encoded slash becomes a
 * slash, and the answer then leads to the address that is written with one.
 */
export function decodePath(rawPath: string): string {
  const path = rawPath.includes("%") ? rawPath.split("/").map(decodeSegment).join("/") : rawPath;
  return path.includes("//") ? path.replace(/\/{2,}/g, "/") : path;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    if (cause instanceof URIError) return segment;
    throw cause;
  }
}

/** What `encodeURIComponent` leaves as it is. */
const plainPath = /^[A-Za-z0-9\-_.!~*'()/]*$/;

/** A path as addresses are written: every segment encoded. Has one leading slash, for `//name` would be another host. */
export function encodePath(path: string): string {
  const encoded = plainPath.test(path) ? path : path.split("/").map(encodeURIComponent).join("/");
  return encoded.startsWith("//") ? encoded.replace(/^\/+/, "/") : encoded;
}

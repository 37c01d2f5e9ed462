import { lookup } from "mrmime";

/**
 * Types whose text is read as UTF-8 unless told otherwise. Without the parameter browsers guess an encoding for HTML
 * and plain text (WHATWG Encoding, "decode" falls back to a locale's legacy encoding).
 */
const textual = /^(?:text\/|application\/(?:javascript|json|xml|manifest\+json)$)|\+xml$/;

/** Content type to serve a path with, by its extension; `application/octet-stream` when it says nothing. */
export function mediaTypeOf(path: string): string {
  const type = lookup(path) ?? "application/octet-stream";
  const known = withParameter.get(type);
  if (known !== undefined) return known;
  const full = textual.test(type) ? `${type}; charset=utf-8` : type;
  withParameter.set(type, full);
  return full;
}

/** There are some hundreds of types; ten thousand files share them. */
const withParameter = new Map<string, string>();

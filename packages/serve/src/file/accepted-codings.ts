import type { ContentCoding } from "@hostelry/core/adapter";

const none: readonly ContentCoding[] = [];
const pair = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/**
 * The codings of ours that an `Accept-Encoding` header takes (RFC 9110 section 12.5.3), best first: by weight, and `br`
 * before `gzip`. Those that it likes less than the plain bytes are left out. A broken member is ignored.
 */
export function acceptedCodings(header: string | undefined): readonly ContentCoding[] {
  if (header === undefined || header === "") return none;
  const known = remembered.get(header);
  if (known !== undefined) return known;
  const codings = parse(header);
  // Browsers send a handful of values; a client that makes up new ones does not fill the memory.
  if (remembered.size < 64 && header.length <= 256) remembered.set(header, codings);
  return codings;
}

const remembered = new Map<string, readonly ContentCoding[]>();

function parse(header: string): readonly ContentCoding[] {
  const weights = new Map<string, number>();
  for (const member of header.split(",")) {
    const [, name, weight = "1"] = pair.exec(member.trim()) ?? [];
    if (name !== undefined) weights.set(name.toLowerCase(), Number(weight));
  }
  const rest = weights.get("*");
  // `x-gzip` is gzip (section 8.4.1.3).
  const weightOf = (coding: ContentCoding): number =>
    weights.get(coding) ?? (coding === "gzip" ? weights.get("x-gzip") : undefined) ?? rest ?? 0;
  const plain = weights.get("identity") ?? 0;
  const codings: readonly ContentCoding[] = ["br", "gzip"];
  return codings
    .filter((coding) => weightOf(coding) > 0 && weightOf(coding) >= plain)
    .sort((one, two) => weightOf(two) - weightOf(one));
}

import type { Random } from "../ports/random.ts";

/** 32 letters and digits without those that people confuse (i, l, o, u), so each takes five bits. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const length = 20;

/** What an id is of. */
export type IdKind = "site" | "domain" | "cert" | "rev" | "preview" | "process" | "operation";

/**
 * Makes an id, `<kind>-` and twenty characters (100 random bits): unguessable enough to be unique without asking
 * anybody, and valid as a DNS label and as a file name.
 */
export function newId(kind: IdKind, random: Random): string {
  const bytes = random.bytes(length);
  let id = `${kind}-`;
  for (const byte of bytes) id += alphabet[byte % 32];
  return id;
}

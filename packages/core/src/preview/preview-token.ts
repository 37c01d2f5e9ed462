import { createHash } from "node:crypto";
import type { Random } from "../ports/random.ts";

/** Bytes of randomness in a token: 256 bits, far beyond guessing. */
const tokenBytes = 32;

/** Makes a token for a preview link: 43 characters of base64url. It is shown once and never stored. */
export function newPreviewToken(random: Random): string {
  return Buffer.from(random.bytes(tokenBytes)).toString("base64url");
}

/**
 * What is stored and compared instead of a token: its SHA-256, lower-case hex. No salt and no slow hash: the token is
 * random, so there is nothing to guess.
 */
export function hashPreviewToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

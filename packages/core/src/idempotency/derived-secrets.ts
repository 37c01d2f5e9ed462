import { hkdfSync } from "node:crypto";
import { type IdKind, newId } from "../identity/identity.ts";
import type { Random } from "../ports/random.ts";

const seedBytes = 32;
const tokenBytes = 32;

/** A new seed: 64 hex digits. It is stored, so nothing that must stay secret may be derived from it alone. */
export function newSeed(random: Random): string {
  return Buffer.from(random.bytes(seedBytes)).toString("hex");
}

/** The id that every attempt at one call draws at its n-th draw, so that what it makes is found instead of made twice. */
export function derivedId(kind: IdKind, seed: string, index: number): string {
  return newId(kind, { bytes: (length) => derive(Buffer.from(seed, "hex"), "", `hostelry ${kind} ${index}`, length) });
}

/**
 * The preview token of the n-th draw: 43 characters of base64url. Made from a secret that is not in the store, so that
 * neither the store nor whoever knows the idempotency key can make it.
 */
export function derivedToken(secret: Uint8Array, seed: string, index: number): string {
  return Buffer.from(derive(secret, seed, `hostelry preview token ${index}`, tokenBytes)).toString("base64url");
}

/** HKDF with SHA-256 (RFC 5869). */
function derive(secret: Uint8Array, salt: string, purpose: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, Buffer.from(salt, "hex"), purpose, length));
}

import { randomBytes } from "node:crypto";

/** Unguessable bytes, injected, so that tests can be repeated. The default is {@link systemRandom}. */
export interface Random {
  /** `length` bytes from a cryptographically secure source. */
  bytes(length: number): Uint8Array;
}

/** The operating system's generator. */
export const systemRandom: Random = { bytes: (length) => new Uint8Array(randomBytes(length)) };

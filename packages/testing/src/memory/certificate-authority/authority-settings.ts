import type { CertificateProblem, Clock, Random } from "@hostelry/core/adapter";
import type { MemoryRateLimit } from "./leaky-buckets.ts";

/** A kind of certificate. */
export interface MemoryProfile {
  readonly description: string;
  readonly lifetimeMs: number;
  readonly maxNames: number;
  /** So long a proof of a name serves other orders of the account too. */
  readonly proofReuseMs: number;
}

/** Limits that an authority counts and refuses by. One that is left out is none. */
export interface MemoryAuthorityLimits {
  /** By account. */
  readonly orders?: MemoryRateLimit | undefined;
  /** By registered domain, private suffixes too. */
  readonly registeredDomain?: MemoryRateLimit | undefined;
  /** By the very set of names. */
  readonly exactSet?: MemoryRateLimit | undefined;
  /** By account and name. */
  readonly failedProofs?: MemoryRateLimit | undefined;
  /** Of all together, as if they came from one address. */
  readonly newAccounts?: MemoryRateLimit | undefined;
}

/** What goes wrong with one call: nothing was done, or it was done and the answer got lost, or there is too much to do. */
export type MemoryAuthorityTrouble = "lost" | "unavailable" | { readonly retryAt: Date };

/** What the authority sees of the world when it looks at answers to challenges. */
export interface MemoryAuthoritySight {
  /** The text at `http://<name>/.well-known/acme-challenge/<token>`; `undefined` when there is none. */
  http(name: string, token: string): string | undefined;
  /** The TXT records of a name. */
  txt(recordName: string): readonly string[];
}

/** How an authority is to be. */
export interface MemoryAuthoritySettings {
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** With the same bytes it makes the same tokens and certificates. Default: the system's. */
  readonly random?: Random | undefined;
  /** Default: Let's Encrypt's of August 2026; `{}` for none. */
  readonly limits?: MemoryAuthorityLimits | undefined;
  /** By name. Default: Let's Encrypt's `classic`, `tlsserver` and `shortlived`. */
  readonly profiles?: Readonly<Record<string, MemoryProfile>> | undefined;
  /** Which one it takes for an order that names none; `random` for any, as Pebble does. Default: the first one. */
  readonly defaultProfile?: string | undefined;
  /** Default: sees nothing, so every challenge fails. */
  readonly seen?: MemoryAuthoritySight | undefined;
  /** What it has against a name. Default: nothing. */
  readonly refuses?: ((name: string) => CertificateProblem | undefined) | undefined;
  /** What goes wrong, if anything. Asked once for each call. */
  readonly trouble?: ((operation: string, now: Date) => MemoryAuthorityTrouble | undefined) | undefined;
  /** So long it thinks about an answer; it has looked when it was told. Default 0. */
  readonly validationMs?: number | undefined;
  /** So long it makes a certificate. Default 0. */
  readonly issuanceMs?: number | undefined;
  /** So long an order is open. Default 7 days. */
  readonly orderLifeMs?: number | undefined;
  /** So long it knows orders, open or not. Default 30 days. */
  readonly forgetOrdersAfterMs?: number | undefined;
}

const hour = 3_600_000;
const day = 24 * hour;

/** As published in August 2026. */
export const publishedProfiles: Readonly<Record<string, MemoryProfile>> = {
  classic: { description: "90 days", lifetimeMs: 90 * day, maxNames: 100, proofReuseMs: 30 * day },
  tlsserver: { description: "45 days", lifetimeMs: 45 * day, maxNames: 25, proofReuseMs: 7 * hour },
  shortlived: { description: "160 hours", lifetimeMs: 160 * hour, maxNames: 25, proofReuseMs: 7 * hour },
};

/** As published in August 2026. Here everything is counted when an order is placed, which is never too late. */
export const publishedLimits: MemoryAuthorityLimits = {
  orders: { max: 300, windowMs: 3 * hour },
  registeredDomain: { max: 50, windowMs: 7 * day },
  exactSet: { max: 5, windowMs: 7 * day },
  failedProofs: { max: 5, windowMs: hour },
  newAccounts: { max: 10, windowMs: 3 * hour },
};

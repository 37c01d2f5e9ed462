import { X509Certificate } from "node:crypto";
import { type Clock, systemClock, systemRandom } from "@hostelry/core/adapter";
import type { HeldAccount, HeldCertificate, HeldOrder, HeldProof, MemoryAuthorityCounts } from "./authority-records.ts";
import {
  type MemoryAuthoritySettings,
  type MemoryAuthoritySight,
  publishedLimits,
  publishedProfiles,
} from "./authority-settings.ts";
import { type CountedUse, type LeakyBuckets, leakyBuckets } from "./leaky-buckets.ts";
import { type MemoryIssuer, memoryIssuer } from "./memory-issuer.ts";
import { type ReadSigningRequest, signingRequestReader } from "./signing-requests.ts";

/** The settings, with what was left out. */
export type FullSettings = {
  readonly [Name in Exclude<keyof MemoryAuthoritySettings, "clock" | "random">]-?: Exclude<
    MemoryAuthoritySettings[Name],
    undefined
  >;
};

/** The counts while they change. */
export type RunningCounts = {
  -readonly [Name in keyof MemoryAuthorityCounts]: MemoryAuthorityCounts[Name] extends number
    ? number
    : Record<string, number>;
};

/** All that an authority knows. */
export interface AuthorityState {
  readonly settings: FullSettings;
  readonly clock: Clock;
  readonly issuer: MemoryIssuer;
  readonly readRequest: (bytes: Uint8Array) => ReadSigningRequest | undefined;
  readonly buckets: LeakyBuckets;
  /** By what the key is known by. */
  readonly accounts: Map<string, HeldAccount>;
  /** By id, oldest first. */
  readonly orders: Map<string, HeldOrder>;
  /** The latest valid proof, by account and name. */
  readonly proofs: Map<string, HeldProof>;
  /** By serial number, as Node writes it; oldest first. */
  readonly certificates: Map<string, HeldCertificate>;
  /** The order that replaces a certificate, by its renewal id. */
  readonly successors: Map<string, HeldOrder>;
  readonly counts: RunningCounts;
  /** An id that was not there yet. */
  nextId(kind: string): string;
  /** What nobody can guess. */
  token(): string;
  /** One of `below` numbers. */
  pick(below: number): number;
}

const day = 86_400_000;
const blind: MemoryAuthoritySight = { http: () => undefined, txt: () => [] };

/** An authority that has done nothing yet. */
export function authorityState(given: MemoryAuthoritySettings): AuthorityState {
  const { clock = systemClock, random = systemRandom, profiles = publishedProfiles } = given;
  const [firstProfile] = Object.keys(profiles);
  if (firstProfile === undefined) throw new TypeError("A memory authority needs a profile.");
  let ids = 0;
  return {
    settings: {
      profiles,
      defaultProfile: given.defaultProfile ?? firstProfile,
      limits: given.limits ?? publishedLimits,
      seen: given.seen ?? blind,
      refuses: given.refuses ?? (() => undefined),
      trouble: given.trouble ?? (() => undefined),
      validationMs: given.validationMs ?? 0,
      issuanceMs: given.issuanceMs ?? 0,
      orderLifeMs: given.orderLifeMs ?? 7 * day,
      forgetOrdersAfterMs: given.forgetOrdersAfterMs ?? 30 * day,
    },
    clock,
    issuer: memoryIssuer(random),
    readRequest: signingRequestReader(),
    buckets: leakyBuckets(),
    accounts: new Map(),
    orders: new Map(),
    proofs: new Map(),
    certificates: new Map(),
    successors: new Map(),
    counts: { calls: {}, orders: 0, exemptOrders: 0, certificates: 0, failedProofs: 0, refusals: {} },
    nextId: (kind) => {
      ids += 1;
      return `${kind}-${ids}`;
    },
    token: () => Buffer.from(random.bytes(16)).toString("base64url"),
    pick: (below) => Buffer.from(random.bytes(4)).readUInt32BE(0) % below,
  };
}

/** Says from when on there is room for uses, and counts the refusal; `undefined` when there is. */
export function fullLimit(state: AuthorityState, uses: readonly CountedUse[], nowMs: number): FullLimit | undefined {
  const full = state.buckets.full(uses, nowMs);
  if (full === undefined) return undefined;
  const { refusals } = state.counts;
  refusals[full.limit] = (refusals[full.limit] ?? 0) + 1;
  return full;
}

/** Counts uses, or says from when on there is room for them. */
export function useLimits(state: AuthorityState, uses: readonly CountedUse[], nowMs: number): FullLimit | undefined {
  const full = fullLimit(state, uses, nowMs);
  if (full === undefined) state.buckets.add(uses, nowMs);
  return full;
}

/** A limit without room. */
export interface FullLimit {
  readonly limit: string;
  readonly roomAtMs: number;
}

/** Looks a certificate up: `undefined` when the text is none, `null` when it is somebody else's. */
export function findCertificate(state: AuthorityState, certificatePem: string): HeldCertificate | null | undefined {
  try {
    return state.certificates.get(new X509Certificate(certificatePem).serialNumber) ?? null;
  } catch {
    return undefined; // OpenSSL could not read it.
  }
}

import type { CertificateRenewalInfo } from "@hostelry/core/adapter";
import type { HeldCertificate, IssuedMemoryCertificate, MemoryAuthorityCounts } from "./authority-records.ts";
import type { MemoryAuthoritySettings } from "./authority-settings.ts";
import { type AuthorityState, authorityState } from "./authority-state.ts";

/** When an authority wants a certificate renewed, other than usual. */
export type MemoryRenewalAdvice = Pick<CertificateRenewalInfo, "explanationUrl" | "windowEnd" | "windowStart">;

/** The authority itself, which several accounts and processes share; and what a test does to it. */
export interface MemoryAuthorityServer {
  /** PEM: what its certificates end at. */
  readonly rootPem: string;
  /** As of now. */
  readonly counts: MemoryAuthorityCounts;
  /** What it has issued, oldest first. */
  certificates(): readonly IssuedMemoryCertificate[];
  /** Advises another window, from now on, or (`null`) the usual one again. A window in the past is what comes before a mass revocation. */
  advise(advice: MemoryRenewalAdvice | null, which: (certificate: IssuedMemoryCertificate) => boolean): void;
  /** Revokes certificates of its own accord. */
  revoke(which: (certificate: IssuedMemoryCertificate) => boolean): void;
  /** Closes an account for good. */
  deactivate(accountId: string): void;
  /** Loses an account with its orders, as staging authorities do. */
  forget(accountId: string): void;
}

const states = new WeakMap<MemoryAuthorityServer, AuthorityState>();

/** An authority in memory: Let's Encrypt's rules, on whichever clock. {@link memoryAuthority} is how to speak to it. */
export function memoryAuthorityServer(settings: MemoryAuthoritySettings = {}): MemoryAuthorityServer {
  const state = authorityState(settings);
  const held = (which: (certificate: IssuedMemoryCertificate) => boolean): readonly HeldCertificate[] =>
    [...state.certificates.values()].filter(which);
  const server: MemoryAuthorityServer = {
    rootPem: state.issuer.rootPem,
    counts: state.counts,
    certificates: () => held(() => true),
    advise: (advice, which) => {
      for (const certificate of held(which)) certificate.advice = advice;
    },
    revoke: (which) => {
      const now = state.clock.now();
      for (const certificate of held(which)) certificate.revokedAt ??= now;
    },
    deactivate: (accountId) => {
      for (const account of state.accounts.values()) if (account.id === accountId) account.status = "deactivated";
    },
    forget: (accountId) => {
      for (const [key, account] of state.accounts) if (account.id === accountId) state.accounts.delete(key);
      for (const [id, order] of state.orders) if (order.accountId === accountId) state.orders.delete(id);
    },
  };
  states.set(server, state);
  return server;
}

/** What is behind a server. Throws `TypeError` for one that was made elsewhere. */
export function stateOf(server: MemoryAuthorityServer): AuthorityState {
  const state = states.get(server);
  if (state === undefined) throw new TypeError("A memory authority needs a server of memoryAuthorityServer().");
  return state;
}

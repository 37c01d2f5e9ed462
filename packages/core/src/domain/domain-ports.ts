import type { AuditAction, AuditDraft, JsonValue } from "../audit/audit-entry.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { DomainStore } from "../ports/domain-store.ts";
import type { Events, HostingEvent } from "../ports/events.ts";
import type { HostProbe } from "../ports/host-probe.ts";
import { guardDomainStore, guardHostProbe, guardResolver } from "../ports/index.ts";
import { type Random, systemRandom } from "../ports/random.ts";
import type { Resolver } from "../ports/resolver.ts";
import type { Domain } from "./domain.ts";
import { type DomainPolicy, defaultDomainPolicy } from "./domain-policy.ts";
import type { PlatformNames } from "./parse-hostname.ts";

/** What `createDomains` is made of. */
export interface DomainsOptions {
  readonly store: DomainStore;
  readonly resolver: Resolver;
  /** Needed for proofs by HTTP, and for names that lead here through a proxy of the customer's. */
  readonly probe?: HostProbe | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Default: the operating system's generator. */
  readonly random?: Random | undefined;
  /** Told of everything that is on record. */
  readonly events?: Events | undefined;
  /** Told when a listener of `events` throws. Default: an unhandled rejection. */
  readonly onListenerError?: ((error: unknown) => void) | undefined;
  /**
   * Word in the names of challenges: `_<provider>-challenge.example.com`, `/.well-known/<provider>-challenge/…`. Lower-case letters,
   * digits and hyphens. Default `hostelry`.
   */
  readonly provider?: string | undefined;
  /** Where names have to lead: addresses of the edge, IPv4 and IPv6 as `node:net` writes them. */
  readonly addresses: readonly string[];
  /** What the edge answers at `/.well-known/<provider>-edge`, for names behind a proxy. Without it only addresses count. */
  readonly edgeMark?: string | undefined;
  /** Names that are the platform's, and those it hands out. Default: none. */
  readonly platform?: PlatformNames | undefined;
  /** What differs from {@link defaultDomainPolicy}. */
  readonly policy?: Partial<DomainPolicy> | undefined;
}

/** What the use-cases of domains work with. */
export interface DomainPorts {
  readonly store: DomainStore;
  readonly resolver: Resolver;
  readonly probe: HostProbe | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly provider: string;
  readonly addresses: readonly string[];
  readonly edgeMark: string | undefined;
  readonly platform: PlatformNames | undefined;
  readonly policy: DomainPolicy;
  readonly emit: (event: HostingEvent) => void;
}

/** Fills in what was left out, and guards the adapters. A provider that can't be part of a name is a `TypeError`. */
export function domainPorts(options: DomainsOptions): DomainPorts {
  const { provider = "hostelry", probe, events } = options;
  const { onListenerError = (error) => void Promise.reject(error) } = options;
  if (!/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(provider)) {
    throw new TypeError("provider: use 1 to 32 lower-case letters, digits and hyphens");
  }
  return {
    store: guardDomainStore(options.store),
    resolver: guardResolver(options.resolver),
    probe: probe === undefined ? undefined : guardHostProbe(probe),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    provider,
    addresses: options.addresses,
    edgeMark: options.edgeMark,
    platform: options.platform,
    policy: { ...defaultDomainPolicy, ...options.policy },
    emit: (event) => {
      try {
        events?.emit(event);
      } catch (error) {
        onListenerError(error);
      }
    },
  };
}

/** The audit entry of something that is done to a domain. */
export function domainAudit(
  domain: Domain,
  action: AuditAction,
  at: Date,
  options: ActingOptions,
  after: { readonly [key: string]: JsonValue } = {},
): AuditDraft {
  const { id, siteId, tenantId, hostname, state } = domain;
  const actor = options.actor ?? "system";
  return { actor, action, siteId, subject: id, at, before: { state }, after: { hostname, tenantId, ...after } };
}

/** A moment later. */
export function later(at: Date, milliseconds: number): Date {
  return new Date(at.getTime() + milliseconds);
}

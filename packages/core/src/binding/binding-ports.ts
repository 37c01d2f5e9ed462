import type { Certificates } from "../certificate/certificates.ts";
import { isDnsName } from "../dns/dns-name.ts";
import type { Domains } from "../domain/create-domains.ts";
import type { Domain } from "../domain/domain.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { DnsProvider } from "../ports/dns/index.ts";
import type { DomainStore } from "../ports/domain-store.ts";
import type { HostRoutes } from "../ports/host-routes.ts";
import { guardDnsProvider, guardDomainStore, guardHostRoutes } from "../ports/index.ts";
import type { SiteId } from "../site/site.ts";
import { type BindingEvent, type BindingEventKind, type BindingEvents, bindingEvent } from "./binding-event.ts";

/** A place that routes by host name, and what sites are called there. */
export interface RoutingPlace {
  readonly routes: HostRoutes;
  /** Where requests for a site's names go: for a load balancer, the backend of the site's nodes. Default: the site's id, which edge nodes want. */
  readonly backendOf?: ((siteId: SiteId) => string) | undefined;
  /** Nobody else routes names there: a sweep of everything takes away routes of names that nobody has on record. Default false: they stay. */
  readonly exclusive?: boolean | undefined;
}

/** How names are led here by the DNS, where their zone is at a provider of ours. */
export interface BindingDns {
  readonly provider: DnsProvider;
  /** The edge's addresses, IPv4 and IPv6. */
  readonly addresses: readonly string[];
  /**
   * A name that leads to the edge, e.g. `edge.hoster.net`: names that are not a zone's own become aliases of it, and a zone's own where the
   * provider can. Default: all names get the addresses.
   */
  readonly alias?: string | undefined;
  /** Default 300. */
  readonly ttlSeconds?: number | undefined;
}

/** What `createBindings` is made of. */
export interface BindingsOptions {
  readonly store: DomainStore;
  /** Of the same store. */
  readonly domains: Pick<Domains, "activate" | "release" | "setPrimary">;
  /** Everywhere a name has to be routed. Empty where whoever serves looks names up in the store itself (`domainIndex`). */
  readonly routes: readonly RoutingPlace[];
  /** Default: names lead here by their owners' doing. */
  readonly dns?: BindingDns | undefined;
  /** Default: certificates are not ours to get, e.g. where Caddy gets them on demand. */
  readonly certificates?: Pick<Certificates, "ensure" | "list" | "release"> | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Told of everything that was done. */
  readonly events?: BindingEvents | undefined;
  /** Told when a listener of `events` throws. Default: an unhandled rejection. */
  readonly onListenerError?: ((error: unknown) => void) | undefined;
}

/** What the use-cases of bindings work with. */
export interface BindingPorts {
  readonly store: DomainStore;
  readonly domains: Pick<Domains, "activate" | "release" | "setPrimary">;
  readonly places: readonly {
    readonly routes: HostRoutes;
    readonly backendOf: (siteId: SiteId) => string;
    readonly exclusive: boolean;
  }[];
  readonly dns: (BindingDns & { readonly ttlSeconds: number }) | undefined;
  readonly certificates: Pick<Certificates, "ensure" | "list" | "release"> | undefined;
  readonly tell: (
    kind: BindingEventKind,
    domain: Domain,
    facts: Pick<BindingEvent, "detail" | "place">,
    acting: ActingOptions,
  ) => void;
}

/** Fills in what was left out, and guards the adapters. Options that can't be meant are a `TypeError`. */
export function bindingPorts(options: BindingsOptions): BindingPorts {
  const { store, domains, certificates, dns, events, clock = systemClock } = options;
  const { onListenerError = (error) => void Promise.reject(error) } = options;
  const names = options.routes.map(({ routes }) => routes.name);
  if (new Set(names).size < names.length) throw new TypeError(`routes: two places have one name: ${names.join(", ")}`);
  if (dns !== undefined && dns.addresses.length === 0) throw new TypeError("dns.addresses: give at least one");
  if (dns?.alias !== undefined && !isDnsName(dns.alias)) throw new TypeError("dns.alias is not a canonical name");
  return {
    store: guardDomainStore(store),
    domains,
    places: options.routes.map(({ routes, backendOf = (siteId) => siteId, exclusive = false }) => {
      return { routes: guardHostRoutes(routes), backendOf, exclusive };
    }),
    dns:
      dns === undefined
        ? undefined
        : { ...dns, provider: guardDnsProvider(dns.provider), ttlSeconds: dns.ttlSeconds ?? 300 },
    certificates,
    tell: (kind, domain, { place, detail }, { actor = "system" }) => {
      try {
        events?.emit(bindingEvent(kind, domain, { place, detail, actor, at: clock.now() }));
      } catch (error) {
        onListenerError(error);
      }
    },
  };
}

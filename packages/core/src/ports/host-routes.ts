import type { Hostname } from "../domain/hostname.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { ResultAsync } from "../result/index.ts";
import type { AdapterError, CallOptions, Page, PageRequest } from "./call-options.ts";
import type { TransportError } from "./transport/index.ts";

/** What requests for a name come to. */
export type RouteTarget =
  /** They go to what the place knows by this word: a site's id on an edge node, a backend of a load balancer. */
  | { readonly kind: "backend"; readonly backend: string }
  /** Visitors are sent to the same path of this name. */
  | { readonly kind: "redirect"; readonly hostname: Hostname };

/** A name, and what requests for it come to. */
export interface HostRoute {
  /** As `parseHostname` gives it; `*.example.com` needs `capabilities.wildcards`. */
  readonly hostname: Hostname;
  readonly target: RouteTarget;
}

/** What a place that routes by host name can do; read by core and by the conformance kit. */
export interface HostRoutesCapabilities {
  /**
   * Where it can send visitors to. `any`: any name. `counterpart`: from `www.example.com` to `example.com` and the other way.
   * `none`: it only passes requests on.
   */
  readonly redirects: "any" | "counterpart" | "none";
  /** It takes `*.example.com`, for names with one label before `example.com` that have no route of their own. */
  readonly wildcards: boolean;
  /**
   * `expect` is compared in the very act of changing, whoever else is changing. `false`: the adapter compares, and then writes; what
   * another process changes between the two can be missed.
   */
  readonly compareAndSet: boolean;
}

/** What to set. */
export interface SetHostRoute extends HostRoute {
  /** What the name has to come to now: `null`: nothing. Anything else is `ROUTE_CONFLICT`. Left out: whatever it is. */
  readonly expect?: RouteTarget | null | undefined;
}

/** What to take away. */
export interface RemoveHostRoute {
  readonly hostname: Hostname;
  /** What the name has to come to now. Anything else is `ROUTE_CONFLICT`. Left out: whatever it is. */
  readonly expect?: RouteTarget | undefined;
}

/** Errors of {@link HostRoutes}. */
export type HostRoutesError =
  | AdapterError
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"ROUTE_CONFLICT">
  | HostingErrorOf<"TARGET_LAYOUT_INVALID">
  | TransportError;

/**
 * Where a place that answers many names sends each: an edge node, a load balancer. It knows nothing of tenants or proofs: that a name
 * is its tenant's is decided before. Names and targets that the place can't take are `INVALID_INPUT`, and nothing changes.
 */
export interface HostRoutes {
  readonly spec: "host-routes/1";
  /** Unique among a product's places; for messages, e.g. `edge1`. */
  readonly name: string;
  readonly capabilities: HostRoutesCapabilities;

  /**
   * Looks what requests for a name come to now. A wildcard is looked at as itself, and covers no other name here.
   *
   * Absent: `null`.
   * Repeated: looks again.
   * Concurrent: sees the one or the other of a change, never neither.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: it only reads. A place that can't be asked is an error, and never `null`.
   * Limits: what was put there by hand in a form that the port does not have is `TARGET_LAYOUT_INVALID`.
   */
  observe(hostname: Hostname, options?: CallOptions): ResultAsync<HostRoute | null, HostRoutesError>;

  /**
   * Makes requests for a name come to a target, from the next one on; those under way are not cut off. Resolves when the place itself
   * shows it.
   *
   * Absent: the route is made; a backend that is not there (yet) is not looked for.
   * Repeated: success with `changed: false`, also when `expect` is no longer so: what is wanted is there.
   * Concurrent: one after the other; the last one stays. Of several with the same `expect` one wins where
   *   `capabilities.compareAndSet`; the others are `ROUTE_CONFLICT`.
   * Cancelled: `ABORTED`, or done.
   * Half-way: state `unknown` at worst; call again. Visitors get the one or the other, never neither.
   * Limits: durable when it resolves: it outlives a restart and a reload of what serves there.
   */
  route(
    request: SetHostRoute,
    options?: CallOptions,
  ): ResultAsync<{ readonly changed: boolean; readonly previous: RouteTarget | null }, HostRoutesError>;

  /**
   * Takes a name's route away: requests for it are refused from then on.
   *
   * Absent: success with `changed: false`, whatever `expect` says.
   * Repeated: success with `changed: false`.
   * Concurrent: one of several has `changed: true`.
   * Cancelled: `ABORTED`, or done.
   * Half-way: state `unknown` at worst; call again.
   * Limits: durable when it resolves. Connections that are open are not closed.
   */
  unroute(request: RemoveHostRoute, options?: CallOptions): ResultAsync<{ readonly changed: boolean }, HostRoutesError>;

  /**
   * Lists the routes of the place, by name.
   *
   * Absent: an empty page.
   * Repeated: looks again.
   * Concurrent: a route that is there all the while is listed once over all pages.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: fails as a whole.
   * Limits: {@link PageRequest}. What is not a route of the port's is left out.
   */
  list(page?: PageRequest & CallOptions): ResultAsync<Page<HostRoute>, HostRoutesError>;
}

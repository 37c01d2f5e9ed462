import { err, type HostRoutes, ok, okAsync, sameRouteTarget } from "@hostelry/core/adapter";
import { hostRoutesConformance } from "../conformance/host-routes/host-routes-conformance.ts";
import type { MemoryHostRoutes } from "../memory/host-routes/memory-host-routes.ts";
import { memoryHostRoutesHarness } from "../memory/host-routes/memory-host-routes-harness.ts";
import { invalidInput } from "../memory/page-of.ts";
import { afterTurn } from "../memory/turn.ts";
import type { Saboteur } from "./saboteur.ts";

function hostRoutesSaboteur(draft: {
  readonly name: string;
  /** Case ids without the port. */
  readonly caughtBy: readonly string[];
  readonly spoil: (place: MemoryHostRoutes) => Partial<HostRoutes>;
}): Saboteur {
  const { name, caughtBy, spoil } = draft;
  const harness = memoryHostRoutesHarness((place) => ({ ...place, ...spoil(place) }));
  return {
    name,
    port: "host-routes",
    caughtBy: caughtBy.map((id) => `host-routes/${id}`),
    cases: () => hostRoutesConformance(harness),
  };
}

/** Places that route by host name and break one promise each. */
export const hostRoutesSaboteurs: readonly Saboteur[] = [
  hostRoutesSaboteur({
    name: "sets a route whatever was expected",
    caughtBy: ["race/first", "route/expect"],
    spoil: (place) => ({
      route: ({ hostname, target, expect: _, ...rest }, options) => place.route({ hostname, target, ...rest }, options),
    }),
  }),
  hostRoutesSaboteur({
    name: "takes a route away whatever was expected",
    caughtBy: ["redirect/turns", "unroute/expect"],
    spoil: (place) => ({ unroute: ({ hostname }, options) => place.unroute({ hostname }, options) }),
  }),
  hostRoutesSaboteur({
    name: "compares, and sets a turn later",
    caughtBy: ["race/first"],
    spoil: (place) => ({
      route: ({ expect, ...request }, options) =>
        place.route({ ...request, expect }, options).orElse((error) => {
          if (expect !== null || error.code !== "ROUTE_CONFLICT" || !place.routes.has(request.hostname))
            return err(error);
          const isRaced = request.target.kind === "backend" && request.target.backend.startsWith("site-one-");
          return isRaced ? afterTurn(() => place.route(request, options)) : err(error);
        }),
    }),
  }),
  hostRoutesSaboteur({
    name: "takes a route away before it sets another",
    caughtBy: ["race/never-neither"],
    spoil: (place) => ({
      route: (request, options) => {
        const before = place.routes.get(request.hostname);
        const isMoving = before !== undefined && request.expect === undefined && options?.signal === undefined;
        if (!isMoving || sameRouteTarget(before, request.target)) return place.route(request, options);
        place.routes.delete(request.hostname);
        return place.route(request, options).map((outcome) => ({ ...outcome, previous: before }));
      },
    }),
  }),
  hostRoutesSaboteur({
    name: "says that it has changed what was so already",
    caughtBy: ["route/repeated"],
    spoil: (place) => ({
      route: (request, options) => place.route(request, options).map((outcome) => ({ ...outcome, changed: true })),
    }),
  }),
  hostRoutesSaboteur({
    name: "fails to take away what is not there",
    caughtBy: ["race/removed-once", "unroute/absent"],
    spoil: (place) => ({
      unroute: (request, options) =>
        place
          .unroute(request, options)
          .andThen((outcome) => (outcome.changed ? ok(outcome) : err(invalidInput("hostname", "has no route")))),
    }),
  }),
  hostRoutesSaboteur({
    name: "shows the wildcard as the route of the names below it",
    caughtBy: ["wildcard/covers"],
    spoil: (place) => ({
      observe: (hostname, options) =>
        place.observe(hostname, options).map((route) => {
          const target = place.routes.get(hostname.replace(/^[^.]+/, "*") as typeof hostname);
          return route ?? (target === undefined ? null : { hostname, target });
        }),
    }),
  }),
  hostRoutesSaboteur({
    name: "lists routes by counting",
    caughtBy: ["list/meanwhile"],
    spoil: (place) => ({
      list: ({ after, limit = 100, signal } = {}) =>
        place.list({ limit: after === undefined ? limit : 1000, signal }).andThen(({ items, next }) => {
          if (after === undefined) {
            return place
              .list({ limit, after, signal })
              .map(() => (next === undefined ? { items } : { items, next: String(limit) }));
          }
          const start = Number(after);
          if (!Number.isInteger(start)) return err(invalidInput("after", "is not a cursor"));
          const page = items.slice(start, start + limit);
          return okAsync(start + limit < items.length ? { items: page, next: String(start + limit) } : { items: page });
        }),
    }),
  }),
  hostRoutesSaboteur({
    name: "goes on when its caller has left",
    caughtBy: ["cancel/before"],
    spoil: (place) => ({ route: (request) => place.route(request) }),
  }),
  hostRoutesSaboteur({
    name: "takes any word for a backend",
    caughtBy: ["input/backends"],
    spoil: (place) => ({
      route: (request, options) =>
        place.route(request, options).orElse((error) => {
          if (error.code !== "INVALID_INPUT" || error.details.field !== "target.backend") return err(error);
          place.routes.set(request.hostname, request.target);
          return ok({ changed: true, previous: null });
        }),
    }),
  }),
];

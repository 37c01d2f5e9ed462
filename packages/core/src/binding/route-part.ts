import type { Domain } from "../domain/domain.ts";
import { hasCode } from "../errors/index.ts";
import type { ActingOptions, CallOptions } from "../ports/call-options.ts";
import type { HostRoutesError, RouteTarget } from "../ports/host-routes.ts";
import { allSettled, err, flow, ok, type ResultAsync } from "../result/index.ts";
import { type BindingStep, bindingStep, failedStep } from "./binding.ts";
import type { BindingPorts } from "./binding-ports.ts";
import { routeTargetText, sameRouteTarget } from "./host-route.ts";
import { wantedTarget } from "./wanted-target.ts";

type Place = BindingPorts["places"][number];

const attempts = 4;

/** Looks at every place whether a domain's name is routed as it has to be. */
export function lookAtRoutes(
  ports: BindingPorts,
  domain: Domain,
  siblings: readonly Domain[],
  options: CallOptions,
): Promise<readonly BindingStep[]> {
  return atEveryPlace(ports, options, (place, signal) =>
    place.routes.observe(domain.hostname, { signal }).map((route) => {
      const wanted = targetAt(place, domain, siblings);
      const isThere = sameRouteTarget(route?.target ?? null, wanted);
      return bindingStep(
        "route",
        place.routes.name,
        isThere ? "done" : "missing",
        leads(domain, route?.target ?? null),
      );
    }),
  );
}

/** Routes a domain's name at every place. Places that fail are steps that failed; the others are done. */
export function setRoutes(
  ports: BindingPorts,
  domain: Domain,
  siblings: readonly Domain[],
  acting: ActingOptions,
): Promise<readonly BindingStep[]> {
  return atEveryPlace(ports, acting, (place, signal) =>
    flow(async function* () {
      const wanted = targetAt(place, domain, siblings);
      const changed = yield* moveRoute(place, domain, wanted, signal);
      const detail = leads(domain, wanted);
      if (changed) ports.tell("binding.routed", domain, { place: place.routes.name, detail }, acting);
      return ok(bindingStep("route", place.routes.name, "done", detail, { changed }));
    }),
  );
}

/** Takes the route of a domain's name away at every place, whatever it leads to. */
export function removeRoutes(
  ports: BindingPorts,
  domain: Domain,
  acting: ActingOptions,
): Promise<readonly BindingStep[]> {
  return atEveryPlace(ports, acting, (place, signal) =>
    flow(async function* () {
      const changed = yield* moveRoute(place, domain, null, signal);
      const detail = `${domain.hostname} is not routed at ${place.routes.name}.`;
      if (changed) ports.tell("binding.unrouted", domain, { place: place.routes.name, detail }, acting);
      return ok(bindingStep("route", place.routes.name, "done", detail, { changed }));
    }),
  );
}

/**
 * Looks, and changes what was seen and nothing else; what somebody else has changed meanwhile is looked at again.
 *
 * @param wanted what the route has to become; `null`: it goes.
 */
function moveRoute(
  { routes }: Place,
  { hostname }: Domain,
  wanted: RouteTarget | null,
  signal: AbortSignal,
): ResultAsync<boolean, HostRoutesError> {
  return flow(async function* () {
    for (let attempt = 1; ; attempt += 1) {
      const now = (yield* routes.observe(hostname, { signal }))?.target ?? null;
      if (sameRouteTarget(now, wanted)) return ok(false);
      const moved =
        wanted === null
          ? await routes.unroute(now === null ? { hostname } : { hostname, expect: now }, { signal })
          : await routes.route({ hostname, target: wanted, expect: now }, { signal });
      if (moved.isOk()) return ok(moved.value.changed);
      if (!hasCode(moved.error, "ROUTE_CONFLICT") || attempt === attempts) return err(moved.error);
    }
  });
}

function targetAt({ routes, backendOf }: Place, domain: Domain, siblings: readonly Domain[]): RouteTarget {
  return wantedTarget(domain, siblings, { backend: backendOf(domain.siteId), capabilities: routes.capabilities });
}

function leads({ hostname }: Domain, target: RouteTarget | null): string {
  if (target === null) return `${hostname} is not routed.`;
  if (target.kind === "redirect") return `${hostname} is sent to ${target.hostname}.`;
  return `${hostname} leads to ${routeTargetText(target)}.`;
}

async function atEveryPlace(
  { places }: BindingPorts,
  { signal }: CallOptions,
  work: (place: Place, signal: AbortSignal) => ResultAsync<BindingStep, HostRoutesError>,
): Promise<readonly BindingStep[]> {
  const jobs = places.map((place) => (jobSignal: AbortSignal) => work(place, jobSignal));
  const { byJob } = await allSettled(jobs, { signal });
  return byJob.flatMap((result, index) => {
    const place = places[index];
    if (result === undefined || place === undefined) return [];
    return result.isOk() ? [result.value] : [failedStep("route", place.routes.name, result.error)];
  });
}

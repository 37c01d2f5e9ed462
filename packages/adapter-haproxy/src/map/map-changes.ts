import type { HostRoutesError, RemoveHostRoute, SetHostRoute } from "@hostelry/core/adapter";
import { err, ok, type Result, type RouteTarget, routeConflict, sameRouteTarget } from "@hostelry/core/adapter";
import { type MapEntries, targetOf, valueFor } from "./map-entries.ts";

/** A change that waits for its turn; `target: null` takes the route away. */
export type MapChange = SetHostRoute | (RemoveHostRoute & { readonly target: null });

/** What became of a change. */
export interface MapChanged {
  readonly changed: boolean;
  readonly previous: RouteTarget | null;
}

/** What HAProxy shows and what its file says. */
export interface MapState {
  readonly shown: Map<string, string>;
  readonly written: Map<string, string>;
}

/** A copy to make changes in. */
export function mapState(shown: MapEntries, written: MapEntries): MapState {
  return { shown: new Map(shown), written: new Map(written) };
}

/** Makes a change in both, or says why not. What is shown decides: that is what visitors meet. */
export function changeMap(place: string, state: MapState, change: MapChange): Result<MapChanged, HostRoutesError> {
  const { hostname, target } = change;
  const value = state.shown.get(hostname);
  const previous = value === undefined ? null : (targetOf(hostname, value) ?? { kind: "backend", backend: value });
  const wanted = target === null ? undefined : valueFor(target);
  const isThere = value === wanted && state.written.get(hostname) === wanted;
  if (isThere) return ok({ changed: false, previous });
  const { expect } = change;
  const isExpected = expect === undefined || sameRouteTarget(previous, expect) || value === wanted;
  if (!isExpected) return err(routeConflict(place, hostname, expect, previous));
  for (const map of [state.shown, state.written]) {
    if (wanted === undefined) map.delete(hostname);
    else map.set(hostname, wanted);
  }
  return ok({ changed: true, previous });
}

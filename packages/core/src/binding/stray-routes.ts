import { isRouted } from "../domain/domain.ts";
import type { Hostname } from "../domain/hostname.ts";
import type { ActingOptions, Page } from "../ports/call-options.ts";
import type { HostRoute, HostRoutesError } from "../ports/host-routes.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { BindingPorts } from "./binding-ports.ts";
import { everyDomain } from "./find-domain.ts";

/**
 * Takes away the routes of an exclusive place whose names nobody is routed for on record: what was laid out for domains whose records are gone, and
 * what somebody put there by hand.
 *
 * @returns the names, and those among them that somebody has bound in the very moment: they have to be reconciled.
 */
export function removeStrayRoutes(
  { store }: BindingPorts,
  { routes }: BindingPorts["places"][number],
  { signal }: ActingOptions,
): ResultAsync<
  { readonly removed: readonly Hostname[]; readonly bound: readonly Hostname[] },
  HostRoutesError | StoreError
> {
  return flow(async function* () {
    const isOnRecord = (hostname: Hostname): ResultAsync<boolean, StoreError> =>
      everyDomain(store, { hostname }, { signal }).map((all) => all.some(isRouted));
    const removed: Hostname[] = [];
    const bound: Hostname[] = [];
    let after: string | undefined;
    do {
      const page: Page<HostRoute> = yield* routes.list({ after, limit: 1000, signal });
      for (const { hostname, target } of page.items) {
        if (yield* isOnRecord(hostname)) continue;
        const { changed } = yield* routes.unroute({ hostname, expect: target }, { signal });
        if (changed) removed.push(hostname);
        if (yield* isOnRecord(hostname)) bound.push(hostname);
      }
      after = page.next;
    } while (after !== undefined);
    return ok({ removed, bound });
  });
}

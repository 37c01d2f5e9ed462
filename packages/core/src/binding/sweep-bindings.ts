import type { Hostname } from "../domain/hostname.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { HostRoutesError } from "../ports/host-routes.ts";
import type { StoreError } from "../ports/store/index.ts";
import { allSettled, flow, ok, type ResultAsync } from "../result/index.ts";
import type { BindingPorts } from "./binding-ports.ts";
import { type ReconcileBindingError, reconcileBinding } from "./reconcile-binding.ts";
import { removeStrayRoutes } from "./stray-routes.ts";

/** Options of `bindings.sweep`. */
export interface SweepBindingsOptions extends ActingOptions {
  /** The change that was taken up last, as the sweep before answered it. Default 0: everything. */
  readonly after?: number | undefined;
  /** Work on so many names side by side. Default 4. */
  readonly concurrency?: number | undefined;
}

/** What came of a sweep. */
export interface SweptBindings {
  /** Give it to the next sweep. It stays before the first name that failed, so that one comes again. */
  readonly last: number;
  /** Names that were looked at and are as their records say. */
  readonly done: number;
  /** Of those, names at which something had to be changed. */
  readonly repaired: number;
  readonly failed: readonly { readonly hostname: Hostname; readonly error: ReconcileBindingError }[];
  /** What was taken away at exclusive places because nobody has it on record, and places that could not be looked through. */
  readonly strays: readonly {
    readonly place: string;
    readonly removed: readonly Hostname[];
    readonly error?: HostRoutesError | StoreError | undefined;
  }[];
}

const pageLength = 500;

/**
 * Takes up what has changed on record since the last sweep, and reconciles those names: domains that were lost, given up or taken over without
 * `unbind`, and binds that were broken off. From the beginning (`after: 0`) it looks at every name, which also finds what was changed at
 * the places themselves, and at exclusive places what nobody has on record; do that now and then, more often than tombstones end.
 */
export function sweepBindings(
  ports: BindingPorts,
  options: SweepBindingsOptions = {},
): ResultAsync<SweptBindings, StoreError> {
  const { signal, actor, concurrency = 4 } = options;
  return flow(async function* () {
    let after = options.after ?? 0;
    let firstFailure: number | undefined;
    let [done, repaired] = [0, 0];
    const failed: { readonly hostname: Hostname; readonly error: ReconcileBindingError }[] = [];
    for (;;) {
      const changed = yield* ports.store.listDomainChanges({ after, limit: pageLength }, { signal });
      const firstChangeOf = new Map<Hostname, number>();
      for (const { hostname, change, state } of changed) {
        // A claim is never routed, nor was it before: what was lost was only verified.
        if (state !== "claimed" && !firstChangeOf.has(hostname)) firstChangeOf.set(hostname, change);
      }
      const names = [...firstChangeOf];
      const jobs = names.map(([hostname]) => (jobSignal: AbortSignal) => {
        return reconcileBinding(ports, hostname, { actor, signal: jobSignal });
      });
      const { byJob } = await allSettled(jobs, { concurrency, signal });
      for (const [index, [hostname, change]] of names.entries()) {
        const result = byJob[index];
        if (result?.isOk() === true) {
          done += 1;
          if (result.value.changed) repaired += 1;
          continue;
        }
        if (result?.isErr() === true) failed.push({ hostname, error: result.error });
        firstFailure = Math.min(firstFailure ?? change, change);
      }
      after = changed.at(-1)?.change ?? after;
      if (changed.length < pageLength) break;
    }
    const strays: SweptBindings["strays"][number][] = [];
    for (const place of options.after === undefined || options.after === 0 ? ports.places : []) {
      if (!place.exclusive) continue;
      const looked = await removeStrayRoutes(ports, place, { signal });
      if (looked.isErr()) {
        strays.push({ place: place.routes.name, removed: [], error: looked.error });
        continue;
      }
      const { removed, bound } = looked.value;
      strays.push({ place: place.routes.name, removed });
      for (const hostname of bound) {
        const again = await reconcileBinding(ports, hostname, { actor, signal });
        if (again.isErr()) failed.push({ hostname, error: again.error });
      }
    }
    return ok({ strays, last: firstFailure === undefined ? after : firstFailure - 1, done, repaired, failed });
  });
}

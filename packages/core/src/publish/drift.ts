import type { Target, TargetObservation } from "../ports/target.ts";
import type { ServingState, Site } from "../site/site.ts";
import type { ReleaseId } from "./release.ts";
import type { Slot, SlotName } from "./slot.ts";

/** One way in which a target is not as the record says. */
export type Drift =
  | {
      readonly kind: "slot";
      readonly slot: SlotName;
      /** What the record says; `null`: nothing. */
      readonly expected: ReleaseId | null;
      readonly actual: ReleaseId | null;
    }
  | { readonly kind: "serving-state"; readonly expected: ServingState; readonly actual: ServingState };

/** Compares what a target shows with a site's record; nothing: it is as it should be. */
export function driftOf(
  site: Site,
  slots: readonly Slot[],
  observed: TargetObservation,
  { capabilities }: Target,
): readonly Drift[] {
  const drift: Drift[] = [];
  const expected = new Map(
    slots.filter(({ name }) => capabilities.previews || name === "live").map(({ name, release }) => [name, release]),
  );
  for (const slot of new Set([...expected.keys(), ...observed.slots.keys()])) {
    const wanted = expected.get(slot) ?? null;
    const actual = observed.slots.get(slot) ?? null;
    if (wanted !== actual) drift.push({ kind: "slot", slot, expected: wanted, actual });
  }
  if (capabilities.servingState && observed.servingState !== site.state) {
    drift.push({ kind: "serving-state", expected: site.state, actual: observed.servingState });
  }
  return drift;
}

import type { Drift, ReconcileOutcome, ReconcilePlan, Site } from "@hostelry/core";
import { count } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";

/** What reconciling would find, for programs. */
export function reconcilePlanObject(site: Site, { unfinished, targets, inSync }: ReconcilePlan): object {
  return {
    outcome: "plan",
    site: { id: site.id, name: site.name },
    unfinished: unfinished.map(({ number, slot, state }) => ({ number, slot, state })),
    targets,
    inSync,
  };
}

/** What reconciling would find, for people. */
export function reconcilePlanText(site: Site, { unfinished, targets, inSync }: ReconcilePlan, paint: Palette): string {
  if (inSync) return `${paint.good("✓")} ${site.name}: every target is as the record says`;
  return [
    `${paint.warn("!")} ${paint.strong(site.name)} differs from its record:`,
    ...unfinished.map(
      ({ number, state }) => `  publication ${number} stopped at "${state}"; it would be put right first`,
    ),
    ...targets.flatMap(({ target, drift, problem }) => {
      if (problem !== undefined) return [`  ${target}: ${paint.bad("could not be asked")}: ${problem.message}`];
      return drift.map((one) => `  ${target}: ${driftText(one)}`);
    }),
    paint.soft("  Nothing has been done."),
  ].join("\n");
}

/** What reconciling did, for programs. */
export function reconcileObject(site: Site, { recoveries, targets, pruned, inSync }: ReconcileOutcome): object {
  return {
    outcome: inSync ? "in-sync" : "incomplete",
    site: { id: site.id, name: site.name },
    recoveries: recoveries.map(({ outcome, publication: { number, slot } }) => ({ outcome, number, slot })),
    targets,
    pruned,
    inSync,
  };
}

/** What reconciling did, for people. */
export function reconcileText(site: Site, { recoveries, targets, inSync }: ReconcileOutcome, paint: Palette): string {
  const mark = inSync ? paint.good("✓") : paint.warn("!");
  const says = inSync ? "every target is as the record says" : "not every target could be put right";
  return [
    `${mark} ${paint.strong(site.name)}: ${says}`,
    ...recoveries.map(
      ({ outcome, publication }) => `  publication ${publication.number} had been interrupted: ${outcome}`,
    ),
    ...targets.map(({ target, outcome, drift, problem }) => {
      if (outcome === "failed") return `  ${target}: ${paint.bad("failed")}: ${problem?.message ?? "no answer"}`;
      if (outcome === "in-sync") return `  ${target}: nothing to do`;
      return `  ${target}: ${count(drift.length, "repair")}: ${drift.map(driftText).join("; ")}`;
    }),
  ].join("\n");
}

/** One difference between a target and the record. */
export function driftText(drift: Drift): string {
  const what = drift.kind === "slot" ? drift.slot : "serving state";
  return `${what} was ${drift.actual ?? "empty"}, the record says ${drift.expected ?? "empty"}`;
}

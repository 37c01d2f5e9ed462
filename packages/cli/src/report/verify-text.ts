import type { RepairOutcome, Site, SiteVerdict, SlotVerdict, TargetVerdict } from "@hostelry/core";
import { count } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";
import { driftText } from "./reconcile-report.ts";

const maxPaths = 10;

/** What nodes serve, compared with what was published, for programs. */
export function verdictObject(site: Site, { unfinished, targets, intact }: SiteVerdict): object {
  return {
    outcome: intact ? "intact" : "damaged",
    site: { id: site.id, name: site.name },
    unfinished: unfinished.map(({ number, slot, state }) => ({ number, slot, state })),
    targets,
    intact,
  };
}

/** What nodes serve, compared with what was published, for people. */
export function verdictText(site: Site, { unfinished, targets, intact }: SiteVerdict, paint: Palette): string {
  if (intact) {
    const says = `${site.name}: ${count(targets.length, "node")} serve${targets.length === 1 ? "s" : ""} what was published, byte for byte`;
    return `${paint.good("✓")} ${says}`;
  }
  const lines = targets.flatMap((target) => targetLines(target, paint));
  const repairable = targets.some(({ verdict }) => verdict === "damaged");
  return [
    `${paint.bad("✗")} ${paint.strong(site.name)} is not served as it was published`,
    ...lines,
    ...unfinished.map(({ number, state }) => `  publication ${number} is running, or stopped, at "${state}"`),
    ...(repairable
      ? [paint.soft("  To put it right: hostelry nodes verify --repair. Then find out who writes there.")]
      : []),
  ].join("\n");
}

function targetLines({ target, verdict, drift, slots, problem }: TargetVerdict, paint: Palette): readonly string[] {
  if (verdict === "failed")
    return [`  ${target}: ${paint.bad("could not be looked at")}: ${problem?.message ?? "no answer"}`];
  if (verdict === "unverifiable")
    return [`  ${target}: ${paint.warn("can't be hashed")}; it shows what the record says`];
  if (verdict === "intact") return [`  ${target}: intact`];
  return [
    ...drift.map((one) => `  ${target}: ${paint.bad("differs")}: ${driftText(one)}`),
    ...slots.filter(({ state }) => state !== "intact").map((slot) => `  ${target}: ${damageText(slot, paint)}`),
  ];
}

function damageText({ slot, release, state, problems }: SlotVerdict, paint: Palette): string {
  const where = `${slot} (release ${release})`;
  if (state === "lost") return `${paint.bad("lost")}: ${where} is shown and not whole any more`;
  const named = problems.slice(0, maxPaths).map(({ path, problem }) => `${path} ${problem}`);
  const rest = problems.length - named.length;
  return `${paint.bad("damaged")}: ${where}: ${named.join(", ")}${rest > 0 ? ` … and ${rest} more` : ""}`;
}

/** What a repair did, for programs. */
export function repairObject(site: Site, { recoveries, targets, publications, intact }: RepairOutcome): object {
  return {
    outcome: intact ? "intact" : "incomplete",
    site: { id: site.id, name: site.name },
    recoveries: recoveries.map(({ outcome, publication: { number, slot } }) => ({ outcome, number, slot })),
    publications: publications.map(({ number, slot, release }) => ({ number, slot, release })),
    targets,
    intact,
  };
}

/** What a repair did, for people. */
export function repairText(site: Site, outcome: RepairOutcome, paint: Palette): string {
  const { recoveries, targets, publications, intact } = outcome;
  const mark = intact ? paint.good("✓") : paint.bad("✗");
  const nothing = targets.every((one) => one.outcome === "intact");
  const says = nothing
    ? "there was nothing to repair"
    : intact
      ? "is served as it was published again"
      : "could not be repaired everywhere";
  return [
    `${mark} ${paint.strong(site.name)}: ${says}`,
    ...recoveries.map(
      ({ outcome: what, publication }) => `  publication ${publication.number} had been interrupted: ${what}`,
    ),
    ...publications.map(({ slot, release }) => `  ${slot} was laid out anew as release ${release}`),
    ...targets.flatMap(({ target, outcome: what, drift, damage, problem }) => {
      const found = [...drift.map(driftText), ...damage.map((slot) => damageText(slot, paint))];
      const was = found.length === 0 ? "" : ` (${found.join("; ")})`;
      if (what === "failed")
        return [`  ${target}: ${paint.bad("not repaired")}: ${problem?.message ?? "it is still damaged"}${was}`];
      if (what === "unverifiable") return [`  ${target}: ${paint.warn("can't be hashed")}`];
      return what === "intact" ? [] : [`  ${target}: repaired${was}`];
    }),
  ].join("\n");
}

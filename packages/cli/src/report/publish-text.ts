import type { PublishOutcome, Revision, Site, TargetResult } from "@hostelry/core";
import { count, formatBytes, formatMilliseconds } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";
import type { FleetFacts } from "./fleet-facts.ts";
import { stalenessText } from "./staleness-text.ts";

/** What publishing did, for people. */
export function publishText(
  site: Site,
  revision: Revision,
  outcome: PublishOutcome,
  paint: Palette,
  fleet?: FleetFacts,
): string {
  const what = `r${revision.number} ${outcome.outcome === "unchanged" ? "was live already" : "is live"}`;
  const head = `${paint.good("✓")} ${paint.strong(what)} on ${site.name} ${paint.soft(site.id)}`;
  const lines = outcome.deliveries.map((delivery) => `  ${deliveryText(delivery, paint)}`);
  const { flip } = outcome.publication;
  if (outcome.outcome === "published" && flip !== undefined && outcome.deliveries.length > 1) {
    lines.push(`  flipped within ${flip.windowMs} ms, ${flip.skewMs} ms apart`);
  }
  for (const delivery of outcome.deliveries) {
    const stale = stalenessText(delivery, fleet?.staleness.get(delivery.target));
    if (stale !== undefined) lines.push(`  ${paint.warn("warning")} ${stale}`);
  }
  if (outcome.behind.length > 0) {
    const them = outcome.behind.length === 1 ? "it is" : "they are";
    lines.push(`  ${paint.warn("behind")} ${outcome.behind.join(", ")}: when ${them} back, run hostelry reconcile`);
  }
  const { leftOut = [] } = fleet ?? {};
  if (leftOut.length > 0) {
    lines.push(`  ${paint.warn("left out")} ${leftOut.join(", ")}: to bring them along, run hostelry reconcile`);
  }
  const { discarded, problems } = outcome.pruned;
  if (discarded.length > 0) lines.push(`  ${count(discarded.length, "old release")} removed`);
  for (const { message } of problems) lines.push(`  ${paint.warn("warning")} old releases stay: ${message}`);
  return [head, ...lines].join("\n");
}

function deliveryText(delivery: TargetResult, paint: Palette): string {
  const { target, outcome, failure, sentFiles, sentBytes, reusedFiles } = delivery;
  if (outcome === "behind")
    return `${target}: ${paint.bad(`failed to ${failure?.step ?? "follow"}`)}: ${failure?.message ?? ""}`;
  const reused = reusedFiles === 0 ? "" : `, ${reusedFiles} reused`;
  return `${target}: ${count(sentFiles, "file")} sent (${formatBytes(sentBytes)})${reused}${timesText(delivery)}`;
}

function timesText({ stageMs, activateMs, probeMs }: TargetResult): string {
  const steps = [
    ["staged", stageMs],
    ["flipped", activateMs],
    ["looked at", probeMs],
  ] as const;
  const told = steps.flatMap(([step, ms]) => (ms === undefined ? [] : [`${step} in ${formatMilliseconds(ms)}`]));
  return told.length === 0 ? "" : `; ${told.join(", ")}`;
}

/** What publishing did, for programs. */
export function publishObject(site: Site, revision: Revision, outcome: PublishOutcome, fleet?: FleetFacts): object {
  const { number, release, previous, startedAt, finishedAt, policy, flip } = outcome.publication;
  return {
    outcome: outcome.outcome,
    site: { id: site.id, name: site.name },
    revision: { id: revision.id, number: revision.number },
    publication: { number, release, previous, startedAt, finishedAt, policy, flip },
    deliveries: outcome.deliveries,
    behind: outcome.behind,
    ...(fleet === undefined
      ? {}
      : {
          leftOut: fleet.leftOut,
          staleness: [...fleet.staleness].map(([node, report]) => ({ node, ...report })),
        }),
    pruned: outcome.pruned,
  };
}

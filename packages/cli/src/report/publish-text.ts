import type { PublishOutcome, Revision, Site, TargetResult } from "@hostelry/core";
import { count, formatBytes } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";

/** What publishing did, for people. */
export function publishText(site: Site, revision: Revision, outcome: PublishOutcome, paint: Palette): string {
  const what = `r${revision.number} ${outcome.outcome === "unchanged" ? "was live already" : "is live"}`;
  const head = `${paint.good("✓")} ${paint.strong(what)} on ${site.name} ${paint.soft(site.id)}`;
  const lines = outcome.deliveries.map((delivery) => `  ${deliveryText(delivery, paint)}`);
  const { flip } = outcome.publication;
  if (outcome.outcome === "published" && flip !== undefined && outcome.deliveries.length > 1) {
    lines.push(`  flipped within ${flip.windowMs} ms, ${flip.skewMs} ms apart`);
  }
  if (outcome.behind.length > 0) {
    const them = outcome.behind.length === 1 ? "it is" : "they are";
    lines.push(`  ${paint.warn("behind")} ${outcome.behind.join(", ")}: when ${them} back, run hostelry reconcile`);
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
  return `${target}: ${count(sentFiles, "file")} sent (${formatBytes(sentBytes)})${reused}`;
}

/** What publishing did, for programs. */
export function publishObject(site: Site, revision: Revision, outcome: PublishOutcome): object {
  const { number, release, previous, startedAt, finishedAt, policy, flip } = outcome.publication;
  return {
    outcome: outcome.outcome,
    site: { id: site.id, name: site.name },
    revision: { id: revision.id, number: revision.number },
    publication: { number, release, previous, startedAt, finishedAt, policy, flip },
    deliveries: outcome.deliveries,
    behind: outcome.behind,
    pruned: outcome.pruned,
  };
}

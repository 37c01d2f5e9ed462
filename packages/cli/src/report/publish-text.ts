import type { PublishOutcome, Revision, Site } from "@hostelry/core";
import { count, formatBytes } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";

/** What publishing did, for people. */
export function publishText(site: Site, revision: Revision, outcome: PublishOutcome, paint: Palette): string {
  const what = `r${revision.number} ${outcome.outcome === "unchanged" ? "was live already" : "is live"}`;
  const head = `${paint.good("✓")} ${paint.strong(what)} on ${site.name} ${paint.soft(site.id)}`;
  const lines = outcome.deliveries.map(({ target, sentFiles, sentBytes, reusedFiles }) => {
    const reused = reusedFiles === 0 ? "" : `, ${reusedFiles} reused`;
    return `  ${target}: ${count(sentFiles, "file")} sent (${formatBytes(sentBytes)})${reused}`;
  });
  const { discarded, problems } = outcome.pruned;
  if (discarded.length > 0) lines.push(`  ${count(discarded.length, "old release")} removed`);
  for (const { message } of problems) lines.push(`  ${paint.warn("warning")} old releases stay: ${message}`);
  return [head, ...lines].join("\n");
}

/** What publishing did, for programs. */
export function publishObject(site: Site, revision: Revision, outcome: PublishOutcome): object {
  const { number, release, previous, startedAt, finishedAt } = outcome.publication;
  return {
    outcome: outcome.outcome,
    site: { id: site.id, name: site.name },
    revision: { id: revision.id, number: revision.number },
    publication: { number, release, previous, startedAt, finishedAt },
    deliveries: outcome.deliveries,
    pruned: outcome.pruned,
  };
}

import { hasFailed, type Sweep, type SweptSite } from "../nodes/sweep.ts";
import { count } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";

/** What a sweep did, for programs. */
export function sweepObject({ closed, notClosed, nodes, sites }: Sweep): object {
  return {
    previews: { closed, failed: notClosed },
    nodes,
    sites: sites.map((swept) => {
      const site = { id: swept.site.id, name: swept.site.name };
      if (swept.outcome !== "tidied") return { site, outcome: swept.outcome, error: swept.error };
      const { recoveries, targets } = swept.tidied;
      return {
        site,
        outcome: swept.outcome,
        recoveries: recoveries.map(({ outcome, publication: { number, slot } }) => ({ outcome, number, slot })),
        targets,
      };
    }),
  };
}

/** What a sweep did, for people: a line for each thing that was done or could not be. */
export function sweepText(sweep: Sweep, paint: Palette): string {
  const lines = [
    ...(sweep.closed.length > 0
      ? [`  ${count(sweep.closed.length, "preview")} closed: ${sweep.closed.join(", ")}`]
      : []),
    ...sweep.notClosed.map(({ previewId, error }) => `  ${previewId}: ${paint.bad("not closed")}: ${error.message}`),
    ...sweep.nodes.flatMap(({ node, expired, error }) => {
      if (error !== undefined) return [`  ${node}: ${paint.bad("not swept")}: ${error.message}`];
      return expired.map(({ siteId, slot }) => `  ${node}: ${slot} of ${siteId} had expired, and is gone`);
    }),
    ...sweep.sites.flatMap((swept) => siteLines(swept, paint)),
  ];
  const nodes = count(sweep.nodes.length, "node");
  if (lines.length === 0) return `${paint.good("✓")} ${nodes} swept: there was nothing to take away`;
  const head = hasFailed(sweep)
    ? `${paint.bad("✗")} ${nodes} swept, not everything`
    : `${paint.good("✓")} ${nodes} swept`;
  return [head, ...lines].join("\n");
}

function siteLines(swept: SweptSite, paint: Palette): readonly string[] {
  const { name } = swept.site;
  if (swept.outcome !== "tidied") {
    if (swept.outcome === "busy") return [`  ${name}: is being published, and left alone`];
    return [`  ${name}: ${paint.bad("failed")}: ${swept.error.message}`];
  }
  const { recoveries, targets } = swept.tidied;
  return [
    ...recoveries.map(
      ({ outcome, publication }) => `  ${name}: publication ${publication.number} had been interrupted: ${outcome}`,
    ),
    ...targets.flatMap(({ target, leftovers, discarded, problem }) => {
      const done = [
        ...(leftovers > 0 ? [`${count(leftovers, "left-over")} removed`] : []),
        ...(discarded.length > 0 ? [`${count(discarded.length, "old release")} removed`] : []),
        ...(problem === undefined ? [] : [`${paint.bad("failed")}: ${problem.message}`]),
      ];
      return done.length === 0 ? [] : [`  ${name} on ${target}: ${done.join(", ")}`];
    }),
  ];
}

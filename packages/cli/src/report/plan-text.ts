import type { PublishPlan, Revision, Site } from "@hostelry/core";
import { count, formatBytes } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";

const maxPaths = 20;

/** A plan, for people: what would change, and what would be sent. */
export function planText(site: Site, revision: Revision, plan: PublishPlan, paint: Palette): string {
  if (plan.outcome === "unchanged")
    return `r${revision.number} is live on ${site.name}; publishing would change nothing.`;
  const changes = [
    ...plan.added.map((path) => `  ${paint.good("+")} ${path}`),
    ...plan.changed.map((path) => `  ${paint.warn("~")} ${path}`),
    ...plan.removed.map((path) => `  ${paint.bad("-")} ${path}`),
  ];
  const rest = changes.length - maxPaths;
  const shown = rest > 0 ? [...changes.slice(0, maxPaths), `  … and ${count(rest, "more path")}`] : changes;
  const targets = plan.targets.map(({ target, missingFiles, missingBytes, problem }) => {
    const doubt = problem === undefined ? "" : ` (could not be asked: ${problem.message})`;
    return `  ${target}: ${count(missingFiles, "file")} to send (${formatBytes(missingBytes)})${doubt}`;
  });
  const head = `Publishing ${paint.strong(`r${revision.number}`)} on ${site.name} would change ${count(changes.length, "path")}:`;
  return [head, ...shown, ...targets, paint.soft("  Nothing has been done.")].join("\n");
}

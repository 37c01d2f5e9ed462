import type { StalenessReport } from "@hostelry/adapter-ssh";
import type { TargetResult } from "@hostelry/core";

const page = "docs/reference/edge-configuration.md#how-stale-a-flip-can-be-seen";

/** For how long visitors of a node may see the release before, and why; `undefined`: not at all, or not known. */
export function stalenessText(
  { target, staleSeconds }: Pick<TargetResult, "target" | "staleSeconds">,
  report: StalenessReport | undefined,
): string | undefined {
  if (staleSeconds === undefined || staleSeconds === 0) return undefined;
  const bound = staleSeconds === null ? "without a bound" : `for up to ${staleSeconds} s`;
  const causes = (report?.findings ?? [])
    .filter(({ cause }) => cause !== "browser-cache")
    .map(({ cause, where }) => `${cause} (${where})`);
  const because = causes.length === 0 ? "" : `: ${causes.join(", ")}`;
  return `${target}: visitors may see the previous release ${bound}${because}; see ${page}`;
}

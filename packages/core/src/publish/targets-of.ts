import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { Target } from "../ports/target.ts";
import { err, ok, type Result } from "../result/index.ts";
import type { Site } from "../site/site.ts";

/**
 * A site's targets, or those that can show previews. None is `INVALID_INPUT`, for a release that is laid out nowhere
 * would be recorded as shown.
 */
export function targetsOf(
  ports: HostingPorts,
  site: Site,
  need: "any" | "previews" = "any",
): Result<readonly Target[], HostingErrorOf<"INVALID_INPUT">> {
  const targets = ports.targetsOf(site).filter(({ capabilities }) => need === "any" || capabilities.previews);
  if (targets.length > 0) return ok(targets);
  const problem = need === "any" ? "there are none for this site" : "none of the site's can show previews";
  return err(
    hostingError("INVALID_INPUT", `There is nowhere to publish to: ${problem}.`, { field: "targets", problem }),
  );
}

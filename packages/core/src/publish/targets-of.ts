import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { Target } from "../ports/target.ts";
import { err, ok, type Result } from "../result/index.ts";
import type { Site } from "../site/site.ts";

/** A site's targets; none is `INVALID_INPUT`, for a release that is laid out nowhere would be recorded as live. */
export function targetsOf(ports: HostingPorts, site: Site): Result<readonly Target[], HostingErrorOf<"INVALID_INPUT">> {
  const targets = ports.targetsOf(site);
  if (targets.length > 0) return ok(targets);
  const problem = "are none for this site";
  return err(
    hostingError("INVALID_INPUT", `There is nowhere to publish ${site.id}: it has no targets.`, {
      field: "targets",
      problem,
    }),
  );
}

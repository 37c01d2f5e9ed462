import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { Target } from "../ports/target.ts";
import { err, ok, type Result } from "../result/index.ts";
import type { Site } from "../site/site.ts";

/** A site's targets of these names, all without names; a name that the site does not have is `INVALID_INPUT`. */
export function chooseTargets(
  ports: HostingPorts,
  site: Site,
  names: readonly string[] | undefined,
  what: string,
): Result<readonly Target[], HostingErrorOf<"INVALID_INPUT">> {
  const all = ports.targetsOf(site);
  if (names === undefined) return ok(all);
  const unknown = names.filter((name) => !all.some((target) => target.name === name));
  if (unknown.length === 0) return ok(all.filter(({ name }) => names.includes(name)));
  const problem = `the site has no target ${unknown.join(", ")}`;
  return err(hostingError("INVALID_INPUT", `The targets can't be ${what}: ${problem}.`, { field: "targets", problem }));
}

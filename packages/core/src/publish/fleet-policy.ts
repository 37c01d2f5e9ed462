import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";

/**
 * How many of a site's targets a publication needs.
 *
 * `all-or-nothing`: every one, or none shows it. `{ quorum }`: so many, or more than half; where fewer can show it, none
 * does. `best-effort`: one at least. A target that fails under the last two is recorded as behind, and converges with the
 * next publication or with `reconcile`.
 */
export type FleetPolicy = "all-or-nothing" | "best-effort" | { readonly quorum: number | "majority" };

/** How many of so many targets have to show a release; from 1 to all of them. */
export function requiredTargets(policy: FleetPolicy, targets: number): number {
  if (policy === "all-or-nothing") return targets;
  if (policy === "best-effort") return Math.min(1, targets);
  const { quorum } = policy;
  return Math.min(quorum === "majority" ? Math.floor(targets / 2) + 1 : quorum, targets);
}

/** Refuses a policy that can't be meant for so many targets: `INVALID_INPUT`. */
export function checkFleetPolicy(policy: FleetPolicy, targets: number): Result<void, HostingErrorOf<"INVALID_INPUT">> {
  const problem = problemOf(policy, targets);
  if (problem === undefined) return ok(undefined);
  return err(
    hostingError("INVALID_INPUT", `The fleet policy can't be kept: ${problem}.`, { field: "policy", problem }),
  );
}

function problemOf(policy: FleetPolicy, targets: number): string | undefined {
  if (policy === "all-or-nothing" || policy === "best-effort") return undefined;
  if (typeof policy !== "object" || policy === null || !("quorum" in policy)) return "it is none of the known ones";
  const { quorum } = policy;
  if (quorum === "majority") return undefined;
  if (!Number.isInteger(quorum) || quorum < 1) return "a quorum is a whole number from 1";
  return quorum > targets ? `a quorum of ${quorum} needs more than ${targets} targets` : undefined;
}

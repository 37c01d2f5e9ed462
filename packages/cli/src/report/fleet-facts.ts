import type { StalenessReport } from "@hostelry/adapter-ssh";
import type { OpenState } from "../state/with-hosting.ts";

/** What is told of the nodes besides what a publication says of its targets. */
export interface FleetFacts {
  /** Names of the nodes that `--node` left out. */
  readonly leftOut: readonly string[];
  /** By node: what its web server keeps after a flip. */
  readonly staleness: ReadonlyMap<string, StalenessReport>;
}

/** The facts of the nodes that a command worked with; none when sites are served on this machine. */
export function fleetFacts({ fleet }: Pick<OpenState, "fleet">): FleetFacts | undefined {
  if (fleet === undefined) return undefined;
  const { all, chosen } = fleet.meant;
  const leftOut = all.filter((entry) => !chosen.includes(entry)).map(({ name }) => name);
  return { leftOut, staleness: fleet.staleness };
}

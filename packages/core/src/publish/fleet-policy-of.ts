import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { Site } from "../site/site.ts";
import type { FleetPolicy } from "./fleet-policy.ts";

/** The hosting's policy for a site. */
export function fleetPolicyOf({ publishing: { fleet } }: HostingPorts, site: Site): FleetPolicy {
  return typeof fleet === "function" ? fleet(site) : fleet;
}

import type { HostingError } from "../errors/index.ts";
import type { ProvisioningPorts } from "./provisioning-ports.ts";

/**
 * When to try again after so many attempts: the pause doubles, is cut by up to a half so that those who failed together do not come
 * back together, and is never shorter than what the other side asks for.
 */
export function retryAt(
  { clock, random, policy }: Pick<ProvisioningPorts, "clock" | "policy" | "random">,
  attempts: number,
  error: HostingError,
): Date {
  const pauseMs = Math.min(policy.firstPauseMs * 2 ** (attempts - 1), policy.longestPauseMs);
  const [byte = 0] = random.bytes(1);
  const now = clock.now().getTime();
  const own = now + Math.ceil(pauseMs * (1 - byte / 510));
  return new Date(Math.max(own, askedFor(error)));
}

/** `details.retryAt`, where an error has one. */
function askedFor({ details }: HostingError): number {
  const moment = (details as { readonly retryAt?: unknown }).retryAt;
  const at = typeof moment === "string" ? Date.parse(moment) : Number.NaN;
  return Number.isNaN(at) ? 0 : at;
}

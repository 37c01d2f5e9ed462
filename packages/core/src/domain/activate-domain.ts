import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { checkPointing, type Pointing, pointsHere } from "./check-pointing.ts";
import type { Domain, DomainId } from "./domain.ts";
import type { DomainPorts } from "./domain-ports.ts";
import type { LookError } from "./look-for-proof.ts";
import { type MoveDomainError, moveDomain } from "./move-domain.ts";

/** Options of `domains.activate`. */
export interface ActivateDomainOptions extends ActingOptions {
  /** Route it before the name leads here, for a move without a gap. Default false: `DOMAIN_NOT_POINTING`. */
  readonly beforePointing?: boolean | undefined;
}

/** Errors of `domains.activate`. */
export type ActivateDomainError = HostingErrorOf<"DOMAIN_NOT_POINTING"> | LookError | MoveDomainError;

/**
 * Routes a verified name to its site. One that is active already is success; what is not verified is `DOMAIN_TRANSITION_INVALID`;
 * a name that leads elsewhere is `DOMAIN_NOT_POINTING`. Names of the platform lead here by themselves.
 */
export function activateDomain(
  ports: DomainPorts,
  domainId: DomainId,
  options: ActivateDomainOptions = {},
): ResultAsync<Domain, ActivateDomainError> {
  const { signal } = options;
  return flow(async function* () {
    const domain = yield* ports.store.getDomain(domainId, { signal });
    if (domain.state === "active") return ok(domain);
    if (domain.state === "verified" && domain.challenge.method !== "platform" && options.beforePointing !== true) {
      const pointing = yield* checkPointing(ports, domain.hostname, { signal });
      if (!pointsHere(pointing)) return err(notPointing(pointing));
    }
    return moveDomain(ports, domain, "activate", { action: "domain.activated" }, options);
  });
}

function notPointing(pointing: Pointing): HostingErrorOf<"DOMAIN_NOT_POINTING"> {
  const { hostname, expected, found } = pointing;
  const problem = pointing.finding as HostingErrorOf<"DOMAIN_NOT_POINTING">["details"]["problem"];
  const where = found.length === 0 ? "nowhere" : `to ${found.join(", ")}`;
  const message = `${hostname} leads ${where}, not to ${expected.join(", ")} (${problem}).`;
  return hostingError("DOMAIN_NOT_POINTING", message, { hostname, expected, found, problem });
}

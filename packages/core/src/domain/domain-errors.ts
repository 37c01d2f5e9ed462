import { type ErrorDetails, type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { DomainId } from "./domain.ts";
import type { Hostname } from "./hostname.ts";

/** `DOMAIN_NOT_FOUND`. */
export function domainNotFound(domainId: DomainId): HostingErrorOf<"DOMAIN_NOT_FOUND"> {
  return hostingError("DOMAIN_NOT_FOUND", `There is no domain ${domainId}.`, { domainId });
}

const reasons: Readonly<Record<ErrorDetails["DOMAIN_TAKEN"]["reason"], string>> = {
  held: "is held by another tenant",
  nested: "lies below a name of another tenant, where only a proof by DNS counts",
  tombstone: "was another tenant's until recently",
};

/** `DOMAIN_TAKEN`, which never tells by whom. */
export function domainTaken(
  hostname: Hostname,
  reason: ErrorDetails["DOMAIN_TAKEN"]["reason"],
  until?: Date,
): HostingErrorOf<"DOMAIN_TAKEN"> {
  const details = { hostname, reason, until: until?.toISOString() ?? null };
  return hostingError("DOMAIN_TAKEN", `${hostname} ${reasons[reason]}.`, details);
}

/** `DOMAIN_TRANSITION_INVALID`. */
export function domainTransitionInvalid(
  domainId: DomainId,
  state: string,
  event: string,
): HostingErrorOf<"DOMAIN_TRANSITION_INVALID"> {
  const why = state === "claimed" ? ", for it is not proven yet" : "";
  const message = `Domain ${domainId} is ${state}: ${event} is not possible${why}.`;
  return hostingError("DOMAIN_TRANSITION_INVALID", message, { domainId, state, event });
}

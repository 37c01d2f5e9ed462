import { type HostingErrorOf, hasCode, hostingError } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import { err, errAsync, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import { contestHolder } from "./contest-holder.ts";
import { type Domain, type DomainId, isHeld } from "./domain.ts";
import { domainTransitionInvalid } from "./domain-errors.ts";
import { type DomainPorts, later } from "./domain-ports.ts";
import { type LookError, lookForProof, type ProofLook, proofPlace } from "./look-for-proof.ts";
import type { MoveDomainError } from "./move-domain.ts";
import { type HostnameError, parseHostname } from "./parse-hostname.ts";
import { recordProof } from "./record-proof.ts";

/** Errors of `domains.verify`. */
export type VerifyDomainError =
  | HostnameError
  | HostingErrorOf<"DOMAIN_CHECK_TOO_EARLY">
  | HostingErrorOf<"DOMAIN_NOT_PROVEN">
  | HostingErrorOf<"DOMAIN_TAKEN">
  | LookError
  | MoveDomainError;

/**
 * Looks for the proof of a claim, and makes it `verified` when it is there. To be called when the customer says that it is: nothing
 * looks by itself, for a server that is asked too early remembers that there was nothing. A domain that is held already is
 * success. What is not proven is `DOMAIN_NOT_PROVEN`, and the next look is not before its `retryAt`.
 *
 * When another tenant holds the name, that one's proof is looked for as well: who can't show it any more, gives way to who can.
 */
export function verifyDomain(
  ports: DomainPorts,
  domainId: DomainId,
  options: ActingOptions = {},
): ResultAsync<Domain, VerifyDomainError> {
  const { store } = ports;
  const { signal } = options;
  return flow(async function* () {
    const domain = yield* store.getDomain(domainId, { signal });
    if (isHeld(domain)) return ok(domain);
    if (domain.state !== "claimed") return errAsync(domainTransitionInvalid(domainId, domain.state, "confirm"));
    yield* checkTime(ports, domain);
    const look = yield* lookForProof(ports, domain, { signal });
    if (look !== "proven") return noteAbsence(ports, domain, look, options);
    // As of today: a name that was handed out before may be the platform's, or a public suffix, by now.
    const hostname = yield* parseHostname(domain.hostname, { platform: ports.platform });
    const recorded = await recordProof(ports, domain, hostname, options);
    if (recorded.isOk() || !hasCode(recorded.error, "DOMAIN_TAKEN") || recorded.error.details.reason !== "held") {
      return recorded;
    }
    const contested = domain.challenge.method === "dns" && (yield* contestHolder(ports, domain, options));
    return contested ? recordProof(ports, yield* store.getDomain(domainId, { signal }), hostname, options) : recorded;
  });
}

/** Refuses a challenge that is too old, and a look that is too early. */
function checkTime(
  { clock, provider }: DomainPorts,
  domain: Domain,
): Result<void, HostingErrorOf<"DOMAIN_CHECK_TOO_EARLY"> | HostingErrorOf<"DOMAIN_NOT_PROVEN">> {
  const { hostname, challenge, nextLookAt } = domain;
  const now = clock.now();
  if (challenge.expiresAt <= now) return err(notProven(provider, domain, "expired", null));
  if (nextLookAt === undefined || nextLookAt <= now) return ok(undefined);
  const retryAt = nextLookAt.toISOString();
  const message = `${hostname} was looked at a moment ago; look again at ${retryAt}.`;
  return err(hostingError("DOMAIN_CHECK_TOO_EARLY", message, { hostname, retryAt }));
}

/** Writes down that the proof was not there, and from when on it is looked for again. */
function noteAbsence(
  { store, clock, policy, provider }: DomainPorts,
  domain: Domain,
  problem: Exclude<ProofLook, "proven">,
  { signal }: ActingOptions,
): ResultAsync<never, VerifyDomainError> {
  return flow(async function* () {
    const now = clock.now();
    const pauseMs = Math.min(policy.firstPauseMs * 2 ** domain.attempts, policy.longestPauseMs);
    const nextLookAt = later(now, pauseMs);
    const { id: domainId, version: expectVersion } = domain;
    const change = { attempts: domain.attempts + 1, nextLookAt };
    yield* store.changeDomain({ domainId, expectVersion, change, now }, { signal });
    return err(notProven(provider, domain, problem, nextLookAt));
  });
}

const sentences: Readonly<Record<Exclude<ProofLook, "proven"> | "expired", string>> = {
  absent: "There is no proof for",
  different: "There is something else than the proof for",
  expired: "It is too late to prove",
  "resolvers-disagree": "Not all servers show the proof for",
};

function notProven(
  provider: string,
  domain: Domain,
  problem: keyof typeof sentences,
  retryAt: Date | null,
): HostingErrorOf<"DOMAIN_NOT_PROVEN"> {
  const { hostname } = domain;
  const place = proofPlace(provider, domain);
  const method = domain.challenge.method === "http" ? "http" : "dns";
  const details = { hostname, method, place, problem, retryAt: retryAt?.toISOString() ?? null } as const;
  const message = `${sentences[problem]} ${hostname} at ${place}.`;
  return hostingError("DOMAIN_NOT_PROVEN", message, details, { retryable: retryAt !== null });
}

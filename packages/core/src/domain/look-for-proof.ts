import { type HostingErrorOf, hasCode, hostingError } from "../errors/index.ts";
import type { AdapterError, CallOptions } from "../ports/call-options.ts";
import type { DnsServerAnswer, ResolverError } from "../ports/resolver.ts";
import { err, errAsync, flow, ok, okAsync, type ResultAsync } from "../result/index.ts";
import { challengeName, challengePath, isToken } from "./challenge.ts";
import type { Domain } from "./domain.ts";
import type { DomainPorts } from "./domain-ports.ts";

/** What was found where a proof should be. */
export type ProofLook = "proven" | "absent" | "different" | "resolvers-disagree";

/** Errors of looking for a proof: nobody could be asked, which says nothing about the name. */
export type LookError = AdapterError | ResolverError | HostingErrorOf<"INVALID_INPUT">;

type LookPorts = Pick<DomainPorts, "probe" | "provider" | "resolver">;

/** Where the proof of a domain is looked for, for messages. */
export function proofPlace(provider: string, domain: Domain): string {
  return domain.challenge.method === "http" ? challengePath(provider, domain) : challengeName(provider, domain);
}

/** Looks whether the proof of a domain is there now, everywhere. */
export function lookForProof(
  ports: LookPorts,
  domain: Domain,
  options: CallOptions = {},
): ResultAsync<ProofLook, LookError> {
  switch (domain.challenge.method) {
    case "platform":
      return okAsync("proven");
    case "http":
      return lookByHttp(ports, domain, options);
    case "dns":
      return lookByDns(ports, domain, options);
  }
}

function lookByHttp(
  { probe, provider }: LookPorts,
  domain: Domain,
  options: CallOptions,
): ResultAsync<ProofLook, LookError> {
  if (probe === undefined) {
    const problem = "there is no probe";
    return errAsync(hostingError("INVALID_INPUT", "Proofs by HTTP need a probe.", { field: "probe", problem }));
  }
  const { token } = domain.challenge;
  const request = { hostname: domain.hostname, path: challengePath(provider, domain), maxBytes: 256 };
  return probe.ask(request, options).map(({ reached, status, text }): ProofLook => {
    if (!reached || status === 404) return "absent";
    return status === 200 && text.trim() === token ? "proven" : "different";
  });
}

/**
 * First the servers of the zone, then the resolvers: one that is asked before the record is there remembers for the zone's negative
 * TTL that it was not, and the customer waits for nothing. All that answer have to show it: one forged answer is not enough.
 */
function lookByDns(
  { provider, resolver }: LookPorts,
  domain: Domain,
  options: CallOptions,
): ResultAsync<ProofLook, LookError> {
  const question = { name: challengeName(provider, domain), type: "TXT" } as const;
  const { token } = domain.challenge;
  return flow(async function* () {
    if (resolver.capabilities.authorities) {
      const authorities = await resolver.findAuthorities(question.name, options);
      if (authorities.isErr() && !hasCode(authorities.error, "DNS_LOOKUP_FAILED")) return err(authorities.error);
      const servers = authorities.isOk() ? authorities.value.servers.flatMap(({ addresses }) => addresses) : [];
      const told = yield* resolver.survey(question, { ...options, servers });
      const answered = told.filter((each) => each.answered);
      // No data may be an alias into another zone, which a resolver follows; no name at all is final.
      if (answered.length > 0 && answered.every((each) => each.answer.status === "no-name"))
        return ok<ProofLook>("absent");
      if (judge(told, token) === "resolvers-disagree") return ok<ProofLook>("resolvers-disagree");
    }
    const told = yield* resolver.survey(question, options);
    const answered = told.filter((each) => each.answered);
    if (answered.length > 0) return ok(judge(told, token));
    const [server = null] = told.map((each) => each.server);
    const problem = told.find((each) => !each.answered)?.problem ?? "no-servers";
    const details = { name: question.name, type: question.type, server, problem };
    return err(hostingError("DNS_LOOKUP_FAILED", `Nobody answers for ${question.name} (${problem}).`, details));
  });
}

function judge(told: readonly DnsServerAnswer[], token: string): ProofLook {
  const answers = told.flatMap((each) => (each.answered ? [each.answer] : []));
  const showing = answers.filter(({ values }) => values.some((value) => isToken(value, token)));
  if (showing.length > 0) return showing.length === answers.length ? "proven" : "resolvers-disagree";
  return answers.some(({ values }) => values.length > 0) ? "different" : "absent";
}

import {
  type DnsAnswer,
  type DnsLookupProblem,
  type DnsQuestion,
  type DnsServerAnswer,
  err,
  hostingError,
  isInZone,
  ok,
  type Resolver,
} from "@hostelry/core/adapter";
import { decide, nextTurn, type Turn } from "../turn.ts";
import type { HeldDnsZone } from "./memory-dns-provider.ts";

/** What the resolver in memory sees. */
export interface MemoryResolverOptions {
  /** Zones by name, as a `memoryDnsProvider` has them. */
  readonly zones: ReadonlyMap<string, HeldDnsZone>;
  /** What the resolvers are called. Default one, `resolver`. */
  readonly servers?: readonly string[] | undefined;
  /** What a server says instead of the truth: an answer, or why there is none. Default: always the truth. */
  readonly see?: ((server: string, question: DnsQuestion) => DnsAnswer | DnsLookupProblem | undefined) | undefined;
  readonly turn?: Turn | undefined;
}

/** A {@link memoryResolver}, and what it was asked. */
export interface MemoryResolver extends Resolver {
  /** `server name type`, in order. */
  readonly asked: readonly string[];
}

const mostAliases = 8;

/** Answers out of zones in memory. The servers of a zone have their names for addresses. */
export function memoryResolver(options: MemoryResolverOptions): MemoryResolver {
  const { zones, servers = ["resolver"], see, turn = nextTurn } = options;
  const asked: string[] = [];
  const ask = (server: string, question: DnsQuestion): DnsServerAnswer => {
    asked.push(`${server} ${question.name} ${question.type}`);
    const said = see?.(server, question) ?? answerFrom(zones, question);
    return typeof said === "string"
      ? { server, answered: false, problem: said }
      : { server, answered: true, answer: said };
  };
  return {
    spec: "resolver/1",
    name: "memory",
    capabilities: { authorities: true },
    asked,
    lookup: (question, call) =>
      decide(turn, "lookup", call, () => {
        let problem: DnsLookupProblem = "no-servers";
        for (const server of servers) {
          const said = ask(server, question);
          if (said.answered) return ok(said.answer);
          ({ problem } = said);
        }
        const { name, type } = question;
        const details = { name, type, server: servers.at(-1) ?? null, problem };
        return err(hostingError("DNS_LOOKUP_FAILED", `Nobody could tell the ${type} records of ${name}.`, details));
      }),
    survey: (question, call) =>
      decide(turn, "survey", call, () =>
        ok([...new Set(call?.servers ?? servers)].map((server) => ask(server, question))),
      ),
    findAuthorities: (name, call) =>
      decide(turn, "findAuthorities", call, () => {
        const zone = zoneOf(zones, name);
        if (zone === undefined) {
          const details = { name, type: "NS", server: servers.at(-1) ?? null, problem: "no-servers" } as const;
          return err(hostingError("DNS_LOOKUP_FAILED", `Nobody answers for ${name}.`, details));
        }
        const nameservers = zones.get(zone)?.nameservers ?? [];
        return ok({ zone, servers: nameservers.map((server) => ({ name: server, addresses: [server] })) });
      }),
  };
}

function zoneOf(zones: ReadonlyMap<string, HeldDnsZone>, name: string): string | undefined {
  const holding = [...zones.keys()].filter((zone) => isInZone(name, zone));
  return holding.sort((a, b) => b.length - a.length)[0];
}

function answerFrom(zones: ReadonlyMap<string, HeldDnsZone>, question: DnsQuestion): DnsAnswer {
  const aliases: string[] = [];
  let { name } = question;
  for (;;) {
    const zone = zones.get(zoneOf(zones, name) ?? "");
    const own = zone?.sets.get(`${name} ${question.type}`);
    const alias = question.type === "CNAME" ? undefined : zone?.sets.get(`${name} CNAME`)?.values[0];
    if (own !== undefined || alias === undefined || aliases.length === mostAliases) {
      const exists = [...(zone?.sets.values() ?? [])].some((set) => isInZone(set.name, name)) || zones.has(name);
      return {
        status: own !== undefined ? "found" : exists ? "no-data" : "no-name",
        values: own?.values ?? [],
        ttlSeconds: own?.ttlSeconds ?? null,
        aliases: question.type === "A" || question.type === "AAAA" ? aliases : [],
      };
    }
    aliases.push(alias);
    name = alias;
  }
}

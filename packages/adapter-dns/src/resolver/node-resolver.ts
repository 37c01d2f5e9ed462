import { getServers } from "node:dns";
import { isIP, isIPv6 } from "node:net";
import {
  type AdapterError,
  adapterError,
  all,
  attempt,
  type CallOptions,
  type DnsAnswer,
  type DnsAuthority,
  type DnsLookupProblem,
  type DnsQuestion,
  type DnsServerAnswer,
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  isDnsName,
  ok,
  type Resolver,
  type ResolverError,
  type Result,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { type Asked, askServer } from "./ask-server.ts";

/** Which servers to ask, and how long. */
export interface NodeResolverOptions {
  /** `address`, `address:port` or `[address]:port`, in the order in which `lookup` asks them. Default: the machine's own. */
  readonly servers?: readonly string[] | undefined;
  /** Of one try. Default 3000. */
  readonly timeoutMs?: number | undefined;
  /** How often a server is asked that says nothing. Default 2. */
  readonly tries?: number | undefined;
  /** Where authorities answer. Default 53; another one is for tests. */
  readonly authorityPort?: number | undefined;
}

const name = "node:dns";
const serversAtOnce = 16;

/**
 * Asks DNS servers with Node's own resolver. Nothing is remembered between questions, but the servers may: for what has just
 * changed, ask the authorities.
 *
 * Throws `TypeError` for a server that is not an address.
 */
export function nodeResolver(options: NodeResolverOptions = {}): Resolver {
  const { timeoutMs = 3000, tries = 2, authorityPort = 53 } = options;
  const servers = options.servers ?? getServers();
  for (const server of servers) {
    if (!isServer(server)) throw new TypeError(`${JSON.stringify(server)} is not an address with or without a port.`);
  }
  const ask = (server: string, question: DnsQuestion, { signal }: CallOptions): ResultAsync<Asked, AdapterError> =>
    attempt(
      () => askServer(server, question, { timeoutMs, tries, signal }),
      (cause) => adapterError(cause, { adapter: name, operation: "lookup", state: "unchanged", signal }),
    );

  const lookup: Resolver["lookup"] = (question, call = {}) =>
    flow(async function* () {
      yield* checkQuestion(question);
      let problem: DnsLookupProblem = "no-servers";
      for (const server of servers) {
        const asked = yield* ask(server, question, call);
        if (asked.answered) return ok(asked.answer);
        ({ problem } = asked);
      }
      return err(lookupFailed(question, servers.at(-1) ?? null, problem));
    });

  const survey: Resolver["survey"] = (question, call = {}) =>
    flow(async function* () {
      yield* checkQuestion(question);
      const places = [...new Set(call.servers ?? servers)];
      const wrong = places.find((place) => !isServer(place));
      if (wrong !== undefined) return err(invalid("servers", "has a server that is not an address"));
      const jobs = places.map((server) => (signal: AbortSignal) => ask(server, question, { signal }));
      const answers = yield* all(jobs, { concurrency: serversAtOnce, signal: call.signal });
      return ok(answers.map((asked, index): DnsServerAnswer => ({ server: places[index] ?? "", ...asked })));
    });

  const addressesOf = (server: string, call: CallOptions): ResultAsync<readonly string[], ResolverError> =>
    flow(async function* () {
      const found: string[] = [];
      for (const type of ["A", "AAAA"] as const) {
        const { values } = yield* lookup({ name: server, type }, call).orElse(nothing);
        found.push(...values.map((address) => placeOf(address, authorityPort)));
      }
      return ok(found);
    });

  return {
    spec: "resolver/1",
    name,
    capabilities: { authorities: true },
    lookup,
    survey,
    findAuthorities: (asked, call = {}) =>
      flow(async function* () {
        yield* checkQuestion({ name: asked, type: "NS" });
        const labels = asked.replace(/^\*\./, "").split(".");
        for (let first = 0; first < labels.length; first += 1) {
          const zone = labels.slice(first).join(".");
          // The answer for an alias is about the name that it is an alias of.
          const alias = yield* lookup({ name: zone, type: "CNAME" }, call);
          if (alias.values.length > 0) continue;
          const { values } = yield* lookup({ name: zone, type: "NS" }, call);
          if (values.length === 0) continue;
          const found: DnsAuthority[] = [];
          for (const server of values) found.push({ name: server, addresses: yield* addressesOf(server, call) });
          return ok({ zone, servers: found });
        }
        return err(lookupFailed({ name: asked, type: "NS" }, servers.at(-1) ?? null, "no-servers"));
      }),
  };
}

/** A server's name that can't be looked up leaves the others. */
function nothing(error: ResolverError): Result<Pick<DnsAnswer, "values">, ResolverError> {
  return error.code === "DNS_LOOKUP_FAILED" ? ok({ values: [] }) : err(error);
}

function checkQuestion(question: DnsQuestion): Result<void, HostingErrorOf<"INVALID_INPUT">> {
  return isDnsName(question.name) ? ok(undefined) : err(invalid("name", "is not a canonical name"));
}

function invalid(field: string, problem: string): HostingErrorOf<"INVALID_INPUT"> {
  return hostingError("INVALID_INPUT", `${field} ${problem}.`, { field, problem });
}

function lookupFailed(
  { name: asked, type }: DnsQuestion,
  server: string | null,
  problem: DnsLookupProblem,
): HostingErrorOf<"DNS_LOOKUP_FAILED"> {
  const where = server === null ? "" : ` at ${server}`;
  const message = `Nobody could tell the ${type} records of ${asked}: ${problem}${where}.`;
  return hostingError("DNS_LOOKUP_FAILED", message, { name: asked, type, server, problem });
}

function isServer(text: string): boolean {
  const [, bracketed, port] = /^\[(.+)\](?::(\d+))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return isIPv6(bracketed) && isPort(port);
  const [, address = text, plainPort] = /^([^:]+):(\d+)$/.exec(text) ?? [];
  return isIP(address) !== 0 && isPort(plainPort);
}

function isPort(text: string | undefined): boolean {
  return text === undefined || (Number(text) > 0 && Number(text) < 65_536);
}

function placeOf(address: string, port: number): string {
  if (port === 53) return address;
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

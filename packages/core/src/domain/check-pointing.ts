import { hostingError } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import { all, err, flow, ok, type ResultAsync } from "../result/index.ts";
import { newChallenge } from "./challenge.ts";
import type { DomainPorts } from "./domain-ports.ts";
import { type Hostname, withoutWildcard } from "./hostname.ts";
import type { LookError } from "./look-for-proof.ts";

/** Where a name leads. */
export interface Pointing {
  readonly hostname: Hostname;
  /**
   * `here`: all its addresses are the edge's. `here-by-proxy`: they are somebody else's, and what answers there is the edge. Every
   * other word is a way of not leading here.
   */
  readonly finding:
    | "here"
    | "here-by-proxy"
    | "no-name"
    | "no-addresses"
    | "other-addresses"
    | "partly"
    | "resolvers-disagree";
  /** Addresses that would be right. */
  readonly expected: readonly string[];
  /** Addresses that any resolver gave, sorted. */
  readonly found: readonly string[];
  /** The names that the name is an alias of, as one resolver followed them. */
  readonly aliases: readonly string[];
}

/** Whether a name leads here. */
export function pointsHere({ finding }: Pointing): boolean {
  return finding === "here" || finding === "here-by-proxy";
}

/**
 * Looks where a name leads, by what resolvers say of its addresses; aliases are followed, and never judged by their text. Where the
 * addresses are foreign, what answers there may still be the edge, behind a proxy of the customer's. A wildcard is looked at under
 * a label that nobody has.
 */
export function checkPointing(
  ports: DomainPorts,
  hostname: Hostname,
  options: CallOptions = {},
): ResultAsync<Pointing, LookError> {
  const { resolver, probe, provider, edgeMark, addresses: expected } = ports;
  const label = hostname === withoutWildcard(hostname) ? "" : `${newChallenge(ports, "dns").token.slice(0, 12)}.`;
  const name = `${label}${withoutWildcard(hostname)}`;
  return flow(async function* () {
    const surveys = yield* all(
      (["A", "AAAA"] as const).map((type) => (signal) => resolver.survey({ name, type }, { signal })),
      options,
    );
    const answers = surveys.flatMap((told) => told.flatMap((each) => (each.answered ? [each] : [])));
    if (answers.length === 0) {
      const details = { name, type: "A", server: null, problem: "server-failed" } as const;
      return err(hostingError("DNS_LOOKUP_FAILED", `Nobody answers for ${name}.`, details));
    }
    const found = [...new Set(answers.flatMap(({ answer }) => answer.values))].sort();
    const aliases = answers.find(({ answer }) => answer.aliases.length > 0)?.answer.aliases ?? [];
    const seen = { hostname, expected, found, aliases };
    const right = found.filter((address) => expected.includes(address));
    if (found.length > 0 && right.length === found.length) {
      const isEverywhere = servers(answers, () => true) === servers(answers, ({ values }) => values.length > 0);
      return ok<Pointing>({ ...seen, finding: isEverywhere ? "here" : "resolvers-disagree" });
    }
    if (found.length > 0 && probe !== undefined && edgeMark !== undefined) {
      const request = { hostname: name, path: `/.well-known/${provider}-edge`, maxBytes: 256 };
      const { status, text } = yield* probe.ask(request, options);
      if (status === 200 && text.trim() === edgeMark) return ok<Pointing>({ ...seen, finding: "here-by-proxy" });
    }
    if (right.length > 0) return ok<Pointing>({ ...seen, finding: "partly" });
    if (found.length > 0) return ok<Pointing>({ ...seen, finding: "other-addresses" });
    const isNoName = answers.every(({ answer }) => answer.status === "no-name");
    return ok<Pointing>({ ...seen, finding: isNoName ? "no-name" : "no-addresses" });
  });
}

/** How many servers gave an answer like that, to either question. */
function servers(
  answers: readonly { readonly server: string; readonly answer: { readonly values: readonly string[] } }[],
  isLike: (answer: { readonly values: readonly string[] }) => boolean,
): number {
  return new Set(answers.filter(({ answer }) => isLike(answer)).map(({ server }) => server)).size;
}

import { Resolver } from "node:dns/promises";
import {
  canonicalValue,
  type DnsAnswer,
  type DnsLookupProblem,
  type DnsQuestion,
  textOfBytes,
  tidyValues,
} from "@hostelry/core/adapter";

/** What one server said: an answer, or why there is none. */
export type Asked =
  | { readonly answered: true; readonly answer: DnsAnswer }
  | { readonly answered: false; readonly problem: DnsLookupProblem };

/** How long to ask a server. */
export interface AskServerOptions {
  readonly timeoutMs: number;
  readonly tries: number;
  readonly signal?: AbortSignal | undefined;
}

interface Found {
  readonly values: readonly string[];
  readonly ttlSeconds: number | null;
}

const mostAliases = 8;

/**
 * Asks one server. A resolver of its own for each question: it can be cancelled alone, and it remembers nothing. Throws the
 * signal's reason when that fires.
 */
export async function askServer(server: string, question: DnsQuestion, options: AskServerOptions): Promise<Asked> {
  const { timeoutMs, tries, signal } = options;
  signal?.throwIfAborted();
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  resolver.setServers([server]);
  const cancel = (): void => resolver.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    const isAddress = question.type === "A" || question.type === "AAAA";
    const [found, aliases] = await Promise.all([
      find(resolver, question),
      isAddress ? aliasesOf(resolver, question.name) : [],
    ]);
    if ("problem" in found) return { answered: false, problem: found.problem };
    return { answered: true, answer: { ...found, aliases } };
  } finally {
    signal?.removeEventListener("abort", cancel);
    signal?.throwIfAborted();
  }
}

type Outcome = (Found & { readonly status: DnsAnswer["status"] }) | { readonly problem: DnsLookupProblem };

async function find(resolver: Resolver, question: DnsQuestion): Promise<Outcome> {
  try {
    const found = await valuesOf(resolver, question);
    return { status: found.values.length > 0 ? "found" : "no-data", ...found, values: tidyValues(found.values) };
  } catch (cause) {
    const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
    if (code === "ENOTFOUND") return { status: "no-name", values: [], ttlSeconds: null };
    if (code === "ENODATA") return { status: "no-data", values: [], ttlSeconds: null };
    return { problem: problems[code] ?? "server-failed" };
  }
}

const problems: Readonly<Record<string, DnsLookupProblem>> = {
  EBADRESP: "malformed",
  ECONNREFUSED: "unreachable",
  EFORMERR: "malformed",
  EREFUSED: "refused",
  ESERVFAIL: "server-failed",
  ETIMEOUT: "timeout",
};

async function aliasesOf(resolver: Resolver, name: string): Promise<readonly string[]> {
  const aliases: string[] = [];
  for (let asked = name; aliases.length < mostAliases; ) {
    const found = await find(resolver, { name: asked, type: "CNAME" });
    const target = "problem" in found ? undefined : found.values[0];
    if (target === undefined || aliases.includes(target)) break;
    aliases.push(target);
    asked = target;
  }
  return aliases;
}

async function valuesOf(resolver: Resolver, { name, type }: DnsQuestion): Promise<Found> {
  const withoutTtl = (values: readonly string[]): Found => ({ values, ttlSeconds: null });
  switch (type) {
    case "A":
      return withTtl(await resolver.resolve4(name, { ttl: true }));
    case "AAAA": {
      const { values, ttlSeconds } = withTtl(await resolver.resolve6(name, { ttl: true }));
      return { values: canonical("AAAA", values), ttlSeconds };
    }
    case "CNAME":
      return withoutTtl(canonical("CNAME", await resolver.resolveCname(name)));
    case "NS":
      return withoutTtl(canonical("NS", await resolver.resolveNs(name)));
    case "TXT":
      // Each byte comes as one character.
      return withoutTtl(
        (await resolver.resolveTxt(name)).map((strings) => textOfBytes(Buffer.from(strings.join(""), "latin1"))),
      );
    case "MX": {
      const found = await resolver.resolveMx(name);
      return withoutTtl(
        canonical(
          "MX",
          found.map(({ priority, exchange }) => `${priority} ${exchange === "" ? "." : exchange}`),
        ),
      );
    }
    case "SRV": {
      const found = await resolver.resolveSrv(name);
      const texts = found.map(
        (each) => `${each.priority} ${each.weight} ${each.port} ${each.name === "" ? "." : each.name}`,
      );
      return withoutTtl(canonical("SRV", texts));
    }
    case "CAA": {
      const found = await resolver.resolveCaa(name);
      const texts = found.flatMap(({ critical, ...tags }) =>
        Object.entries(tags).map(([tag, value]) => `${critical} ${tag} "${String(value).replace(/["\\]/g, "\\$&")}"`),
      );
      return withoutTtl(canonical("CAA", texts));
    }
    case "SOA": {
      const { nsname, hostmaster, serial, refresh, retry, expire, minttl } = await resolver.resolveSoa(name);
      return withoutTtl([`${nsname} ${hostmaster} ${serial} ${refresh} ${retry} ${expire} ${minttl}`.toLowerCase()]);
    }
  }
}

function withTtl(found: readonly { readonly address: string; readonly ttl: number }[]): Found {
  return {
    values: found.map(({ address }) => address),
    ttlSeconds: found.length === 0 ? null : Math.min(...found.map(({ ttl }) => ttl)),
  };
}

/** What has no canonical form stays as the server wrote it: it is an answer all the same. */
function canonical(type: Parameters<typeof canonicalValue>[0], values: readonly string[]): readonly string[] {
  return values.map((value) => canonicalValue(type, value).unwrapOr(value));
}

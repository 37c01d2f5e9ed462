import { type HostingErrorOf, hasCode, hostingError } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { AppliedDnsChanges, DnsChangeError, DnsProvider, DnsZoneError } from "../ports/dns/index.ts";
import { guardDnsProvider, guardResolver } from "../ports/index.ts";
import type { DnsAuthority, DnsServerAnswer, Resolver, ResolverError } from "../ports/resolver.ts";
import { err, errAsync, flow, ok, okAsync, type ResultAsync } from "../result/index.ts";
import { findDnsZone } from "./find-dns-zone.ts";

/** A value that is to be seen at a name, for as long as somebody needs to look: ACME's DNS-01, and the like. */
export interface TxtChallenge {
  /** E.g. `_acme-challenge.example.com`. */
  readonly name: string;
  readonly value: string;
}

/** Where a challenge was written: the name itself, or the one that it is an alias of. */
export interface PresentedTxt {
  readonly zone: string;
  readonly name: string;
}

/** The ports that challenges need. */
export interface TxtChallengePorts {
  readonly provider: DnsProvider;
  readonly resolver: Resolver;
  readonly clock?: Clock | undefined;
}

/** How to wait. */
export interface WaitForTxtOptions extends CallOptions {
  /** Default 120,000. */
  readonly timeoutMs?: number | undefined;
  /** Pause after the first look; it doubles each time. Default 500. */
  readonly firstPauseMs?: number | undefined;
  /** Longest pause. Default 10,000. */
  readonly maxPauseMs?: number | undefined;
}

/** Errors of {@link TxtChallenges}. */
export type TxtChallengeError = DnsChangeError | ResolverError | HostingErrorOf<"DNS_NOT_VISIBLE">;

/** Challenges by TXT records. Values of one name stand beside each other: a wildcard and its apex are proven together. */
export interface TxtChallenges {
  /**
   * Adds the value, and leaves the others. A name that is an alias is followed, so that a customer can delegate challenges
   * once and for all. May be repeated.
   */
  present(challenge: TxtChallenge, options?: CallOptions): ResultAsync<PresentedTxt, TxtChallengeError>;
  /**
   * Waits until every server that answers for the name shows the value; `DNS_NOT_VISIBLE` when the time is over. Asks the
   * servers themselves, so no cache remembers that it was not there.
   */
  waitUntilVisible(challenge: TxtChallenge, options?: WaitForTxtOptions): ResultAsync<void, TxtChallengeError>;
  /** Looks once whether every server that answers for the name shows the value; waits for nothing. */
  isVisible(challenge: TxtChallenge, options?: CallOptions): ResultAsync<boolean, ResolverError>;
  /** Where a challenge of that name is written: the name itself, or the one that it is an alias of, and its zone. Changes nothing. */
  locate(name: string, options?: CallOptions): ResultAsync<PresentedTxt, DnsZoneError | ResolverError>;
  /** Removes the value, and leaves the others. What is not there is success; `presented` is what `present` answered. */
  withdraw(
    challenge: TxtChallenge,
    presented: PresentedTxt,
    options?: CallOptions,
  ): ResultAsync<AppliedDnsChanges, TxtChallengeError>;
}

const ttlOfChallenges = 60;
const mostAliases = 8;

/** Challenges at a provider's zones, looked at by a resolver. */
export function txtChallenges(ports: TxtChallengePorts): TxtChallenges {
  const provider = guardDnsProvider(ports.provider);
  const resolver = guardResolver(ports.resolver);
  const clock = ports.clock ?? systemClock;
  const { min, max } = provider.capabilities.ttlSeconds;
  const ttlSeconds = Math.min(max, Math.max(min, ttlOfChallenges));
  const locate: TxtChallenges["locate"] = (asked, options = {}) =>
    flow(async function* () {
      const name = yield* realName(resolver, asked, options);
      const { name: zone } = yield* findDnsZone(provider, name, options);
      return ok({ zone, name });
    });
  return {
    locate,
    isVisible: (challenge, options = {}) =>
      serversWithout(resolver, challenge, options).map((without) => without?.length === 0),
    present: ({ name: asked, value }, options = {}) =>
      flow(async function* () {
        const { zone, name } = yield* locate(asked, options);
        yield* provider.applyChanges(
          { zone, changes: [{ action: "add", name, type: "TXT", values: [value], ttlSeconds }] },
          options,
        );
        return ok({ zone, name });
      }),
    waitUntilVisible: (challenge, options = {}) => waitUntilVisible(resolver, clock, challenge, options),
    withdraw: ({ value }, { zone, name }, options = {}) =>
      provider.applyChanges({ zone, changes: [{ action: "remove", name, type: "TXT", values: [value] }] }, options),
  };
}

function realName(resolver: Resolver, name: string, options: CallOptions): ResultAsync<string, ResolverError> {
  return flow(async function* () {
    let real = name;
    for (let aliases = 0; aliases < mostAliases; aliases += 1) {
      const { values } = yield* resolver.lookup({ name: real, type: "CNAME" }, options);
      if (values[0] === undefined) return ok(real);
      real = values[0];
    }
    return err(
      hostingError("INVALID_INPUT", `${name} is an alias of an alias of an alias, without an end.`, {
        field: "name",
        problem: `is an alias of more than ${mostAliases} others`,
      }),
    );
  });
}

function waitUntilVisible(
  resolver: Resolver,
  clock: Clock,
  { name, value }: TxtChallenge,
  options: WaitForTxtOptions,
): ResultAsync<void, TxtChallengeError> {
  const { timeoutMs = 120_000, firstPauseMs = 500, maxPauseMs = 10_000, signal } = options;
  return flow(async function* () {
    const startedMs = clock.now().getTime();
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(maxPauseMs, pauseMs * 2)) {
      const without = yield* serversWithout(resolver, { name, value }, { signal });
      if (without?.length === 0) return ok(undefined);
      const waitedMs = clock.now().getTime() - startedMs;
      if (waitedMs + pauseMs > timeoutMs) {
        const servers = without ?? [];
        const where = servers.length === 0 ? "" : ` at ${servers.join(", ")}`;
        const message = `${name} does not show the value after ${Math.round(waitedMs / 1000)} s${where}.`;
        return err(hostingError("DNS_NOT_VISIBLE", message, { name, waitedMs, servers }));
      }
      await clock.sleep(pauseMs, signal);
      if (signal?.aborted === true) {
        const operation = "waitUntilVisible";
        return err(hostingError("ABORTED", `${operation} was ended by its caller.`, { operation }));
      }
    }
  });
}

/** Names of the servers that do not show the value; `null` when nobody could tell, which may be otherwise in a moment. */
function serversWithout(
  resolver: Resolver,
  { name, value }: TxtChallenge,
  options: CallOptions,
): ResultAsync<readonly string[] | null, ResolverError> {
  const look: ResultAsync<readonly string[] | null, ResolverError> = flow(async function* () {
    const real = yield* realName(resolver, name, options);
    const { servers } = yield* resolver.findAuthorities(real, options);
    if (servers.length === 0) return ok(null);
    const addresses = [...new Set(servers.flatMap((server) => server.addresses))];
    const answers = yield* resolver.survey({ name: real, type: "TXT" }, { ...options, servers: addresses });
    return ok(servers.filter((server) => !shows(server, answers, value)).map((server) => server.name));
  });
  return look.orElse((error) => (hasCode(error, "DNS_LOOKUP_FAILED") ? okAsync(null) : errAsync(error)));
}

/** One address may be out of our reach (IPv6, often); what is reached has to agree. */
function shows({ addresses }: DnsAuthority, answers: readonly DnsServerAnswer[], value: string): boolean {
  const reached = answers.flatMap((each) => (each.answered && addresses.includes(each.server) ? [each.answer] : []));
  return reached.length > 0 && reached.every(({ values }) => values.includes(value));
}

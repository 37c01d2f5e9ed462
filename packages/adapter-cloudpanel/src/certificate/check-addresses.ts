import {
  all,
  type CallOptions,
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  ok,
  type Resolver,
  type ResolverError,
  type ResultAsync,
} from "@hostelry/core/adapter";

/** Who is asked where names lead, and where they should. */
export interface PointingPreflight {
  readonly resolver: Resolver;
  /** Addresses of the server, and of what stands before it. */
  readonly addresses: readonly string[];
}

/**
 * Looks whether every name leads to the server, before an authority is bothered: a single one that does not fails the whole order, and counts
 * against its limits. `DOMAIN_NOT_POINTING` with the first that does not.
 */
export function checkAddresses(
  { resolver, addresses }: PointingPreflight,
  names: readonly string[],
  { signal }: CallOptions,
): ResultAsync<void, HostingErrorOf<"DOMAIN_NOT_POINTING"> | ResolverError> {
  return flow(async function* () {
    for (const name of names) {
      const questions = (["A", "AAAA"] as const).map(
        (type) => (each: AbortSignal) => resolver.lookup({ name, type }, { signal: each }),
      );
      const answers = yield* all(questions, { signal });
      const found = [...new Set(answers.flatMap(({ values }) => values))].sort();
      if (found.length > 0 && found.every((address) => addresses.includes(address))) continue;
      const problem =
        found.length > 0
          ? found.some((address) => addresses.includes(address))
            ? "partly"
            : "other-addresses"
          : answers.every(({ status }) => status === "no-name")
            ? "no-name"
            : "no-addresses";
      const where = found.length === 0 ? "has no address" : `leads to ${found.join(", ")}`;
      const message = `${name} ${where}, not to ${addresses.join(", ")}; no certificate was ordered.`;
      return err(hostingError("DOMAIN_NOT_POINTING", message, { hostname: name, expected: addresses, found, problem }));
    }
    return ok(undefined);
  });
}

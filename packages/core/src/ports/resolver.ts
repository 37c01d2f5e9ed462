import type { HostingErrorOf } from "../errors/index.ts";
import type { ResultAsync } from "../result/index.ts";
import type { AdapterError, CallOptions } from "./call-options.ts";

/** What can be asked for. */
export type DnsQuestionType = "A" | "AAAA" | "CAA" | "CNAME" | "MX" | "NS" | "SOA" | "SRV" | "TXT";

/** A question. */
export interface DnsQuestion {
  /** Whole, in ASCII, without a dot at the end. */
  readonly name: string;
  readonly type: DnsQuestionType;
}

/** An answer, also one that says that there is nothing. */
export interface DnsAnswer {
  /** `no-data`: the name exists, without records of this type. `no-name`: it does not exist (NXDOMAIN). */
  readonly status: "found" | "no-data" | "no-name";
  /**
   * Sorted; empty unless `found`. As in `DnsRecordSet`; a SOA is `primary contact serial refresh retry expire minimum`, with
   * names as there.
   */
  readonly values: readonly string[];
  /** Least TTL of the records, as the server gave it; `null` where the type's answer does not tell. */
  readonly ttlSeconds: number | null;
  /** The names that the question's name is an alias of, in their order: the CNAMEs that were followed. Only for `A` and `AAAA`. */
  readonly aliases: readonly string[];
}

/** What one server said. */
export type DnsServerAnswer =
  | { readonly server: string; readonly answered: true; readonly answer: DnsAnswer }
  | { readonly server: string; readonly answered: false; readonly problem: DnsLookupProblem };

/** Why there is no answer. None of these says anything about the name. */
export type DnsLookupProblem = "malformed" | "no-servers" | "refused" | "server-failed" | "timeout" | "unreachable";

/** A server that answers for a zone out of its own knowledge. */
export interface DnsAuthority {
  /** Its name. */
  readonly name: string;
  /** Where it is asked: `address`, `address:port` or `[address]:port`. Empty when its name has no address. */
  readonly addresses: readonly string[];
}

/** Errors of {@link Resolver}. */
export type ResolverError = AdapterError | HostingErrorOf<"DNS_LOOKUP_FAILED"> | HostingErrorOf<"INVALID_INPUT">;

/** Asks DNS servers, the way a stranger does. That a name has no records is an answer; that nobody answered is an error. */
export interface Resolver {
  readonly spec: "resolver/1";
  /** For messages. */
  readonly name: string;
  readonly capabilities: {
    /** `findAuthorities` works, and `survey` can ask them. */
    readonly authorities: boolean;
  };

  /**
   * Asks the resolvers one after the other, until one answers.
   *
   * Absent: `no-name` or `no-data`, which are answers.
   * Repeated: asks again; a resolver may answer from its cache, also that there is nothing.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: `DNS_LOOKUP_FAILED` when none answered, with the last one's problem.
   * Limits: each server has a time limit of the adapter's. Aliases are followed for `A` and `AAAA`, by the server for others.
   */
  lookup(question: DnsQuestion, options?: CallOptions): ResultAsync<DnsAnswer, ResolverError>;

  /**
   * Asks several servers side by side and gives what each of them said: all resolvers, or the named servers.
   *
   * Absent: as `lookup`, per server.
   * Repeated: asks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: a server that does not answer is in the list with its problem, and fails nothing.
   * Limits: none of the servers is asked twice; an empty list of servers gives an empty answer.
   */
  survey(
    question: DnsQuestion,
    options?: CallOptions & {
      /** Addresses as in {@link DnsAuthority}. Default: all resolvers. */
      readonly servers?: readonly string[] | undefined;
    },
  ): ResultAsync<readonly DnsServerAnswer[], ResolverError>;

  /**
   * Finds the zone that a name is in, and the servers that answer for it. Needs `capabilities.authorities`; without it
   * `INVALID_INPUT`.
   *
   * Absent: a name that does not exist is in the zone that would hold it.
   * Repeated: asks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: `DNS_LOOKUP_FAILED` when it can't be told; a server whose name can't be looked up has no addresses.
   * Limits: a few questions per label of the name.
   */
  findAuthorities(
    name: string,
    options?: CallOptions,
  ): ResultAsync<{ readonly zone: string; readonly servers: readonly DnsAuthority[] }, ResolverError>;
}

import type { HostingErrorOf } from "../errors/index.ts";
import type { ResultAsync } from "../result/index.ts";
import type { AdapterError, CallOptions } from "./call-options.ts";
import type { CertificateChallengeType, CertificateProblem } from "./certificate/index.ts";
import type { DnsChangeError } from "./dns/index.ts";
import type { ResolverError } from "./resolver.ts";
import type { TransportFileError } from "./transport/index.ts";

/** An answer to a challenge, to be laid out where the authority looks. It is no secret. */
export interface ChallengeToSolve {
  /** The name to be proven, without `*.`. */
  readonly name: string;
  /** For `http-01` the token; for `dns-01` the record's name. */
  readonly key: string;
  /** For `http-01` the whole text; for `dns-01` the record's value. */
  readonly content: string;
}

/** Errors of {@link ChallengeSolver}. */
export type ChallengeSolverError =
  | AdapterError
  | DnsChangeError
  | ResolverError
  | HostingErrorOf<"DNS_NOT_VISIBLE">
  | HostingErrorOf<"INVALID_INPUT">
  | TransportFileError;

/** Lays out answers to one type of challenge. */
export interface ChallengeSolver {
  readonly spec: "challenge-solver/1";
  /** Unique among the solvers of a host; kept in the records. */
  readonly name: string;
  readonly capabilities: { readonly type: CertificateChallengeType };

  /**
   * Looks whether an answer for a name would be seen by the authority: before an order is placed, which costs.
   *
   * Absent: what stands in the way, with the words of an authority: `dns`, `connection`, `unauthorized` …; `null`: nothing does.
   * Repeated: looks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: it leaves nothing behind that does not end by itself.
   * Limits: an error when nobody could be asked: that says nothing about the name.
   */
  check(name: string, options?: CallOptions): ResultAsync<CertificateProblem | null, ChallengeSolverError>;

  /**
   * Lays an answer out, beside others.
   *
   * Absent: lays it out.
   * Repeated: success.
   * Concurrent: several for one name stand beside each other.
   * Cancelled: `ABORTED`; it may be there.
   * Half-way: state `unknown` at worst; present it again, or withdraw it.
   * Limits: those of the place.
   */
  present(challenge: ChallengeToSolve, options?: CallOptions): ResultAsync<void, ChallengeSolverError>;

  /**
   * Looks once whether an answer is to be seen by everybody; waits for nothing.
   *
   * Absent: `false`.
   * Repeated: looks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: an error when nobody could be asked.
   */
  isVisible(challenge: ChallengeToSolve, options?: CallOptions): ResultAsync<boolean, ChallengeSolverError>;

  /**
   * Takes an answer away, and leaves the others.
   *
   * Absent: success.
   * Repeated: success.
   * Concurrent: success for all.
   * Cancelled: `ABORTED`; it may be gone.
   * Half-way: state `unknown` at worst; withdraw it again.
   * Limits: nothing else is touched.
   */
  withdraw(challenge: ChallengeToSolve, options?: CallOptions): ResultAsync<void, ChallengeSolverError>;
}

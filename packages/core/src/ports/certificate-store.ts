import type {
  CertificateAccountRecord,
  CertificateDelivery,
  CertificateId,
  CertificateRecord,
  CertificateState,
  CertificateTrouble,
  ChallengeAnswerRecord,
  IssuedCertificateRecord,
  OpenCertificateOrder,
  PastCertificate,
  PresentedChallenge,
} from "../certificate/certificate.ts";
import type { RateUses } from "../certificate/rate-budget.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { ResultAsync } from "../result/index.ts";
import type { TenantId } from "../tenant/tenant.ts";
import type { CallOptions, Page, PageRequest } from "./call-options.ts";
import type { StoreCapabilities, StoreError } from "./store/index.ts";

/** A set of names that is to have a certificate. */
export interface NewCertificateRecord {
  /** Fresh; used when the record is written. */
  readonly id: CertificateId;
  /** 1 to 100, canonical and sorted. */
  readonly names: readonly string[];
  readonly tenantId?: TenantId | undefined;
  readonly profile?: string | undefined;
  /** `createdAt` and `dueAt`: it is due at once. */
  readonly now: Date;
}

/** What to change of a record; fields left out stay, `null` takes away. */
export interface CertificateChange {
  readonly state?: CertificateState | undefined;
  readonly profile?: string | null | undefined;
  readonly issued?: IssuedCertificateRecord | null | undefined;
  readonly past?: readonly PastCertificate[] | undefined;
  readonly order?: OpenCertificateOrder | null | undefined;
  readonly presented?: readonly PresentedChallenge[] | undefined;
  readonly deliveries?: readonly CertificateDelivery[] | undefined;
  readonly rehearsedAt?: Date | null | undefined;
  readonly lookedAt?: Date | null | undefined;
  readonly failures?: number | undefined;
  readonly trouble?: CertificateTrouble | null | undefined;
  readonly dueAt?: Date | null | undefined;
}

/** Which records to list. Conditions are all to be met. */
export interface ListCertificates extends PageRequest {
  /** Those of a tenant. */
  readonly tenantId?: TenantId | undefined;
  /** Those that a visitor of this name could be shown: with the name itself, or with the wildcard one label above it. */
  readonly name?: string | undefined;
  readonly state?: CertificateState | undefined;
}

/** Errors of a call about a record that has to be there. */
export type CertificateRecordError = StoreError | HostingErrorOf<"CERTIFICATE_NOT_FOUND">;

/** Errors of a call that only the holder of the newest lease may make. */
export type CertificateChangeError = CertificateRecordError | HostingErrorOf<"STORE_CONFLICT">;

/**
 * The records of certificates: one per tenant and exact set of names, which is what makes one order at a time of it. A record is
 * changed only by who holds its lease; a lease has an end, and a holder whose successor has begun is refused (`STORE_CONFLICT`) with
 * everything that it still wants to write. All times are the caller's.
 */
export interface CertificateStore {
  readonly spec: "certificate-store/1";
  /** For error messages, e.g. `postgresql`. */
  readonly name: string;
  readonly capabilities: StoreCapabilities;

  /**
   * Writes down that a set of names is to have a certificate, in state `ordering`, due at once; or finds the record of the very same
   * names and tenant, in whatever state.
   *
   * Absent: writes it.
   * Repeated: `created: false`, with the record as it is.
   * Concurrent: one of several writes it, and all are answered with it.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: the record is written whole or not at all.
   * Limits: names that are not 1 to 100, sorted, each once, of 1 to 253 characters are `INVALID_INPUT`. An id that is taken is
   *   `STORE_CONFLICT`. A record without tenant and one with are two.
   */
  beginCertificate(
    request: NewCertificateRecord,
    options?: CallOptions,
  ): ResultAsync<
    { readonly certificate: CertificateRecord; readonly created: boolean },
    StoreError | HostingErrorOf<"STORE_CONFLICT">
  >;

  /**
   * Reads a record.
   *
   * Absent: `CERTIFICATE_NOT_FOUND`.
   * Repeated: reads again.
   * Concurrent: sees whole records only.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: sees every change that was acknowledged before.
   */
  getCertificate(
    certificateId: CertificateId,
    options?: CallOptions,
  ): ResultAsync<CertificateRecord, CertificateRecordError>;

  /**
   * Lists records, oldest first.
   *
   * Absent: an empty page.
   * Repeated: reads again.
   * Concurrent: a record that is there all the while is listed exactly once over all pages.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: {@link PageRequest}. `name` is canonical, in lower case, without a dot at the end; one that begins with `*.` finds those
   *   with that very wildcard.
   */
  listCertificates(request?: ListCertificates, options?: CallOptions): ResultAsync<Page<CertificateRecord>, StoreError>;

  /**
   * Lists records with something to be done: `dueAt` at or before `now`, and no lease in force at `now`; the longest due first.
   *
   * Absent: an empty list.
   * Repeated: reads again.
   * Concurrent: several who work at it are given the same; the lease tells them apart.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: `limit` from 1 to 1000.
   */
  listDueCertificates(
    request: { readonly now: Date; readonly limit: number },
    options?: CallOptions,
  ): ResultAsync<readonly CertificateRecord[], StoreError>;

  /**
   * Takes the right to work on a record, and the next fencing token with it.
   *
   * Absent: `CERTIFICATE_NOT_FOUND`.
   * Repeated: while the lease is in force at `now` it is `CERTIFICATE_BUSY`, also for its own holder.
   * Concurrent: exactly one of several gets it, the others are `CERTIFICATE_BUSY`.
   * Cancelled: `ABORTED`; it may have been taken, and ends by its time.
   * Half-way: taken or not; state `unknown` at worst, and it ends by its time.
   * Limits: `expiresAt` after `now`, at most a day. The record is answered as it is then, with the lease and its token. `holder` is
   *   1 to 200 visible ASCII characters.
   */
  leaseCertificate(
    request: {
      readonly certificateId: CertificateId;
      readonly holder: string;
      readonly now: Date;
      readonly expiresAt: Date;
    },
    options?: CallOptions,
  ): ResultAsync<CertificateRecord, CertificateRecordError | HostingErrorOf<"CERTIFICATE_BUSY">>;

  /**
   * Changes a record, by the holder of its newest lease; with `release` the lease ends in the same act.
   *
   * Absent: `CERTIFICATE_NOT_FOUND`.
   * Repeated: writes again. After `release` the token is as good as before, until somebody takes the next one.
   * Concurrent: only one has the newest token; everybody else is `STORE_CONFLICT` and has changed nothing.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: all of the change is written, and the lease released, or nothing.
   * Limits: a lease whose time is over, and that nobody took over, still counts: the token decides. A token of 0 is `STORE_CONFLICT`.
   *   Adds 1 to `version`.
   */
  changeCertificate(
    request: {
      readonly certificateId: CertificateId;
      readonly fencingToken: number;
      readonly change: CertificateChange;
      readonly release: boolean;
    },
    options?: CallOptions,
  ): ResultAsync<CertificateRecord, CertificateChangeError>;

  /**
   * Removes a record, by the holder of its newest lease.
   *
   * Absent: `CERTIFICATE_NOT_FOUND`.
   * Repeated: `CERTIFICATE_NOT_FOUND`.
   * Concurrent: as `changeCertificate`.
   * Cancelled: `ABORTED`; it may be gone.
   * Half-way: gone or not.
   * Limits: the state does not matter: it is core that only removes what is `released` and taken from all places.
   */
  removeCertificate(
    request: { readonly certificateId: CertificateId; readonly fencingToken: number },
    options?: CallOptions,
  ): ResultAsync<void, CertificateChangeError>;

  /**
   * Keeps the key of an account, if the authority has none yet; or finds the one that is there.
   *
   * Absent: writes it.
   * Repeated: `created: false`, with the one that is there.
   * Concurrent: the first of several is written, and all are answered with it: one account for all processes.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: written or not.
   * Limits: `authority` is 1 to 200 visible ASCII characters. Nothing ever overwrites it.
   */
  keepAccount(
    account: CertificateAccountRecord,
    options?: CallOptions,
  ): ResultAsync<{ readonly account: CertificateAccountRecord; readonly created: boolean }, StoreError>;

  /**
   * Reads the account of an authority.
   *
   * Absent: `null`.
   * Repeated: reads again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: sees every write that was acknowledged before.
   */
  findAccount(authority: string, options?: CallOptions): ResultAsync<CertificateAccountRecord | null, StoreError>;

  /**
   * Reads what is used of limits.
   *
   * Absent: a key without a use is not in the answer.
   * Repeated: reads again.
   * Concurrent: all are of one moment.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: 1 to 500 keys of 1 to 6,000 characters of UTF-8 text (the exact set of a hundred names may be that long, and more than an index takes: hash what is longer
   *   than it likes).
   */
  readRateUses(keys: readonly string[], options?: CallOptions): ResultAsync<RateUses, StoreError>;

  /**
   * Writes uses of limits, if none of them has changed since they were read.
   *
   * Absent: `null` in `expected` says that there was no use.
   * Repeated: the second call meets other uses: `spent: false`.
   * Concurrent: of several with a key in common and the same `expected`, one is `spent: true`. Nobody waits for another for long, and none is a deadlock.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: all keys are written or none; state `unknown` at worst, and then count it as spent.
   * Limits: those of `readRateUses`; every key of `uses` is in `expected`. Times are whole milliseconds.
   */
  spendRateUses(
    request: { readonly expected: ReadonlyMap<string, Date | null>; readonly uses: RateUses },
    options?: CallOptions,
  ): ResultAsync<{ readonly spent: boolean }, StoreError>;

  /**
   * Puts the answer to a challenge where every server finds it.
   *
   * Absent: writes it.
   * Repeated: the last content and end count.
   * Concurrent: the last one stays.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: written or not.
   * Limits: those of {@link ChallengeAnswerRecord}; otherwise `INVALID_INPUT`.
   */
  putChallengeAnswer(answer: ChallengeAnswerRecord, options?: CallOptions): ResultAsync<void, StoreError>;

  /**
   * Reads the answer to a challenge.
   *
   * Absent: `null`; also after its end.
   * Repeated: reads again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: it is asked by strangers: one look-up by key.
   */
  findChallengeAnswer(
    request: { readonly hostname: string; readonly token: string; readonly now: Date },
    options?: CallOptions,
  ): ResultAsync<string | null, StoreError>;

  /**
   * Takes the answer to a challenge away.
   *
   * Absent: success.
   * Repeated: success.
   * Concurrent: success for all.
   * Cancelled: `ABORTED`; it may be gone.
   * Half-way: gone or not.
   * Limits: none.
   */
  removeChallengeAnswer(
    request: { readonly hostname: string; readonly token: string },
    options?: CallOptions,
  ): ResultAsync<void, StoreError>;

  /**
   * Removes what has no meaning any more: uses of limits that are as good as new (their moment is at or before `now`), and answers to challenges
   * after their end.
   *
   * Absent: `removed: 0`.
   * Repeated: goes on with what is left.
   * Concurrent: each is counted by one of several.
   * Cancelled: `ABORTED`; some may be gone.
   * Half-way: some may be gone; call again.
   * Limits: `limit` from 1 to 10,000 of each kind. A use that somebody writes meanwhile stays.
   */
  removeStale(
    request: { readonly now: Date; readonly limit: number },
    options?: CallOptions,
  ): ResultAsync<{ readonly removed: number }, StoreError>;
}

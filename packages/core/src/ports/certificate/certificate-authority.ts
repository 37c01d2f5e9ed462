import type { HostingErrorOf } from "../../errors/index.ts";
import type { ResultAsync } from "../../result/index.ts";
import type { AdapterError, CallOptions } from "../call-options.ts";
import type {
  CertificateChallengeStatus,
  CertificateChallengeType,
  CertificateOrder,
  CertificateOrderHead,
  CertificateRenewalInfo,
  IssuedCertificate,
  PlaceCertificateOrder,
  RevocationReason,
} from "./certificate-order.ts";

/** What an adapter can do; read by core and by the conformance kit. Whether the authority does it too is in {@link CertificateAuthorityFacts}. */
export interface CertificateAuthorityCapabilities {
  readonly challenges: readonly CertificateChallengeType[];
  /** It takes names that begin with `*.`. */
  readonly wildcards: boolean;
  /** `readRenewalInfo` can ask, and `replaces` is passed on. */
  readonly renewalInfo: boolean;
  /** `profile` is passed on. */
  readonly profiles: boolean;
  /** `revokeCertificate` works. */
  readonly revocation: boolean;
}

/** What an authority says of itself. */
export interface CertificateAuthorityFacts {
  /** Page with its terms, which whoever registers agrees to; `null` when it has none. */
  readonly termsOfService: string | null;
  readonly website: string | null;
  /** Names that mean it in a CAA record; empty when it does not say. */
  readonly caaIdentities: readonly string[];
  /** An account needs credentials from elsewhere (External Account Binding). */
  readonly externalAccountRequired: boolean;
  /** Name and description of the kinds of certificates that it has. */
  readonly profiles: Readonly<Record<string, string>>;
  /** It says when to renew. */
  readonly renewalInfo: boolean;
}

/** The holder of orders, known to the authority by the adapter's account key. */
export interface CertificateAccount {
  readonly id: string;
  readonly status: "valid" | "deactivated" | "revoked";
  /** `mailto:` URLs, as the authority keeps them. */
  readonly contacts: readonly string[];
}

/** How to register. */
export interface RegisterCertificateAccount {
  /** Mailboxes for warnings. Default: none. */
  readonly emails?: readonly string[] | undefined;
  /** Somebody who may say so has agreed to `CertificateAuthorityFacts.termsOfService`. */
  readonly termsOfServiceAgreed: boolean;
}

/**
 * What any method may answer. `ADAPTER_THROTTLED` for the authority's limits: `retryAt` may be days away, nothing waits for it.
 */
export type CertificateAuthorityError =
  | AdapterError
  | HostingErrorOf<"CERTIFICATE_REFUSED">
  | HostingErrorOf<"INVALID_INPUT">;

/** Errors of a method that needs an account. */
export type CertificateAccountError = CertificateAuthorityError | HostingErrorOf<"CERTIFICATE_ACCOUNT_MISSING">;

/** Errors of a method about an order. */
export type CertificateOrderError = CertificateAccountError | HostingErrorOf<"CERTIFICATE_ORDER_NOT_FOUND">;

/** Errors of placing an order. */
export type PlaceCertificateOrderError = CertificateAccountError | HostingErrorOf<"CERTIFICATE_ALREADY_REPLACED">;

/** Errors of a method that an order must be ready for. */
export type CertificateOrderStepError = CertificateOrderError | HostingErrorOf<"CERTIFICATE_ORDER_NOT_READY">;

/**
 * An authority that issues certificates, as one account of it. Nothing here waits for the authority to make up its mind: each
 * method is one exchange, answers how things are now, and an order that is not done is asked for again, by whichever process.
 *
 * Names come in the canonical form that `checkCertificateNames` makes; what is not is `INVALID_INPUT`. What the authority says
 * no to is `CERTIFICATE_REFUSED`, with its own word for why.
 */
export interface CertificateAuthority {
  readonly spec: "certificate-authority/1";
  /** For messages, e.g. `acme`. */
  readonly name: string;
  readonly capabilities: CertificateAuthorityCapabilities;

  /**
   * Reads what the authority says of itself. Needs no account.
   *
   * Absent: what it does not say is `null`, `false` or empty.
   * Repeated: may answer from what was read within the hour.
   * Concurrent: any number.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: it only reads.
   * Limits: none.
   */
  readFacts(options?: CallOptions): ResultAsync<CertificateAuthorityFacts, CertificateAuthorityError>;

  /**
   * Registers the adapter's account key, or finds that it is registered.
   *
   * Absent: registers it.
   * Repeated: `created: false`, and the account stays as it is, whatever the contacts are.
   * Concurrent: exactly one of several is `created: true`.
   * Cancelled: `ABORTED`; it may be registered.
   * Half-way: state `unknown` at worst; call again.
   * Limits: authorities allow few new accounts (Let's Encrypt: 10 in three hours from an address).
   */
  registerAccount(
    request: RegisterCertificateAccount,
    options?: CallOptions,
  ): ResultAsync<{ readonly account: CertificateAccount; readonly created: boolean }, CertificateAuthorityError>;

  /**
   * Looks the account of the adapter's key up.
   *
   * Absent: `CERTIFICATE_ACCOUNT_MISSING`; it never registers.
   * Repeated: looks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: it only reads. An authority that can't be asked is `ADAPTER_FAILED`, never `CERTIFICATE_ACCOUNT_MISSING`.
   * Limits: none.
   */
  findAccount(options?: CallOptions): ResultAsync<CertificateAccount, CertificateAccountError>;

  /**
   * Orders a certificate.
   *
   * Absent: without an account `CERTIFICATE_ACCOUNT_MISSING`. A `replaces` that the authority does not know is `CERTIFICATE_REFUSED`.
   * Repeated: is another order, unless the authority gives the unfinished one again. Keep the id before anything else is done.
   * Concurrent: several orders for the same names are possible and each counts towards the limits: whoever calls sees to it that
   *   there is one. Of several that replace the same certificate, all but one may be `CERTIFICATE_ALREADY_REPLACED`.
   * Cancelled: `ABORTED`; an order may be there. It ends by itself.
   * Half-way: state `unknown` at worst: an order that nobody knows of may be there, which only costs towards the limits.
   * Limits: 1 to 100 names; the authority may allow fewer. `ADAPTER_THROTTLED` when it has had enough, also for days.
   */
  placeOrder(
    request: PlaceCertificateOrder,
    options?: CallOptions,
  ): ResultAsync<CertificateOrderHead, PlaceCertificateOrderError>;

  /**
   * Reads how an order is now, with the proofs of its names.
   *
   * Absent: `CERTIFICATE_ORDER_NOT_FOUND`, also for another account's.
   * Repeated: looks again; sooner than `retryAfterMs` is of no use.
   * Concurrent: any number. The order and its proofs are of slightly different moments.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: fails as a whole.
   * Limits: one request for each name, and one.
   */
  getOrder(orderId: string, options?: CallOptions): ResultAsync<CertificateOrder, CertificateOrderError>;

  /**
   * Tells the authority that a challenge is answered, so that it looks.
   *
   * Absent: `CERTIFICATE_ORDER_NOT_FOUND` when the order is not there, or has no such challenge.
   * Repeated: the same: what it was told already it is not told again, and what is decided stays.
   * Concurrent: as repeated.
   * Cancelled: `ABORTED`; it may be looking.
   * Half-way: state `unknown` at worst; call again.
   * Limits: answers at once, with the challenge's status as it is then; the outcome is read with `getOrder`. Call it only when everybody can see the
   *   answer: a look that fails ends the order, and few are allowed (Let's Encrypt: 5 an hour for a name).
   */
  answerChallenge(
    request: { readonly orderId: string; readonly challengeId: string },
    options?: CallOptions,
  ): ResultAsync<{ readonly status: CertificateChallengeStatus }, CertificateOrderError>;

  /**
   * Hands in the certificate signing request of an order whose names are all proven.
   *
   * Absent: `CERTIFICATE_ORDER_NOT_FOUND`.
   * Repeated: once it is `processing` or `valid` the order is answered as it is, and the second request is not used: keep the
   *   private key of the first one before calling.
   * Concurrent: the first one counts.
   * Cancelled: `ABORTED`; it may have been handed in.
   * Half-way: state `unknown` at worst; read the order.
   * Limits: `CERTIFICATE_ORDER_NOT_READY` while a name is not proven. The request (DER, PKCS #10) names exactly the order's names,
   *   otherwise `CERTIFICATE_REFUSED`.
   */
  finalizeOrder(
    request: { readonly orderId: string; readonly signingRequest: Uint8Array },
    options?: CallOptions,
  ): ResultAsync<CertificateOrderHead, CertificateOrderStepError>;

  /**
   * Fetches the certificate of an order that is `valid`.
   *
   * Absent: `CERTIFICATE_ORDER_NOT_FOUND`.
   * Repeated: the same certificate, until the authority forgets the order.
   * Concurrent: any number.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: fails as a whole.
   * Limits: `CERTIFICATE_ORDER_NOT_READY` before it is `valid`. At most 256 KiB. The caller checks what it got (`checkCertificate`).
   */
  downloadCertificate(
    orderId: string,
    options?: CallOptions,
  ): ResultAsync<IssuedCertificate, CertificateOrderStepError>;

  /**
   * Asks when a certificate ought to be renewed. Needs `capabilities.renewalInfo`; without it `null`.
   *
   * Absent: `null` when the authority gives no such advice, or does not know the certificate.
   * Repeated: asks again; sooner than `askAgainAfterMs` is of no use.
   * Concurrent: any number.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: it only reads.
   * Limits: needs no account. `INVALID_INPUT` for a certificate that can't be read.
   */
  readRenewalInfo(
    certificatePem: string,
    options?: CallOptions,
  ): ResultAsync<
    { readonly renewalId: string; readonly info: CertificateRenewalInfo } | null,
    CertificateAuthorityError
  >;

  /**
   * Revokes a certificate that the account has ordered. Needs `capabilities.revocation`; without it `INVALID_INPUT`.
   *
   * Absent: `CERTIFICATE_REFUSED` for one that is not this authority's, or another account's.
   * Repeated: `changed: false`, and the reason stays.
   * Concurrent: exactly one of several is `changed: true`.
   * Cancelled: `ABORTED`; it may be revoked.
   * Half-way: state `unknown` at worst; call again.
   * Limits: can't be undone, and gives back nothing of the authority's limits.
   */
  revokeCertificate(
    request: { readonly certificatePem: string; readonly reason: RevocationReason },
    options?: CallOptions,
  ): ResultAsync<{ readonly changed: boolean }, CertificateAccountError>;
}

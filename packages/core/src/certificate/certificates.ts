import type { HostingErrorOf } from "../errors/index.ts";
import type { ActingOptions, CallOptions, Page } from "../ports/call-options.ts";
import type { RevocationReason } from "../ports/certificate/index.ts";
import type { CertificateChangeError, CertificateRecordError, ListCertificates } from "../ports/certificate-store.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { ResultAsync } from "../result/index.ts";
import type { TenantId } from "../tenant/tenant.ts";
import type { CertificateId, CertificateRecord } from "./certificate.ts";

/** A certificate as hosts see it: the record, without what is sealed and without what processes tell each other. */
export type Certificate = Pick<
  CertificateRecord,
  | "createdAt"
  | "deliveries"
  | "dueAt"
  | "failures"
  | "id"
  | "names"
  | "past"
  | "profile"
  | "state"
  | "tenantId"
  | "trouble"
  | "version"
> & {
  /** What is served; the key is not told. */
  readonly issued?: Omit<NonNullable<CertificateRecord["issued"]>, "privateKey"> | undefined;
  /** An order is under way, at that authority, since then. */
  readonly order?:
    | { readonly authority: string; readonly stage: "rehearsal" | "real"; readonly startedAt: Date }
    | undefined;
};

/**
 * What happens next, and when: nobody has to wait for it in a process.
 *
 * `nothing`: it is as it should be (`at` is the next routine, if there is one). `order`: the order goes on. `retry`: something failed,
 * see `trouble`. `deliver`: not all places have it. `wait`: a limit is reached, or the authority asks for patience. `clean`: it is taken away.
 */
export interface CertificateNext {
  readonly what: "clean" | "deliver" | "nothing" | "order" | "retry" | "wait";
  /** `advance` is of no use before; `null`: nothing is to be done by time. */
  readonly at: Date | null;
}

/** How far it is. */
export interface CertificateProgress {
  readonly certificate: Certificate;
  readonly next: CertificateNext;
  /** There is a certificate, it is valid now, and every target was seen to have it. */
  readonly served: boolean;
}

/** Which certificate is wanted. */
export interface EnsureCertificate {
  /** In any order; a wildcard may be among them. They have to be the tenant's, verified; or the platform's own. */
  readonly names: readonly string[];
  /** Left out: the tenant that the names are of; none for the platform's own. */
  readonly tenantId?: TenantId | undefined;
  /** Kind of certificate, as the authority calls it. Default: the policy's. */
  readonly profile?: string | undefined;
  /**
   * Also content with a certificate of more names, as the platform's wildcard. Default true.
   */
  readonly orCovering?: boolean | undefined;
}

/** A certificate that somebody brings. */
export interface UploadCertificate {
  /** PEM: the certificate, and its issuers. */
  readonly chainPem: string;
  /** PEM, not protected by a password. */
  readonly privateKeyPem: string;
  readonly tenantId?: TenantId | undefined;
}

/** Errors of {@link Certificates.advance}: of the records only; everything else that goes wrong is `trouble`, and tried again by time. */
export type AdvanceCertificateError = CertificateChangeError | HostingErrorOf<"CERTIFICATE_BUSY">;

/** Errors of {@link Certificates.ensure}. */
export type EnsureCertificateError = AdvanceCertificateError | HostingErrorOf<"CERTIFICATE_NOT_ALLOWED">;

/** Errors of {@link Certificates.upload}. */
export type UploadCertificateError = EnsureCertificateError | HostingErrorOf<"CERTIFICATE_INVALID">;

/** Errors of {@link Certificates.revoke}. */
export type RevokeCertificateError =
  | AdvanceCertificateError
  | HostingErrorOf<"CERTIFICATE_ACCOUNT_MISSING">
  | HostingErrorOf<"CERTIFICATE_REFUSED">;

/** Options of {@link Certificates.sweep}. */
export interface SweepCertificatesOptions extends ActingOptions {
  /** Deal with no more than so many. 1 to 1000; default 1000. */
  readonly highest?: number | undefined;
  /** Work on so many side by side. Default 8. */
  readonly concurrency?: number | undefined;
}

/** What became of certificates in a sweep. */
export interface SweptCertificates {
  /** Certificates that were due and worked on. */
  readonly done: number;
  /** Those that another process is at work on. */
  readonly skipped: number;
  /** Those with `trouble` afterwards; they are due again by time. */
  readonly troubled: readonly CertificateProgress[];
  /** Those whose records could not be read or written; they stay due. */
  readonly failed: readonly { readonly certificateId: CertificateId; readonly error: AdvanceCertificateError }[];
  /** When there is something to be done next among those; `null`: nothing by time. Others may be due earlier. */
  readonly nextAt: Date | null;
}

/** The use-cases of certificates: wanted, ordered, delivered, renewed, let go. Nothing here sleeps: what takes time is due later. */
export interface Certificates {
  /**
   * Wants a certificate for a set of names. One that is there and good is answered; otherwise an order is begun, or gone on with, as far as it goes without
   * waiting. Repeated: the same certificate. Names that are not verified for the tenant are `CERTIFICATE_NOT_ALLOWED`.
   */
  ensure(request: EnsureCertificate, options?: ActingOptions): ResultAsync<CertificateProgress, EnsureCertificateError>;
  /** Goes on with a certificate as far as it goes without waiting: after any crash, in any process. Before its time it only reads. */
  advance(
    certificateId: CertificateId,
    options?: ActingOptions,
  ): ResultAsync<CertificateProgress, AdvanceCertificateError>;
  /** Renews now, whatever the time. Repeated while that order is open: goes on with it. */
  renew(
    certificateId: CertificateId,
    options?: ActingOptions,
  ): ResultAsync<CertificateProgress, AdvanceCertificateError>;
  /** Does what is due by time, and cleans up. To be called every minute or so, by any number of processes. */
  sweep(options?: SweepCertificatesOptions): ResultAsync<SweptCertificates, StoreError>;
  /** Takes up a certificate that somebody brings, after all checks, and delivers it. It is not renewed; `sweep` warns by an event. */
  upload(request: UploadCertificate, options?: ActingOptions): ResultAsync<CertificateProgress, UploadCertificateError>;
  /**
   * Revokes the certificate that is served at its authority, or a former one by its SHA-256. With `key-compromise` a new one is ordered at once; the old stays until that
   * is there. Otherwise it is taken from all places. One that was brought can only be revoked by its owner: `INVALID_INPUT`.
   */
  revoke(
    certificateId: CertificateId,
    request: { readonly reason: RevocationReason; readonly sha256?: string | undefined },
    options?: ActingOptions,
  ): ResultAsync<CertificateProgress, RevokeCertificateError>;
  /** Wants it no more: it is taken from all places, and its record removed. Repeated, or when it is not there: success. */
  release(
    certificateId: CertificateId,
    options?: ActingOptions,
  ): ResultAsync<CertificateProgress | null, AdvanceCertificateError>;
  /** Brings it to every place now, and looks whether they have it. */
  deliver(
    certificateId: CertificateId,
    options?: ActingOptions,
  ): ResultAsync<CertificateProgress, AdvanceCertificateError>;
  /** Reads a certificate. */
  get(certificateId: CertificateId, options?: CallOptions): ResultAsync<Certificate, CertificateRecordError>;
  /** Lists certificates, oldest first. */
  list(request?: ListCertificates, options?: CallOptions): ResultAsync<Page<Certificate>, StoreError>;
}

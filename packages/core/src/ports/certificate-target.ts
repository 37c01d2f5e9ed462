import type { CertificateId } from "../certificate/certificate.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { ResultAsync } from "../result/index.ts";
import type { AdapterError, CallOptions } from "./call-options.ts";

/** A certificate on its way to a place that serves. */
export interface CertificateToDeliver {
  readonly certificateId: CertificateId;
  /** 1, 2, 3 … per id: a place that has a higher one keeps it. */
  readonly number: number;
  /** Canonical, sorted; visitors of these get it. A name beats a wildcard that covers it; of two for one name, the one that begins to be valid later. */
  readonly names: readonly string[];
  /** PEM: the certificate, then its issuers, without the root. */
  readonly chainPem: string;
  /** PKCS #8 in PEM. A secret: in no error, no log, no argument of a process. */
  readonly privateKeyPem: string;
  /** Of the certificate: 64 hexadecimal digits in lower case. */
  readonly sha256: string;
}

/** What a place has of a certificate. */
export interface CertificateSeen {
  readonly number: number;
  readonly sha256: string;
  readonly names: readonly string[];
}

/** Errors of {@link CertificateTarget}. */
export type CertificateTargetError =
  | AdapterError
  | HostingErrorOf<"CERTIFICATE_INVALID">
  | HostingErrorOf<"CERTIFICATE_NOT_SERVED">
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"HOST_KEY_MISMATCH">
  | HostingErrorOf<"HOST_KEY_UNKNOWN">
  | HostingErrorOf<"TRANSPORT_AUTH_FAILED">
  | HostingErrorOf<"TRANSPORT_LOST">
  | HostingErrorOf<"TRANSPORT_OUTPUT_TOO_LARGE">
  | HostingErrorOf<"TRANSPORT_REFUSED">
  | HostingErrorOf<"TRANSPORT_UNREACHABLE">
  | HostingErrorOf<"WEB_SERVER_REFUSED">;

/** A place that serves visitors over TLS, and keeps certificates for that: an edge node, a process, a hoster's panel. */
export interface CertificateTarget {
  readonly spec: "certificate-target/1";
  /** Unique among the targets of a host; kept in the records. */
  readonly name: string;
  readonly capabilities: {
    /** A delivered certificate is served without a reload of the server. */
    readonly servesAtOnce: boolean;
  };

  /**
   * Puts a certificate in place, and answers when visitors get it: it has been observed, not only written.
   *
   * Absent: it is laid out anew.
   * Repeated: what is there already is `changed: false`. A higher number that is there stays, and is answered as `seen`.
   * Concurrent: of several for one id, the highest number is there in the end. Others are not disturbed.
   * Cancelled: `ABORTED`; the old or the new one is served, never half of either, and never none where there was one.
   * Half-way: as cancelled; what is refused by the server, or not seen to be served afterwards, is put back.
   * Limits: a key that is another certificate's is `CERTIFICATE_INVALID`, and nothing changes. `WEB_SERVER_REFUSED` when the server
   *   does not take it; `CERTIFICATE_NOT_SERVED` when it takes it and something else is served.
   */
  deliver(
    request: CertificateToDeliver,
    options?: CallOptions,
  ): ResultAsync<{ readonly changed: boolean; readonly seen: CertificateSeen }, CertificateTargetError>;

  /**
   * Looks what the place has of a certificate.
   *
   * Absent: `null`.
   * Repeated: looks again.
   * Concurrent: sees the old or the new one.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: it only reads.
   * Limits: what can't be asked is an error, never `null`. What is there but damaged is `null`: deliver it again.
   */
  observe(
    certificateId: CertificateId,
    options?: CallOptions,
  ): ResultAsync<CertificateSeen | null, CertificateTargetError>;

  /**
   * Takes a certificate and its key away. Visitors of its names get what else covers them, or are refused.
   *
   * Absent: `changed: false`.
   * Repeated: `changed: false`.
   * Concurrent: one of several is `changed: true`.
   * Cancelled: `ABORTED`; it may be gone.
   * Half-way: state `unknown` at worst; call again.
   * Limits: nothing else is touched. `WEB_SERVER_REFUSED` when the server does not take it; then it is put back.
   */
  remove(
    certificateId: CertificateId,
    options?: CallOptions,
  ): ResultAsync<{ readonly changed: boolean }, CertificateTargetError>;
}

import type { TenantId } from "../tenant/tenant.ts";
import type { CertificateId, CertificateRecord, CertificateTrouble } from "./certificate.ts";

/**
 * What has happened to a certificate. `issued`: by an authority, or brought. `delivered`: every place was seen to have it. `troubled`: something is in the
 * way, see `trouble`. `expiring`: one that was brought is near its end. `removed`: its record is gone.
 */
export type CertificateEventKind =
  | "certificate.wanted"
  | "certificate.issued"
  | "certificate.delivered"
  | "certificate.troubled"
  | "certificate.expiring"
  | "certificate.revoked"
  | "certificate.released"
  | "certificate.removed";

/** Something that has happened and is recorded. It has no secret in it. */
export interface CertificateEvent {
  readonly kind: CertificateEventKind;
  readonly certificateId: CertificateId;
  readonly names: readonly string[];
  readonly tenantId?: TenantId | undefined;
  readonly at: Date;
  /** Who did it, as the host names its users; `system` for Hostelry itself. */
  readonly actor: string;
  /** SHA-256 of the certificate it is about. */
  readonly sha256?: string | undefined;
  readonly notAfter?: Date | undefined;
  readonly trouble?: CertificateTrouble | undefined;
}

/** Where core tells the host what has happened, after it is recorded. At most once: one is lost when the process dies in between. */
export interface CertificateEvents {
  emit(event: CertificateEvent): void;
}

/** The event of something that has happened to a record. */
export function certificateEvent(
  kind: CertificateEventKind,
  { id, names, tenantId, issued }: CertificateRecord,
  at: Date,
  options: { readonly actor?: string | undefined; readonly trouble?: CertificateTrouble | undefined } = {},
): CertificateEvent {
  const { sha256, notAfter } = issued ?? {};
  const { actor = "system", trouble } = options;
  return { kind, certificateId: id, names, tenantId, at, actor, sha256, notAfter, trouble };
}

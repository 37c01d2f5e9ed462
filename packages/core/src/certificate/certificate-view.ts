import type { CertificateRecord } from "./certificate.ts";
import type { Certificate } from "./certificates.ts";

/** A record as hosts see it: nothing sealed, nothing of leases. */
export function certificateView(record: CertificateRecord): Certificate {
  const { id, names, tenantId, profile, state, issued, past, order, deliveries, failures, trouble } = record;
  const { dueAt, createdAt, version } = record;
  const shown = { id, names, tenantId, profile, state, past, deliveries, failures, trouble, dueAt, createdAt, version };
  if (issued === undefined && order === undefined) return shown;
  const { privateKey: _sealed, ...served } = issued ?? { privateKey: undefined };
  return {
    ...shown,
    ...(issued === undefined ? {} : { issued: served as NonNullable<Certificate["issued"]> }),
    ...(order === undefined
      ? {}
      : { order: { authority: order.authority, stage: order.stage, startedAt: order.startedAt } }),
  };
}

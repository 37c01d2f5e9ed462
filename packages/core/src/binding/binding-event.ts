import type { Domain, DomainId } from "../domain/domain.ts";
import type { Hostname } from "../domain/hostname.ts";
import type { SiteId } from "../site/site.ts";
import type { TenantId } from "../tenant/tenant.ts";

/**
 * What was done for a name, or undone, at a place. What happens to its record is told by the events of `createDomains`, and what becomes of
 * a certificate by those of `createCertificates`. `binding.completed`: the last of it was done in that call; a certificate that was on its way
 * comes later (`certificate.delivered`). `binding.failed`: a call ended with `BINDING_INCOMPLETE`.
 */
export type BindingEventKind =
  | "binding.dns_set"
  | "binding.dns_removed"
  | "binding.routed"
  | "binding.unrouted"
  | "binding.certificate_wanted"
  | "binding.certificate_released"
  | "binding.completed"
  | "binding.undone"
  | "binding.failed";

/** Something that was done. It is told when the place itself shows it, and only when something changed. */
export interface BindingEvent {
  readonly kind: BindingEventKind;
  readonly domainId: DomainId;
  readonly hostname: Hostname;
  readonly siteId: SiteId;
  readonly tenantId: TenantId;
  /** Where; `null` for the binding as a whole. */
  readonly place: string | null;
  /** What: where the name leads now, or what went wrong. */
  readonly detail: string;
  readonly at: Date;
  /** Who wanted it; `system` for Hostelry itself. */
  readonly actor: string;
}

/** Where core tells the host what was done. At most once: one is lost when the process dies in between. */
export interface BindingEvents {
  emit(event: BindingEvent): void;
}

/** The event of something that was done for a domain. */
export function bindingEvent(
  kind: BindingEventKind,
  { id: domainId, hostname, siteId, tenantId }: Domain,
  facts: Pick<BindingEvent, "actor" | "at" | "detail" | "place">,
): BindingEvent {
  return { kind, domainId, hostname, siteId, tenantId, ...facts };
}

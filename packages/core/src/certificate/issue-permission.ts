import type { Domain } from "../domain/domain.ts";
import type { Hostname } from "../domain/hostname.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { AdapterError, CallOptions } from "../ports/call-options.ts";
import type { DomainStore } from "../ports/domain-store.ts";
import { guardDomainStore } from "../ports/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { TenantId } from "../tenant/tenant.ts";

/** Whether a certificate may be asked for, for one name. */
export type NamePermission =
  | {
      readonly allowed: true /** Whose the name is; absent for the platform's own. */;
      readonly tenantId?: TenantId | undefined;
    }
  | { readonly allowed: false /** For people: what the name is instead. */; readonly reason: string };

/** Says which names may have a certificate: asked before every order, for a name may be lost at any time. */
export interface IssuePermission {
  /** `name` is canonical; one that begins with `*.` is asked for as itself. An error when it can't be told: then nothing is ordered. */
  of(name: string, options?: CallOptions): ResultAsync<NamePermission, AdapterError | HostingErrorOf<"INVALID_INPUT">>;
}

/** What {@link verifiedNames} goes by. */
export interface VerifiedNamesOptions {
  readonly store: DomainStore;
  /** The platform's own names, as they stand in certificates: `apps.example`, `*.apps.example`. They are no tenant's. */
  readonly platform?: readonly string[] | undefined;
}

/**
 * Names that a tenant has proven and not lost (`verified` or `active`), as the records say at this moment, and those of the platform. A wildcard
 * needs a claim of its own.
 */
export function verifiedNames({ store, platform = [] }: VerifiedNamesOptions): IssuePermission {
  const guarded = guardDomainStore(store);
  return {
    of: (name, options) =>
      flow(async function* () {
        if (platform.includes(name)) return ok<NamePermission>({ allowed: true });
        let state: Domain["state"] | undefined;
        let after: string | undefined;
        do {
          const request = { hostname: name as Hostname, limit: 1000, after };
          const page = yield* guarded.listDomains(request, options);
          for (const domain of page.items) {
            if (domain.state === "verified" || domain.state === "active")
              return ok<NamePermission>({ allowed: true, tenantId: domain.tenantId });
            state = domain.state;
          }
          after = page.next;
        } while (after !== undefined);
        return ok<NamePermission>({ allowed: false, reason: state ?? "unknown" });
      }),
  };
}

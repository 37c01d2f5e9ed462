import { type Domain, type DomainId, isHeld } from "../domain/domain.ts";
import type { Hostname } from "../domain/hostname.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { CallOptions, Page } from "../ports/call-options.ts";
import type { DomainStore, ListDomains } from "../ports/domain-store.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import type { BindingPorts } from "./binding-ports.ts";

/** Reads a domain by its id, or the one that holds a name. A name that nobody holds is `DOMAIN_NOT_FOUND`. */
export function findDomain(
  { store }: BindingPorts,
  name: DomainId | Hostname,
  options: CallOptions,
): ResultAsync<Domain, StoreError | HostingErrorOf<"DOMAIN_NOT_FOUND">> {
  // A name has a dot in it, an id has none.
  if (!name.includes(".")) return store.getDomain(name as DomainId, options);
  return flow(async function* () {
    const all = yield* everyDomain(store, { hostname: name as Hostname }, options);
    const holder = all.find(isHeld);
    if (holder !== undefined) return ok(holder);
    return err(hostingError("DOMAIN_NOT_FOUND", `Nobody has proven ${name}.`, { domainId: name }));
  });
}

/** All domains of a site, or of a name. */
export function everyDomain(
  store: DomainStore,
  request: Omit<ListDomains, "after" | "limit">,
  options: CallOptions,
): ResultAsync<readonly Domain[], StoreError> {
  return flow(async function* () {
    const found: Domain[] = [];
    let after: string | undefined;
    do {
      const page: Page<Domain> = yield* store.listDomains({ ...request, after, limit: 1000 }, options);
      found.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    return ok(found);
  });
}

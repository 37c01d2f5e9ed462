import { type Domain, isRouted } from "../domain/domain.ts";
import { domainTransitionInvalid } from "../domain/domain-errors.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { type Binding, type BindingStep, bindingOf, bindingStep } from "./binding.ts";
import type { BindingPorts } from "./binding-ports.ts";
import { wantCertificate } from "./certificate-part.ts";
import { everyDomain } from "./find-domain.ts";
import { setRoutes } from "./route-part.ts";

/** Errors of bringing a routed domain everywhere. */
export type SettleBindingError =
  | HostingErrorOf<"DOMAIN_NOT_FOUND">
  | HostingErrorOf<"DOMAIN_TRANSITION_INVALID">
  | StoreError;

const attempts = 5;

/**
 * Brings a domain that is routed on record to every place, and wants its certificate. Names of the same site that are sent to this one, or
 * were, are brought along.
 *
 * The record is read again afterwards: a domain that was let go meanwhile is `DOMAIN_TRANSITION_INVALID`, and the caller has to reconcile the name, so
 * that no route stays behind of what is not the tenant's any more.
 */
export function settleBinding(
  ports: BindingPorts,
  routed: Domain,
  before: readonly BindingStep[],
  acting: ActingOptions,
): ResultAsync<Binding, SettleBindingError> {
  const { store } = ports;
  const { signal } = acting;
  return flow(async function* () {
    let domain = routed;
    for (let attempt = 1; ; attempt += 1) {
      const siblings = yield* everyDomain(store, { siteId: domain.siteId }, { signal });
      const steps = [...(await setRoutes(ports, domain, siblings, acting))];
      for (const sibling of siblings) {
        if (sibling.id === domain.id || !isRouted(sibling) || sibling.redirect === "serve") continue;
        const along = await setRoutes(ports, sibling, siblings, acting);
        steps.push(...along.filter(({ state }) => state === "failed"));
      }
      const now = yield* store.getDomain(domain.id, { signal });
      if (!isRouted(now)) return err(domainTransitionInvalid(domain.id, now.state, "bind"));
      const isSame = now.redirect === domain.redirect && now.primary === domain.primary;
      domain = now;
      if (!isSame && attempt < attempts) continue;
      const certificate = await wantCertificate(ports, domain, acting);
      const record = bindingStep(
        "domain",
        "store",
        "done",
        `${domain.hostname} is ${domain.state} for ${domain.siteId}.`,
      );
      const binding = bindingOf(domain, [...before, record, ...steps, certificate]);
      const isNew = binding.complete && binding.steps.some(({ changed }) => changed);
      if (isNew)
        ports.tell("binding.completed", domain, { place: null, detail: `${domain.hostname} is bound.` }, acting);
      return ok(binding);
    }
  });
}

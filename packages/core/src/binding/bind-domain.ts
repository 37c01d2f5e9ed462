import type { ActivateDomainError } from "../domain/activate-domain.ts";
import { type DomainId, isHeld, isRouted } from "../domain/domain.ts";
import { domainTransitionInvalid } from "../domain/domain-errors.ts";
import type { Hostname } from "../domain/hostname.ts";
import { type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { Binding } from "./binding.ts";
import { checkSteps } from "./binding-errors.ts";
import type { BindingPorts } from "./binding-ports.ts";
import { type DnsPartError, setDns } from "./dns-part.ts";
import { findDomain } from "./find-domain.ts";
import { reconcileBinding } from "./reconcile-binding.ts";
import { type SettleBindingError, settleBinding } from "./settle-binding.ts";

/** Options of `bindings.bind`. */
export interface BindDomainOptions extends ActingOptions {
  /** Route it before the name leads here, for a move without a gap. Default false: `DOMAIN_NOT_POINTING`. */
  readonly beforePointing?: boolean | undefined;
  /** Make it the site's primary name. Default false; a site's first name is its primary one by itself. */
  readonly primary?: boolean | undefined;
}

/** Errors of `bindings.bind`. */
export type BindDomainError =
  | ActivateDomainError
  | DnsPartError
  | HostingErrorOf<"BINDING_INCOMPLETE">
  | SettleBindingError;

/**
 * Binds a proven name to its site: leads it here where its zone is ours, activates it, routes it at every place, and wants its
 * certificate. Each step looks before it does anything, so a call that was broken off, or failed, is completed by the next one.
 */
export function bindDomain(
  ports: BindingPorts,
  name: DomainId | Hostname,
  siteId: SiteId,
  options: BindDomainOptions = {},
): ResultAsync<Binding, BindDomainError> {
  const { domains, store } = ports;
  const { signal, actor, beforePointing = false, primary = false } = options;
  const acting = { signal, actor };
  return flow(async function* () {
    const domain = yield* findDomain(ports, name, { signal });
    if (!isHeld(domain)) return err(domainTransitionInvalid(domain.id, domain.state, "bind"));
    if (domain.siteId !== siteId) {
      return err(domainTransitionInvalid(domain.id, `${domain.state} for another site`, "bind"));
    }
    const dns = yield* setDns(ports, domain, acting);
    if (!isRouted(domain)) {
      // What we have written ourselves leads here; resolvers may remember for a while that it did not.
      yield* domains.activate(domain.id, { ...acting, beforePointing: beforePointing || dns.state === "done" });
    }
    if (primary && !domain.primary) yield* domains.setPrimary(domain.id, acting);
    const active = yield* store.getDomain(domain.id, { signal });
    const settled = await settleBinding(ports, active, [dns], acting);
    if (settled.isErr()) {
      // Let go while it was being bound: what was set for it has to go again, in favour of whoever has the name now.
      if (hasCode(settled.error, "DOMAIN_TRANSITION_INVALID")) yield* reconcileBinding(ports, active.hostname, acting);
      return err(settled.error);
    }
    yield* checkSteps(ports, active, "bind", settled.value.steps, acting);
    return ok(settled.value);
  });
}

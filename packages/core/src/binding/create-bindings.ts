import type { DomainId } from "../domain/domain.ts";
import type { Hostname } from "../domain/hostname.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { ActingOptions, CallOptions } from "../ports/call-options.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { type BindDomainError, type BindDomainOptions, bindDomain } from "./bind-domain.ts";
import type { Binding } from "./binding.ts";
import { type BindingsOptions, bindingPorts } from "./binding-ports.ts";
import { lookAtBinding } from "./look-at-binding.ts";
import { type ReconcileBindingError, type ReconciledBinding, reconcileBinding } from "./reconcile-binding.ts";
import { type SweepBindingsOptions, type SweptBindings, sweepBindings } from "./sweep-bindings.ts";
import { type UnbindDomainError, type Unbound, unbindDomain } from "./unbind-domain.ts";

/**
 * Names and the sites they lead to, from the DNS to the padlock. The records of domains say what should be; everything else is looked at
 * where it is. A name is given as its domain's id, or as itself: then it is that of who holds it.
 */
export interface Bindings {
  /** Binds a proven name to its site. Repeated: does what is left. A name that is not proven is `DOMAIN_TRANSITION_INVALID`. */
  bind(name: DomainId | Hostname, siteId: SiteId, options?: BindDomainOptions): ResultAsync<Binding, BindDomainError>;
  /** Undoes a binding, and gives the name up. Repeated, or when there is none: success. */
  unbind(name: DomainId | Hostname, options?: ActingOptions): ResultAsync<Unbound, UnbindDomainError>;
  /** Looks at every part of a binding; changes nothing. */
  status(
    name: DomainId | Hostname,
    options?: CallOptions,
  ): ResultAsync<Binding, HostingErrorOf<"DOMAIN_NOT_FOUND"> | StoreError>;
  /** Makes of a name what the records say, whatever it is now. */
  reconcile(hostname: Hostname, options?: ActingOptions): ResultAsync<ReconciledBinding, ReconcileBindingError>;
  /** Reconciles all names whose records have changed since the last sweep; from 0, all. */
  sweep(options?: SweepBindingsOptions): ResultAsync<SweptBindings, StoreError>;
}

/** Composes the use-cases of bindings. Options that can't be meant are a `TypeError`. */
export function createBindings(options: BindingsOptions): Bindings {
  const ports = bindingPorts(options);
  return {
    bind: (name, siteId, binding) => bindDomain(ports, name, siteId, binding),
    unbind: (name, acting) => unbindDomain(ports, name, acting),
    status: (name, call) => lookAtBinding(ports, name, call),
    reconcile: (hostname, acting) => reconcileBinding(ports, hostname, acting),
    sweep: (sweeping) => sweepBindings(ports, sweeping),
  };
}

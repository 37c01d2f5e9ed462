import { type Domain, type DomainId, isHeld } from "../domain/domain.ts";
import type { Hostname } from "../domain/hostname.ts";
import type { MoveDomainError } from "../domain/move-domain.ts";
import { type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { StoreError } from "../ports/store/index.ts";
import { errAsync, flow, ok, type ResultAsync } from "../result/index.ts";
import { type BindingStep, bindingStep } from "./binding.ts";
import type { BindingPorts } from "./binding-ports.ts";
import type { DnsPartError } from "./dns-part.ts";
import { findDomain } from "./find-domain.ts";
import { takeDown } from "./take-down.ts";

/** What `bindings.unbind` has undone. */
export interface Unbound {
  /** The domain afterwards: detached; `undefined` when there is no record any more. */
  readonly domain: Domain | undefined;
  readonly steps: readonly BindingStep[];
}

/** Errors of `bindings.unbind`. */
export type UnbindDomainError = DnsPartError | HostingErrorOf<"BINDING_INCOMPLETE"> | MoveDomainError | StoreError;

/**
 * Undoes a binding, in the order in which nothing is left dangling: the route first, at every place; then the certificate; then the records
 * in the DNS; the name itself last, so that nobody else can prove it while anything of it still leads to the old site. When a step
 * fails, those after it are not begun; the next call goes on. A name that is unbound already is success.
 */
export function unbindDomain(
  ports: BindingPorts,
  name: DomainId | Hostname,
  acting: ActingOptions = {},
): ResultAsync<Unbound, UnbindDomainError> {
  const { domains } = ports;
  const { signal } = acting;
  return flow(async function* () {
    const found = await findDomain(ports, name, { signal });
    if (found.isErr()) {
      return hasCode(found.error, "DOMAIN_NOT_FOUND") ? ok({ domain: undefined, steps: [] }) : errAsync(found.error);
    }
    const domain = found.value;
    // A claim was never routed: there is nothing of it but the record.
    const steps = domain.state === "claimed" ? [] : yield* takeDown(ports, domain, "unbind", acting);
    const released = yield* domains.release(domain.id, acting);
    const detail = `${domain.hostname} is ${released?.state ?? "gone"}.`;
    const record = bindingStep("domain", "store", "done", detail, { changed: isHeld(domain) });
    if (isHeld(domain)) ports.tell("binding.undone", domain, { place: null, detail }, acting);
    return ok({ domain: released, steps: [...steps, record] });
  });
}

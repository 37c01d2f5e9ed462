import { type DomainId, isRouted } from "../domain/domain.ts";
import type { Hostname } from "../domain/hostname.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { type Binding, bindingOf, bindingStep, failedStep } from "./binding.ts";
import type { BindingPorts } from "./binding-ports.ts";
import { lookAtCertificate } from "./certificate-part.ts";
import { lookAtDns } from "./dns-part.ts";
import { everyDomain, findDomain } from "./find-domain.ts";
import { lookAtRoutes } from "./route-part.ts";

/** Looks at every part of a name's binding, and changes nothing. What could not be looked at is a step that failed. */
export function lookAtBinding(
  ports: BindingPorts,
  name: DomainId | Hostname,
  options: CallOptions = {},
): ResultAsync<Binding, StoreError | HostingErrorOf<"DOMAIN_NOT_FOUND">> {
  return flow(async function* () {
    const domain = yield* findDomain(ports, name, options);
    const siblings = yield* everyDomain(ports.store, { siteId: domain.siteId }, options);
    const dns = (await lookAtDns(ports, domain, options)).match(
      (step) => step,
      (error) => failedStep("dns", ports.dns?.provider.name ?? "dns", error),
    );
    const state = isRouted(domain) ? "done" : "missing";
    const record = bindingStep("domain", "store", state, `${domain.hostname} is ${domain.state} for ${domain.siteId}.`);
    const routes = await lookAtRoutes(ports, domain, siblings, options);
    const certificate = yield* lookAtCertificate(ports, domain, options);
    return ok(bindingOf(domain, [dns, record, ...routes, certificate]));
  });
}

import { type Domain, isRouted } from "../domain/domain.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { BindingStep } from "./binding.ts";
import { checkSteps } from "./binding-errors.ts";
import type { BindingPorts } from "./binding-ports.ts";
import { releaseCertificates } from "./certificate-part.ts";
import { type DnsPartError, removeDns } from "./dns-part.ts";
import { everyDomain } from "./find-domain.ts";
import { removeRoutes, setRoutes } from "./route-part.ts";

/**
 * Takes away everything that was laid out for a domain: routes, then certificate, then DNS. When a step fails, those after it are not begun. Its
 * own record stays as it is. The domain is held, or was: of a name that nobody else has, whatever it leads to goes. Who has the name
 * now, and is routed, keeps the route and, being the same tenant, the certificate.
 *
 * @param operation for the error, when a step fails.
 */
export function takeDown(
  ports: BindingPorts,
  domain: Domain,
  operation: "reconcile" | "unbind",
  acting: ActingOptions,
): ResultAsync<readonly BindingStep[], DnsPartError | HostingErrorOf<"BINDING_INCOMPLETE"> | StoreError> {
  const { signal } = acting;
  const { id, hostname, siteId, tenantId } = domain;
  return flow(async function* () {
    const ofName = yield* everyDomain(ports.store, { hostname }, { signal });
    const successor = ofName.find((each) => each.id !== id && isRouted(each));
    const steps: BindingStep[] = [];
    if (successor === undefined) {
      const siblings = (yield* everyDomain(ports.store, { siteId }, { signal })).filter((each) => each.id !== id);
      steps.push(...(await sendElsewhere(ports, siblings, acting)), ...(await removeRoutes(ports, domain, acting)));
      yield* checkSteps(ports, domain, operation, steps, acting);
    }
    if (successor?.tenantId !== tenantId) {
      const certificate = yield* releaseCertificates(ports, domain, acting);
      yield* checkSteps(ports, domain, operation, [certificate], acting);
      steps.push(certificate);
    }
    steps.push(yield* removeDns(ports, domain, acting));
    return ok(steps);
  });
}

/** Names that are sent to one that goes would be sent to a name that nobody answers. */
async function sendElsewhere(
  ports: BindingPorts,
  siblings: readonly Domain[],
  acting: ActingOptions,
): Promise<readonly BindingStep[]> {
  const steps: BindingStep[] = [];
  for (const sibling of siblings) {
    if (!isRouted(sibling) || sibling.redirect === "serve") continue;
    steps.push(...(await setRoutes(ports, sibling, siblings, acting)));
  }
  return steps;
}

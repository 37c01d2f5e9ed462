import { type Domain, isHeld, isRouted } from "../domain/domain.ts";
import type { Hostname } from "../domain/hostname.ts";
import { type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { StoreError } from "../ports/store/index.ts";
import { errAsync, flow, ok, type ResultAsync } from "../result/index.ts";
import type { Binding, BindingStep } from "./binding.ts";
import { checkSteps } from "./binding-errors.ts";
import type { BindingPorts } from "./binding-ports.ts";
import { releaseCertificates } from "./certificate-part.ts";
import { type DnsPartError, removeStrayDns, setDns } from "./dns-part.ts";
import { everyDomain } from "./find-domain.ts";
import { type SettleBindingError, settleBinding } from "./settle-binding.ts";
import { takeDown } from "./take-down.ts";

const attempts = 4;

/** What `bindings.reconcile` found and did. */
export interface ReconciledBinding {
  readonly hostname: Hostname;
  /** The binding of who has the name and is routed; `undefined`: nobody. */
  readonly binding: Binding | undefined;
  /** What was taken away of who had it. */
  readonly takenDown: readonly BindingStep[];
  /** Something was not as the records say. */
  readonly changed: boolean;
}

/** Errors of `bindings.reconcile`. */
export type ReconcileBindingError =
  | DnsPartError
  | HostingErrorOf<"BINDING_INCOMPLETE">
  | SettleBindingError
  | StoreError;

/**
 * Makes of a name what the records say: who is routed on record is brought everywhere, and what was laid out for those who are not is taken
 * away. A name without any record is left alone: it is somebody else's. May be repeated at any time, by any process.
 */
export function reconcileBinding(
  ports: BindingPorts,
  hostname: Hostname,
  acting: ActingOptions = {},
): ResultAsync<ReconciledBinding, ReconcileBindingError> {
  const reconcileFrom = (attempt: number): ReturnType<typeof reconcileOnce> =>
    reconcileOnce(ports, hostname, acting).orElse((error) => {
      // Let go, or taken over, in the very moment: what is to be done now is something else.
      const isPassing = hasCode(error, "DOMAIN_TRANSITION_INVALID") && attempt < attempts;
      return isPassing ? reconcileFrom(attempt + 1) : errAsync(error);
    });
  return reconcileFrom(1);
}

function reconcileOnce(
  ports: BindingPorts,
  hostname: Hostname,
  acting: ActingOptions,
): ResultAsync<ReconciledBinding, ReconcileBindingError> {
  const { signal } = acting;
  return flow(async function* () {
    const all = yield* everyDomain(ports.store, { hostname }, { signal });
    const holder = all.find(isHeld);
    const routed = holder !== undefined && isRouted(holder) ? holder : undefined;
    // First what is to be there: a record that both had is then not taken away for a moment.
    const dns = routed === undefined ? undefined : yield* setDns(ports, routed, acting);
    const takenDown: BindingStep[] = [];
    const nothingIsDue = all.filter((domain) => isLetGo(domain) || (domain === holder && routed === undefined));
    for (const domain of nothingIsDue) {
      takenDown.push(...(yield* takeDown(ports, domain, "reconcile", acting)));
    }
    takenDown.push(...(yield* removeStrays(ports, all, holder, acting)));
    let binding: Binding | undefined;
    if (routed !== undefined && dns !== undefined) {
      binding = yield* settleBinding(ports, routed, [dns], acting);
      yield* checkSteps(ports, routed, "reconcile", binding.steps, acting);
    }
    const changed = [...takenDown, ...(binding?.steps ?? [])].some((step) => step.changed);
    return ok({ hostname, binding, takenDown, changed });
  });
}

/** What was laid out for those whose records are gone: a tombstone goes when another tenant proves the name. */
function removeStrays(
  ports: BindingPorts,
  all: readonly Domain[],
  holder: Domain | undefined,
  acting: ActingOptions,
): ResultAsync<readonly BindingStep[], DnsPartError | HostingErrorOf<"BINDING_INCOMPLETE"> | StoreError> {
  return flow(async function* () {
    const [last] = holder === undefined ? all.toReversed() : [holder];
    if (last === undefined) return ok([]);
    const dns = yield* removeStrayDns(ports, last, all, acting);
    const certificates = yield* releaseCertificates(ports, last, acting, "of-others");
    yield* checkSteps(ports, last, "reconcile", [certificates], acting);
    return ok([dns, certificates]);
  });
}

function isLetGo({ state }: Domain): boolean {
  return state === "detached" || state === "tombstone";
}

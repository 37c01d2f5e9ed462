import type { Certificate, CertificateProgress } from "../certificate/certificates.ts";
import type { Domain } from "../domain/domain.ts";
import type { ActingOptions, CallOptions, Page } from "../ports/call-options.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { type BindingStep, bindingStep, failedStep } from "./binding.ts";
import type { BindingPorts } from "./binding-ports.ts";

const place = "certificates";

/** Looks whether there is a certificate for a domain's name, issued and not about to end; changes nothing. */
export function lookAtCertificate(
  ports: BindingPorts,
  domain: Domain,
  options: CallOptions,
): ResultAsync<BindingStep, StoreError> {
  return flow(async function* () {
    if (ports.certificates === undefined) return ok(notOurs());
    const [first] = yield* certificatesOf(ports, domain, "covering", options);
    if (first === undefined)
      return ok(bindingStep("certificate", place, "missing", `There is none for ${domain.hostname}.`));
    const isThere = first.state === "issued" && first.deliveries.every(({ sha256 }) => sha256 === first.issued?.sha256);
    if (isThere) return ok(bindingStep("certificate", place, "done", issuedDetail(first), { at: first.dueAt ?? null }));
    return ok(bindingStep("certificate", place, "pending", pendingDetail(first), { at: first.dueAt ?? null }));
  });
}

/** Wants a certificate for a domain's name. It may take a while: then the step is `pending`, and `certificates.sweep` goes on. */
export async function wantCertificate(
  ports: BindingPorts,
  domain: Domain,
  acting: ActingOptions,
): Promise<BindingStep> {
  const { certificates, tell } = ports;
  if (certificates === undefined) return notOurs();
  const { hostname, tenantId, state } = domain;
  if (state !== "active") {
    return bindingStep("certificate", place, "not-ours", `None is asked for while ${hostname} is ${state}.`);
  }
  const known = await certificatesOf(ports, domain, "covering", { signal: acting.signal });
  if (known.isErr()) return failedStep("certificate", place, known.error);
  const changed = known.value.length === 0;
  const wanted = await certificates.ensure({ names: [hostname], tenantId }, acting);
  if (wanted.isErr()) return failedStep("certificate", place, wanted.error);
  const { certificate, served, next } = wanted.value;
  const detail = served ? issuedDetail(certificate) : pendingDetail(certificate);
  if (changed) tell("binding.certificate_wanted", domain, { place, detail }, acting);
  return bindingStep("certificate", place, served ? "done" : "pending", detail, { at: next.at, changed });
}

/**
 * Lets the certificates go that are for the domain's name alone; one of more names is still another name's.
 *
 * @param which `own`: the tenant's. `of-others`: those of every other tenant; the platform's own stay.
 */
export function releaseCertificates(
  ports: BindingPorts,
  domain: Domain,
  acting: ActingOptions,
  which: "of-others" | "own" = "own",
): ResultAsync<BindingStep, StoreError> {
  const { certificates, tell } = ports;
  return flow(async function* () {
    if (certificates === undefined) return ok(notOurs());
    const own = yield* certificatesOf(ports, domain, which, { signal: acting.signal });
    let last: CertificateProgress | null = null;
    for (const { id } of own) {
      const released = await certificates.release(id, acting);
      if (released.isErr()) return ok(failedStep("certificate", place, released.error));
      last = released.value ?? last;
    }
    const detail = `The certificates of ${domain.hostname} are let go.`;
    const changed = own.length > 0;
    if (changed) tell("binding.certificate_released", domain, { place, detail }, acting);
    return ok(bindingStep("certificate", place, "done", detail, { changed, at: last?.next.at ?? null }));
  });
}

/** Certificates: of the tenant, those that a visitor could be shown, or those for the name alone; or other tenants' for the name alone. */
function certificatesOf(
  { certificates }: BindingPorts,
  { hostname, tenantId }: Domain,
  which: "covering" | "of-others" | "own",
  options: CallOptions,
): ResultAsync<readonly Certificate[], StoreError> {
  return flow(async function* () {
    const found: Certificate[] = [];
    let after: string | undefined;
    do {
      if (certificates === undefined) break;
      const page: Page<Certificate> = yield* certificates.list({ name: hostname, after, limit: 100 }, options);
      found.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    const isForName = ({ names }: Certificate): boolean => names.length === 1 && names[0] === hostname;
    if (which === "of-others") {
      return ok(found.filter((each) => each.tenantId !== undefined && each.tenantId !== tenantId && isForName(each)));
    }
    const ofTenant = found.filter(
      (each) => each.tenantId === tenantId || (which === "covering" && each.tenantId === undefined),
    );
    if (which === "covering") return ok(ofTenant.filter(({ state }) => state === "issued" || state === "ordering"));
    return ok(ofTenant.filter(isForName));
  });
}

function notOurs(): BindingStep {
  return bindingStep("certificate", place, "not-ours", "Certificates are got by whoever serves, or by hand.");
}

function issuedDetail({ issued }: Certificate): string {
  return issued === undefined
    ? "It is served."
    : `It is served, and ends on ${issued.notAfter.toISOString().slice(0, 10)}.`;
}

function pendingDetail({ trouble, state, deliveries }: Certificate): string {
  if (trouble !== undefined) return trouble.detail;
  const stuck = deliveries.find((delivery) => delivery.trouble !== undefined);
  if (stuck?.trouble !== undefined) return `It is not served at ${stuck.target} yet: ${stuck.trouble.detail}`;
  return state === "ordering" ? "It is being ordered." : "It is being delivered.";
}

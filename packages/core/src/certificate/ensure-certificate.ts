import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { newId } from "../identity/identity.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import type { TenantId } from "../tenant/tenant.ts";
import { advanceRecord, changeAndWork, isServable, orAsItIs, progressOf } from "./advance-certificate.ts";
import type { CertificateId, CertificateRecord } from "./certificate.ts";
import { certificateNotFound } from "./certificate-errors.ts";
import { nextCertificateState } from "./certificate-machine.ts";
import { checkCertificateNames, coversName } from "./certificate-names.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { tell } from "./certificate-work.ts";
import type { CertificateProgress, EnsureCertificate, EnsureCertificateError } from "./certificates.ts";

/** Wants a certificate: answers one that is there and good, or sees to it that there will be one. */
export function ensureCertificate(
  ports: CertificatePorts,
  request: EnsureCertificate,
  call: CertificateCall,
): ResultAsync<CertificateProgress, EnsureCertificateError> {
  return flow(async function* () {
    const names = yield* checkCertificateNames(request.names);
    const { tenantId } = yield* permitNames(ports, { names, tenantId: request.tenantId }, call);
    if (request.orCovering !== false) {
      const covering = yield* findCovering(ports, names, tenantId, call);
      if (covering !== undefined) return ok(progressOf(ports, covering));
    }
    const record = yield* beginRecord(ports, { names, tenantId, profile: request.profile }, call);
    const wanted = yield* orAsItIs(ports, record.id, wantAgain(ports, record, request.profile, call), call);
    return wanted === null ? err(certificateNotFound(record.id)) : ok(progressOf(ports, wanted));
  });
}

/** Finds the record of a set of names, or writes it down. */
export function beginRecord(
  ports: CertificatePorts,
  wanted: {
    readonly names: readonly string[];
    readonly tenantId: TenantId | undefined;
    readonly profile?: string | undefined;
  },
  call: CertificateCall,
): ResultAsync<CertificateRecord, EnsureCertificateError> {
  const { clock, policy, random, store } = ports;
  const { names, tenantId, profile = policy.profile } = wanted;
  return flow(async function* () {
    const id = newId("cert", random) as CertificateId;
    const request = { id, names, tenantId, profile, now: clock.now() };
    const { certificate, created } = yield* store.beginCertificate(request, { signal: call.signal });
    if (created) tell(ports, "certificate.wanted", certificate, call);
    return ok(certificate);
  });
}

/** Goes on with a record; one that was let go is wanted again, and takes up a profile that is new to it. */
function wantAgain(
  ports: CertificatePorts,
  { id, state, profile: known }: CertificateRecord,
  profile: string | undefined,
  call: CertificateCall,
): ReturnType<typeof advanceRecord> {
  const isNewProfile = profile !== undefined && profile !== known;
  if (state !== "released" && state !== "revoked" && !isNewProfile) return advanceRecord(ports, id, call);
  return changeAndWork(
    ports,
    id,
    (record) => {
      const now = ports.clock.now();
      const isGood = isServable({ ...record, state: "issued" }, now);
      const happening = record.state === "released" && isGood ? "restore" : "order";
      const next = nextCertificateState(record.state, happening);
      const change = isNewProfile ? { profile } : {};
      return next === undefined ? change : { ...change, state: next, failures: 0, trouble: null };
    },
    call,
  );
}

/**
 * Whether all names may have a certificate, and whose they are. One certificate is one tenant's: names of several are refused, and so are
 * names of a tenant together with the platform's own.
 */
export function permitNames(
  ports: CertificatePorts,
  { names, tenantId }: { readonly names: readonly string[]; readonly tenantId: TenantId | undefined },
  { signal }: CertificateCall,
): ResultAsync<
  { readonly tenantId: TenantId | undefined },
  EnsureCertificateError | HostingErrorOf<"CERTIFICATE_NOT_ALLOWED">
> {
  return flow(async function* () {
    let owner = tenantId;
    const refused: { readonly name: string; readonly reason: string }[] = [];
    for (const [index, name] of names.entries()) {
      const permission = yield* ports.permission.of(name, { signal });
      if (!permission.allowed) refused.push({ name, reason: permission.reason });
      else if (index === 0 && tenantId === undefined) owner = permission.tenantId;
      else if (permission.tenantId !== owner) refused.push({ name, reason: "another tenant's" });
    }
    if (refused.length === 0) return ok({ tenantId: owner });
    const list = refused.map(({ name, reason }) => `${name} (${reason})`).join(", ");
    const message = `No certificate may be asked for these names: ${list}.`;
    return err(hostingError("CERTIFICATE_NOT_ALLOWED", message, { names: refused }));
  });
}

/** A good certificate of the tenant's, or of the platform's, that covers all names; one with the most time left. */
function findCovering(
  { clock, store }: CertificatePorts,
  names: readonly string[],
  tenantId: TenantId | undefined,
  { signal }: CertificateCall,
): ResultAsync<CertificateRecord | undefined, EnsureCertificateError> {
  const [name = ""] = names;
  return flow(async function* () {
    const now = clock.now();
    let best: CertificateRecord | undefined;
    let after: string | undefined;
    do {
      const page = yield* store.listCertificates({ name, state: "issued", after, limit: 100 }, { signal });
      for (const record of page.items) {
        const isTheirs = record.tenantId === tenantId || record.tenantId === undefined;
        const covers = names.every((wanted) => record.names.some((held) => coversName(held, wanted)));
        if (!isTheirs || !covers || !isServable(record, now)) continue;
        if (best?.issued === undefined || (record.issued?.notAfter ?? now) > best.issued.notAfter) best = record;
      }
      after = page.next;
    } while (after !== undefined);
    return ok(best);
  });
}

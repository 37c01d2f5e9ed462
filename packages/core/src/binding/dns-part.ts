import { type ApplyDnsPlanError, applyDnsPlan } from "../dns/apply-dns-plan.ts";
import type { WantedDnsRecords } from "../dns/diff-records.ts";
import { findDnsZone } from "../dns/find-dns-zone.ts";
import { dnsOwnership, markerNameOf } from "../dns/ownership.ts";
import { type DnsPlan, type PlanDnsError, planDns } from "../dns/plan-dns.ts";
import type { Domain } from "../domain/domain.ts";
import { hasCode } from "../errors/index.ts";
import type { ActingOptions, CallOptions } from "../ports/call-options.ts";
import { dnsRecordTypes } from "../ports/dns/index.ts";
import { errAsync, flow, ok, okAsync, type ResultAsync } from "../result/index.ts";
import { type BindingStep, bindingStep } from "./binding.ts";
import type { BindingDns, BindingPorts } from "./binding-ports.ts";

/** Errors of leading a name here. */
export type DnsPartError = ApplyDnsPlanError | PlanDnsError;

const attempts = 4;

/** The few records of one name may be a large part of a small zone; whose they are is what counts here. */
const ownRecordsOnly = { maxDeleted: 1, maxChanged: 1 };

/** Looks whether the name's records are what they have to be; changes nothing. */
export function lookAtDns(
  { dns }: BindingPorts,
  domain: Domain,
  options: CallOptions,
): ResultAsync<BindingStep, DnsPartError> {
  return flow(async function* () {
    const plan = yield* planFor(dns, domain, true, options);
    if (typeof plan === "string") return ok(bindingStep("dns", dns?.provider.name ?? "dns", "not-ours", plan));
    const { provider: place, changes, findings, zone } = plan;
    if (changes.length === 0)
      return ok(bindingStep("dns", place, "done", `${domain.hostname} leads here, in the zone ${zone}.`));
    const [finding] = findings;
    return ok(
      bindingStep(
        "dns",
        place,
        "missing",
        finding?.message ?? `The zone ${zone} does not lead ${domain.hostname} here.`,
      ),
    );
  });
}

/** Leads the name here, where its zone is ours. The records get markers, so that only what we put there is taken away one day. */
export function setDns(
  ports: BindingPorts,
  domain: Domain,
  acting: ActingOptions,
): ResultAsync<BindingStep, DnsPartError> {
  return changeDns(ports, domain, true, acting).map((done) => {
    if (typeof done === "string") return bindingStep("dns", ports.dns?.provider.name ?? "dns", "not-ours", done);
    const detail = `${domain.hostname} leads here, in the zone ${done.plan.zone}.`;
    if (done.changed) ports.tell("binding.dns_set", domain, { place: done.plan.provider, detail }, acting);
    return bindingStep("dns", done.plan.provider, "done", detail, { changed: done.changed });
  });
}

/** Takes away the records that we put there for this domain, and no others. */
export function removeDns(
  ports: BindingPorts,
  domain: Domain,
  acting: ActingOptions,
): ResultAsync<BindingStep, DnsPartError> {
  return changeDns(ports, domain, false, acting).map((done) => {
    if (typeof done === "string") return bindingStep("dns", ports.dns?.provider.name ?? "dns", "not-ours", done);
    const detail = `There is no record of ours for ${domain.hostname} in the zone ${done.plan.zone}.`;
    if (done.changed) ports.tell("binding.dns_removed", domain, { place: done.plan.provider, detail }, acting);
    return bindingStep("dns", done.plan.provider, "done", detail, { changed: done.changed });
  });
}

/** Takes away the records at a domain's name that were put there for domains of which there is no record any more. */
export function removeStrayDns(
  ports: BindingPorts,
  domain: Domain,
  known: readonly Domain[],
  acting: ActingOptions,
): ResultAsync<BindingStep, DnsPartError> {
  const { signal } = acting;
  return flow(async function* () {
    const plan = yield* planFor(ports.dns, domain, false, { signal });
    if (typeof plan === "string" || ports.dns === undefined) {
      return ok(bindingStep("dns", ports.dns?.provider.name ?? "dns", "not-ours", String(plan)));
    }
    const { provider } = ports.dns;
    const { hostname } = domain;
    const names = [hostname, markerNameOf(hostname)];
    const ownership = dnsOwnership(yield* provider.listRecordSets({ zone: plan.zone, names }, { signal }));
    const owners = new Set(
      dnsRecordTypes.flatMap((type) => ownership.markersOf(hostname, type).map(({ owner }) => owner)),
    );
    let changed = false;
    for (const owner of owners) {
      // Other owners are other uses of the zone; those of bindings are ids of domains.
      if (!/^domain-[0-9a-z]{20}$/.test(owner) || known.some(({ id }) => id === owner)) continue;
      const done = yield* changeDns(ports, { ...domain, id: owner as Domain["id"] }, false, acting);
      changed ||= typeof done !== "string" && done.changed;
    }
    return ok(bindingStep("dns", provider.name, "done", `There is no stray record for ${hostname}.`, { changed }));
  });
}

function changeDns(
  { dns }: BindingPorts,
  domain: Domain,
  isWanted: boolean,
  { signal }: ActingOptions,
): ResultAsync<string | { readonly plan: DnsPlan; readonly changed: boolean }, DnsPartError> {
  return flow(async function* () {
    for (let attempt = 1; ; attempt += 1) {
      const plan = yield* planFor(dns, domain, isWanted, { signal });
      if (typeof plan === "string" || dns === undefined) return ok(plan as string);
      const applied = await applyDnsPlan(dns.provider, plan, { signal });
      if (applied.isOk()) return ok({ plan, changed: applied.value.changed });
      // Somebody else has changed the zone between looking and changing: look again.
      if (!hasCode(applied.error, "DNS_ZONE_CHANGED") || attempt === attempts) return errAsync(applied.error);
    }
  });
}

/** The plan, or why there is nothing to plan. */
function planFor(
  dns: BindingPorts["dns"],
  domain: Domain,
  isWanted: boolean,
  options: CallOptions,
): ResultAsync<DnsPlan | string, DnsPartError> {
  if (dns === undefined) return okAsync("Names are led here by their owners.");
  if (domain.challenge.method === "platform") return okAsync("Names of the platform lead here by themselves.");
  const { provider } = dns;
  return findDnsZone(provider, domain.hostname, options)
    .map(({ name }): string | undefined => name)
    .orElse((error) => (hasCode(error, "DNS_ZONE_NOT_FOUND") ? okAsync(undefined) : errAsync(error)))
    .andThen((zone): ResultAsync<DnsPlan | string, DnsPartError> => {
      if (zone === undefined)
        return okAsync(`${provider.name} has no zone with ${domain.hostname}: its owner leads it here.`);
      const wanted = isWanted ? recordsFor(dns, domain.hostname, zone) : [];
      return planDns(provider, { zone, owner: domain.id, wanted, limits: ownRecordsOnly }, options);
    });
}

function recordsFor(
  { provider, addresses, alias, ttlSeconds }: BindingDns & { readonly ttlSeconds: number },
  name: string,
  zone: string,
): readonly WantedDnsRecords[] {
  const { recordTypes, apexCname } = provider.capabilities;
  if (alias !== undefined) {
    const type =
      name !== zone || apexCname === "flattened" ? "CNAME" : recordTypes.includes("ALIAS") ? "ALIAS" : undefined;
    if (type !== undefined) return [{ name, type, values: [alias], ttlSeconds }];
  }
  const [v4, v6] = [addresses.filter((each) => !each.includes(":")), addresses.filter((each) => each.includes(":"))];
  return [
    ...(v4.length > 0 ? [{ name, type: "A", values: v4, ttlSeconds } as const] : []),
    ...(v6.length > 0 ? [{ name, type: "AAAA", values: v6, ttlSeconds } as const] : []),
  ];
}

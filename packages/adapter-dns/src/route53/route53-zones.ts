import { randomUUID } from "node:crypto";
import {
  type CallOptions,
  type CreateDnsZone,
  type DnsChangeError,
  type DnsProviderError,
  type DnsZone,
  type DnsZoneError,
  err,
  flow,
  hasCode,
  hostingError,
  isDnsName,
  ok,
  okAsync,
  type ResultAsync,
  tidyValues,
} from "@hostelry/core/adapter";
import { checkNewZone, invalid, zoneNotFound } from "../zone/zone-names.ts";
import type { HostedZone, Route53Api } from "./route53-api.ts";
import { plainName } from "./route53-names.ts";
import { route53Name } from "./route53-refusal.ts";
import type { Route53Change, Route53RecordSet } from "./route53-sdk.ts";

/** Which hosted zones a provider works on: an account may have several of one name. */
export interface ZoneChoice {
  readonly visibility: "private" | "public";
  readonly zoneIds: Readonly<Record<string, string>>;
}

/** The zones that a provider works on; of several with one name all are in it. */
export function chosenZones(zones: readonly HostedZone[], { visibility, zoneIds }: ZoneChoice): readonly HostedZone[] {
  return zones.filter(({ id, name, isPrivate }) => {
    const wanted = Object.hasOwn(zoneIds, name) ? zoneIds[name] : undefined;
    if (!isDnsName(name)) return false;
    return wanted === undefined ? isPrivate === (visibility === "private") : wanted === id;
  });
}

/** The one zone of a name. Never a guess: several are `INVALID_INPUT`. */
export function findZone(
  api: Route53Api,
  name: string,
  choice: ZoneChoice,
  call: CallOptions,
): ResultAsync<HostedZone, DnsZoneError> {
  return api.zones(name, call).andThen((zones) => {
    const [zone, ...more] = chosenZones(zones, choice);
    if (zone === undefined) return err(zoneNotFound(route53Name, name));
    if (more.length === 0) return ok(zone);
    const ids = [zone, ...more].map(({ id }) => id).sort();
    return err(invalid("zone", `has several hosted zones (${ids.join(", ")}): say which one with \`zoneIds\``));
  });
}

/** A zone as the port shows it, with the servers that it names itself. */
export function shownZone(api: Route53Api, zone: HostedZone, call: CallOptions): ResultAsync<DnsZone, DnsZoneError> {
  return api.recordSets(zone, zone.name, call).map((sets) => ({ name: zone.name, nameservers: serversIn(sets) }));
}

function serversIn(sets: readonly Route53RecordSet[]): readonly string[] {
  const records = sets.find(({ Type }) => Type === "NS")?.ResourceRecords ?? [];
  return tidyValues(records.map(({ Value = "" }) => plainName(Value)));
}

/** What our requests for zones begin with. */
const ours = "hostelry ";

/**
 * Makes a zone in a delegation set, and writes the names of its servers and its contact into it. The service itself keeps two
 * zones of one name out of one delegation set, so one of several who ask at once makes it. A reference can't be used again, also
 * not after its zone has gone, so each call has its own; it tells a zone that the client made in an attempt whose answer was
 * lost, and one that was made and not finished.
 */
export function makeZone(
  api: Route53Api,
  request: CreateDnsZone,
  settings: { readonly delegationSetId: string; readonly choice: ZoneChoice },
  call: CallOptions,
): ResultAsync<{ readonly zone: DnsZone; readonly created: boolean }, DnsProviderError> {
  const { name } = request;
  const { delegationSetId, choice } = settings;
  const look = (): ResultAsync<HostedZone | undefined, DnsProviderError> =>
    findZone(api, name, choice, call)
      .map((zone): HostedZone | undefined => zone)
      .orElse((error) => (hasCode(error, "DNS_ZONE_NOT_FOUND") ? okAsync(undefined) : err(error)));
  return flow(async function* () {
    const { mailbox } = yield* checkNewZone(request);
    const callerReference = `${ours}${randomUUID()}`;
    const there = yield* look();
    const zone = there ?? (yield* api.makeZone({ name, callerReference, delegationSetId }, call)) ?? (yield* look());
    if (zone === undefined) {
      return err(invalid("name", "is above or below a zone of the same delegation set, which can't have both"));
    }
    const created = zone.callerReference === callerReference;
    const nameservers = yield* finishZone(api, zone, { ...request, mailbox }, call).mapErr(
      (error): DnsProviderError => {
        if (hasCode(error, "ABORTED")) return error;
        const message = `${route53Name} has the zone ${name}, and its servers are not written there yet: ${error.message}`;
        const details = {
          adapter: route53Name,
          operation: "createZone",
          state: created ? "changed" : "unknown",
        } as const;
        return hostingError("ADAPTER_FAILED", message, details, { cause: error });
      },
    );
    return ok({ zone: { name, nameservers }, created });
  });
}

/** What the service writes as the contact of a zone that nobody has touched. */
const servicesContact = "awsdns-hostmaster.amazon.com";

/** Writes the servers and the contact of a zone that we made, unless that is done. Answers with its servers. */
function finishZone(
  api: Route53Api,
  zone: HostedZone,
  wanted: { readonly nameservers: readonly string[]; readonly mailbox: string },
  call: CallOptions,
): ResultAsync<readonly string[], DnsChangeError> {
  return flow(async function* () {
    const sets = yield* api.recordSets(zone, zone.name, call);
    const soa = sets.find(({ Type }) => Type === "SOA");
    const [, contact = "", ...numbers] = soa?.ResourceRecords?.[0]?.Value?.split(" ") ?? [];
    const untouched = zone.callerReference.startsWith(ours) && contact.startsWith(servicesContact);
    if (!untouched) return ok(serversIn(sets));
    const servers = tidyValues(wanted.nameservers);
    const ns = sets.find(({ Type }) => Type === "NS");
    const mailbox = octalMailbox(wanted.mailbox);
    const outcome = yield* api.change(
      zone,
      [
        upsert({ ...ns, ResourceRecords: servers.map((server) => ({ Value: `${server}.` })) }),
        upsert({ ...soa, ResourceRecords: [{ Value: [`${wanted.nameservers[0]}.`, mailbox, ...numbers].join(" ") }] }),
      ],
      call,
    );
    return outcome.written ? ok(servers) : err(outcome.refused);
  });
}

function upsert(set: Route53RecordSet): Route53Change {
  return { Action: "UPSERT", ResourceRecordSet: set };
}

/** A dot in a label, which zone files write `\.`. */
function octalMailbox(mailbox: string): string {
  return `${mailbox.replaceAll("\\.", "\\056")}.`;
}

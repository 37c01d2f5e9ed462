import {
  type CallOptions,
  type Clock,
  type DnsProvider,
  type DnsProviderCapabilities,
  type DnsZoneError,
  errAsync,
  flow,
  inTurn,
  ok,
  type ResultAsync,
  systemClock,
} from "@hostelry/core/adapter";
import { changeZone, type ReadZone, type WriteOutcome, type ZoneAccess } from "../zone/change-zone.ts";
import { pageOfZones } from "../zone/page-zones.ts";
import { checkZoneName, invalid } from "../zone/zone-names.ts";
import { type HostedZone, type Route53Api, route53Api } from "./route53-api.ts";
import { batchLimits, fittingBatch } from "./route53-batch.ts";
import { contentsOf, type HeldRoute53Sets } from "./route53-records.ts";
import { route53Name } from "./route53-refusal.ts";
import type { Route53RecordSet, Route53Sdk } from "./route53-sdk.ts";
import { chosenZones, findZone, makeZone, shownZone, type ZoneChoice } from "./route53-zones.ts";

/** An account at Amazon, and how it is spoken to. */
export interface Route53Options {
  /**
   * Amazon's client, with the credentials and the region that you gave it: `new Route53({ region: "us-east-1" })` of
   * `@aws-sdk/client-route-53`, which you install beside. What it does by itself (repeating, proxies, lent credentials) stays
   * its own.
   */
  readonly client: Route53Sdk;
  /** Which hosted zones are meant; a name may have one of each kind. Default `public`. */
  readonly visibility?: "private" | "public" | undefined;
  /** Ids of hosted zones by their names, for names that have several. */
  readonly zoneIds?: Readonly<Record<string, string>> | undefined;
  /**
   * A reusable delegation set that zones are made in. Without it, the service would choose other servers for each zone, and
   * `createZone` can't name them.
   */
  readonly delegationSetId?: string | undefined;
  /** Of one call of the client, with whatever it repeats. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** A filtered answer for each of so few names costs less than the zone. */
const mostNamesAlone = 3;

/**
 * Zones at Amazon Route 53, through Amazon's own client. Proven with that client and a stand-in of the service that answers and
 * refuses as it is documented to; never with the service itself.
 *
 * A batch deletes sets exactly as they were read and creates what they are to be, all or nothing, so nothing that somebody
 * else wrote in between is lost. What else is in the zone (`expectVersion`) is compared before the batch is sent. A change is
 * done when the service has taken it and shows it; its servers follow within a minute or so.
 */
export function route53Provider(options: Route53Options): DnsProvider {
  const { client, visibility = "public", zoneIds = {}, delegationSetId, timeoutMs = 30_000 } = options;
  const clock = options.clock ?? systemClock;
  const api = route53Api(client, timeoutMs, clock);
  const choice: ZoneChoice = { visibility, zoneIds };
  const createZones = delegationSetId !== undefined && visibility === "public";
  const capabilities = capabilitiesWith(createZones);
  const find = (name: string, call: CallOptions): ResultAsync<HostedZone, DnsZoneError> =>
    checkZoneName(name).asyncAndThen((checked) => findZone(api, checked, choice, call));
  return {
    spec: "dns/1",
    name: route53Name,
    capabilities,
    listZones: (page = {}) =>
      api.zones(undefined, page).map((zones) => {
        const names = new Set(chosenZones(zones, choice).map(({ name }) => name));
        return pageOfZones(
          [...names].map((name) => ({ name, nameservers: [] })),
          page,
        );
      }),
    getZone: (name, call = {}) => find(name, call).andThen((zone) => shownZone(api, zone, call)),
    createZone: (request, call = {}) =>
      createZones
        ? inTurn(`${route53Name} ${request.name}`, call.signal, () =>
            makeZone(api, request, { delegationSetId, choice }, call),
          )
        : errAsync(invalid("request", "is not something that this adapter does without a `delegationSetId`")),
    listRecordSets: ({ zone, names }, call = {}) =>
      find(zone, call)
        .andThen((found) => readZone(api, found, names, call))
        .map(({ contents }) => contents),
    applyChanges: (request, call = {}) =>
      inTurn(`${route53Name} ${request.zone}`, call.signal, () =>
        find(request.zone, call).andThen((zone) => {
          const access = accessTo(api, zone);
          return changeZone({ provider: { name: route53Name, capabilities }, request, access, clock }, call);
        }),
      ),
  };
}

function capabilitiesWith(createZones: boolean): DnsProviderCapabilities {
  return {
    recordTypes: ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"],
    apexCname: "refused",
    wildcards: true,
    createZones,
    // Of the sets that are changed, it is; of the rest of the zone, which `expectVersion` means too, it is not.
    compareAndSet: false,
    valueChanges: true,
    atomic: true,
    batch: { maxChanges: batchLimits.records, maxBytes: batchLimits.characters },
    comments: false,
    proxy: false,
    ttlSeconds: { min: 0, max: 2_147_483_647 },
  };
}

function accessTo(api: Route53Api, zone: HostedZone): ZoneAccess<HeldRoute53Sets> {
  let refusedBefore: string | undefined;
  return {
    read: (names, call) => readZone(api, zone, names, call),
    write: (changes, { held }, call) => {
      const { batch, more } = fittingBatch(changes, held);
      return api.change(zone, batch, call).andThen((outcome) => {
        if (outcome.written) return ok<WriteOutcome>({ written: true, more });
        // Refused without a word, and again after the zone has been read again: it is not that somebody was faster.
        const refused = JSON.stringify(batch);
        if (refused === refusedBefore) return errAsync(outcome.refused);
        if (outcome.refused.code === "INVALID_INPUT") refusedBefore = refused;
        return ok<WriteOutcome>(outcome);
      });
    },
  };
}

function readZone(
  api: Route53Api,
  zone: HostedZone,
  names: readonly string[] | undefined,
  call: CallOptions,
): ResultAsync<ReadZone<HeldRoute53Sets>, DnsZoneError> {
  return flow(async function* () {
    const alone = names !== undefined && names.length <= mostNamesAlone ? names : [undefined];
    const sets: Route53RecordSet[] = [];
    for (const name of alone) sets.push(...(yield* api.recordSets(zone, name, call)));
    const { contents, held } = contentsOf(zone.name, sets, names === undefined);
    if (names === undefined) return ok({ contents, held });
    const asked = new Set(names);
    const some = {
      ...contents,
      sets: contents.sets.filter(({ name }) => asked.has(name)),
      others: contents.others.filter(({ name }) => asked.has(name)),
    };
    return ok({ contents: some, held });
  });
}

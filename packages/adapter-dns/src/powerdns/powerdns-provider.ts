import {
  type CallOptions,
  type Clock,
  type DnsProvider,
  type DnsProviderCapabilities,
  type DnsProviderError,
  type DnsZoneError,
  flow,
  hasCode,
  hostingError,
  inTurn,
  ok,
  type ResultAsync,
  systemClock,
  tidyValues,
} from "@hostelry/core/adapter";
import { httpClient } from "../http/http-client.ts";
import { changeZone, type ReadZone, type ZoneAccess } from "../zone/change-zone.ts";
import { pageOfZones } from "../zone/page-zones.ts";
import { checkZoneName } from "../zone/zone-names.ts";
import { type PowerdnsApi, powerdnsApi, powerdnsName } from "./powerdns-api.ts";
import { contentsOf, type PowerdnsSet, patchOf, plainName } from "./powerdns-records.ts";

/** Where a PowerDNS Authoritative Server is, and how it is spoken to. */
export interface PowerdnsOptions {
  /** Its web server, e.g. `http://127.0.0.1:8081`. */
  readonly url: string;
  /** What `api-key` says in its configuration. Never in an error or a log. */
  readonly apiKey: string;
  /** Default `localhost`, the only one that there is without a PowerDNS of several servers. */
  readonly serverId?: string | undefined;
  /** Of one request. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Kind of the zones that are made. Default `Native`. */
  readonly zoneKind?: "Master" | "Native" | undefined;
  readonly clock?: Clock | undefined;
  /** Default: Node's own. */
  readonly fetch?: typeof fetch | undefined;
}

/** A filtered answer for each of so few names costs less than the zone. */
const mostNamesAlone = 2;

const capabilities: DnsProviderCapabilities = {
  recordTypes: ["A", "AAAA", "ALIAS", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"],
  apexCname: "refused",
  wildcards: true,
  createZones: true,
  compareAndSet: false,
  valueChanges: false,
  atomic: true,
  batch: { maxChanges: null, maxBytes: null },
  comments: true,
  proxy: false,
  ttlSeconds: { min: 0, max: 2_147_483_647 },
};

/**
 * Zones of a PowerDNS Authoritative Server, through its HTTP API. Proven with 4.7.
 *
 * The API writes whole sets, without a condition: whoever writes last wins, and loses what was added in between. So all
 * writers of a server in this process take turns, also those of other instances; the zone is read before and after each
 * write. Other processes that write the same sets must be kept out by whoever runs them.
 */
export function powerdnsProvider(options: PowerdnsOptions): DnsProvider {
  const { url, apiKey, serverId = "localhost", timeoutMs = 30_000, zoneKind = "Native" } = options;
  const clock = options.clock ?? systemClock;
  const baseUrl = `${url.replace(/\/+$/, "")}/api/v1/servers/${encodeURIComponent(serverId)}`;
  const headers = { "x-api-key": apiKey };
  const send = httpClient({ adapter: powerdnsName, baseUrl, headers, timeoutMs, fetch: options.fetch });
  const api = powerdnsApi(send, zoneKind, (attempt, signal) => clock.sleep(25 * 2 ** attempt, signal));
  const provider: DnsProvider = {
    spec: "dns/1",
    name: powerdnsName,
    capabilities,
    listZones: (page = {}) =>
      api.zoneNames(page).map((names) =>
        pageOfZones(
          names.map((name) => ({ name, nameservers: [] })),
          page,
        ),
      ),
    getZone: (name, call = {}) => checkZoneName(name).asyncAndThen(() => api.zone(name, call)),
    createZone: (request, call = {}) =>
      inTurn(`powerdns ${baseUrl}`, call.signal, () =>
        flow(async function* () {
          const { created } = yield* api.makeZone(request, call);
          const { name } = request;
          // One that was there may have other servers.
          const nameservers = created ? tidyValues(request.nameservers) : yield* serversOf(api, name, call);
          return ok({ zone: { name, nameservers }, created });
        }),
      ),
    listRecordSets: ({ zone, names }, call = {}) =>
      checkZoneName(zone)
        .asyncAndThen(() => readZone(api, zone, { names, filtered: true }, call))
        .map(({ contents }) => contents),
    applyChanges: (request, call = {}) =>
      inTurn(`powerdns ${baseUrl}`, call.signal, () =>
        checkZoneName(request.zone).asyncAndThen((zone) =>
          changeZone({ provider, request, access: accessTo(api, zone), clock }, call),
        ),
      ),
  };
  return provider;
}

type Held = ReadonlyMap<string, PowerdnsSet>;

function accessTo(api: PowerdnsApi, zone: string): ZoneAccess<Held> {
  return {
    // All of the zone, also for one name: a filtered answer lacks records that are switched off, and writing would lose them.
    read: (names, call) => readZone(api, zone, { names, filtered: false }, call),
    write: (changes, { held }, call) => {
      // In their order in the request: an alias is refused while it is read before the removal of what it stands beside.
      const ordered = [...changes].sort((a, b) => Number(a.after !== null) - Number(b.after !== null));
      const rrsets = ordered.map((change) => patchOf(change, held.get(`${change.name} ${change.type}`)));
      return api.patchZone(zone, rrsets, call);
    },
  };
}

function readZone(
  api: PowerdnsApi,
  zone: string,
  what: { readonly names: readonly string[] | undefined; readonly filtered: boolean },
  call: CallOptions,
): ResultAsync<ReadZone<Held>, DnsZoneError> {
  const { names, filtered } = what;
  return flow(async function* () {
    const few = names !== undefined && names.length > 0 && names.length <= mostNamesAlone;
    const alone = filtered && few ? names : undefined;
    const sets: PowerdnsSet[] = [];
    let serial = 0;
    for (const name of alone ?? [undefined]) {
      const read = yield* api.readZone(zone, name, call);
      serial = read.serial;
      sets.push(...read.rrsets.filter((set) => names === undefined || names.includes(plainName(set.name))));
    }
    const held = new Map(sets.map((set) => [`${plainName(set.name)} ${set.type}`, set]));
    return ok({ contents: contentsOf(zone, { serial, rrsets: sets }, names === undefined), held });
  });
}

/** The servers of a zone that is there; one that has gone meanwhile is a failure. */
function serversOf(
  api: PowerdnsApi,
  name: string,
  call: CallOptions,
): ResultAsync<readonly string[], DnsProviderError> {
  return api
    .zone(name, call)
    .map(({ nameservers }) => nameservers)
    .mapErr((error) => {
      if (!hasCode(error, "DNS_ZONE_NOT_FOUND")) return error;
      const details = { adapter: powerdnsName, operation: "createZone", state: "unknown" } as const;
      return hostingError("ADAPTER_FAILED", `${name} was there, and has gone.`, details);
    });
}

import {
  type CallOptions,
  type Clock,
  type DnsProvider,
  type DnsProviderCapabilities,
  type DnsZoneError,
  errAsync,
  type FoldedDnsChange,
  flow,
  inTurn,
  ok,
  type ResultAsync,
  systemClock,
} from "@hostelry/core/adapter";
import { httpClient } from "../http/http-client.ts";
import { changeZone, type ReadZone, type ZoneAccess } from "../zone/change-zone.ts";
import { pageOfZones } from "../zone/page-zones.ts";
import { checkZoneName, invalid } from "../zone/zone-names.ts";
import type { CloudflareZone } from "./cloudflare-answers.ts";
import { type CloudflareApi, cloudflareApi, cloudflareName } from "./cloudflare-api.ts";
import {
  batchOf,
  type CloudflareBatch,
  type CloudflareRecord,
  contentsOf,
  type HeldCloudflareRecords,
} from "./cloudflare-records.ts";

/** An account at Cloudflare, and how it is spoken to. */
export interface CloudflareOptions {
  /** A token with the right to read zones, and to read and edit DNS. Never in an error or a log. */
  readonly token: string;
  /** Changes of single records that the zone's plan takes at once. Default 200, what the free one takes; others take 3500. */
  readonly batchSize?: number | undefined;
  /** Of one request. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Default `https://api.cloudflare.com/client/v4`. */
  readonly url?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Default: Node's own. */
  readonly fetch?: typeof fetch | undefined;
}

/** A filtered answer for each of so few names costs less than the zone. */
const mostNamesAlone = 3;

/**
 * Zones at Cloudflare, through its API. Proven with a stand-in that answers as the API is documented to, not with Cloudflare
 * itself.
 *
 * Records have an id each, so values are added and removed one by one. A batch is one transaction; their servers show its
 * records one after the other. Zones are made at Cloudflare, which also chooses their servers.
 */
export function cloudflareProvider(options: CloudflareOptions): DnsProvider {
  const { token, batchSize = 200, timeoutMs = 30_000, url = "https://api.cloudflare.com/client/v4" } = options;
  const clock = options.clock ?? systemClock;
  const headers = { authorization: `Bearer ${token}` };
  const send = httpClient({ adapter: cloudflareName, baseUrl: url, headers, timeoutMs, fetch: options.fetch });
  const api = cloudflareApi(send, clock);
  const capabilities = capabilitiesWith(batchSize);
  return {
    spec: "dns/1",
    name: cloudflareName,
    capabilities,
    listZones: (page = {}) => api.zones(page).map((zones) => pageOfZones(zones.map(withoutId), page)),
    getZone: (name, call = {}) => checkZoneName(name).asyncAndThen((checked) => api.zone(checked, call).map(withoutId)),
    createZone: () =>
      errAsync(invalid("request", "is not something that this adapter does: zones are made at Cloudflare")),
    listRecordSets: ({ zone, names }, call = {}) =>
      checkZoneName(zone)
        .asyncAndThen((name) => api.zone(name, call))
        .andThen((found) => readZone(api, found, names, call))
        .map(({ contents }) => contents),
    applyChanges: (request, call = {}) =>
      inTurn(`${cloudflareName} ${request.zone}`, call.signal, () =>
        checkZoneName(request.zone)
          .asyncAndThen((name) => api.zone(name, call))
          .andThen((zone) => {
            const access = accessTo(api, zone, batchSize);
            return changeZone({ provider: { name: cloudflareName, capabilities }, request, access, clock }, call);
          }),
      ),
  };
}

function capabilitiesWith(maxChanges: number): DnsProviderCapabilities {
  return {
    recordTypes: ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"],
    apexCname: "flattened",
    wildcards: true,
    createZones: false,
    compareAndSet: false,
    valueChanges: true,
    atomic: true,
    batch: { maxChanges, maxBytes: null },
    comments: true,
    proxy: true,
    ttlSeconds: { min: 60, max: 86_400 },
  };
}

function withoutId({ name, nameservers }: CloudflareZone): {
  readonly name: string;
  readonly nameservers: readonly string[];
} {
  return { name, nameservers };
}

function accessTo(api: CloudflareApi, zone: CloudflareZone, batchSize: number): ZoneAccess<HeldCloudflareRecords> {
  return {
    read: (names, call) => readZone(api, zone, names, call),
    write: (changes, { held }, call) => {
      const { batch, more } = fitting(changes, held, batchSize);
      return api.batch(zone, batch, call).map((outcome) => (outcome.written ? { ...outcome, more } : outcome));
    },
  };
}

/** As many changes as fit; at least one. Changes of one name stay together, for an alias and what it replaces must. */
function fitting(
  changes: readonly FoldedDnsChange[],
  held: HeldCloudflareRecords,
  batchSize: number,
): { readonly batch: CloudflareBatch; readonly more: boolean } {
  const byName = new Map<string, CloudflareBatch[]>();
  for (const change of changes) {
    const own = batchOf(change, held.get(`${change.name} ${change.type}`) ?? []);
    byName.set(change.name, [...(byName.get(change.name) ?? []), own]);
  }
  let batch: CloudflareBatch = { deletes: [], patches: [], posts: [] };
  for (const together of byName.values()) {
    const next = together.reduce(joined, batch);
    if (sizeOf(batch) > 0 && sizeOf(next) > batchSize) return { batch, more: true };
    batch = next;
  }
  return { batch, more: false };
}

function joined(a: CloudflareBatch, b: CloudflareBatch): CloudflareBatch {
  return {
    deletes: [...a.deletes, ...b.deletes],
    patches: [...a.patches, ...b.patches],
    posts: [...a.posts, ...b.posts],
  };
}

function sizeOf({ deletes, patches, posts }: CloudflareBatch): number {
  return deletes.length + patches.length + posts.length;
}

function readZone(
  api: CloudflareApi,
  zone: CloudflareZone,
  names: readonly string[] | undefined,
  call: CallOptions,
): ResultAsync<ReadZone<HeldCloudflareRecords>, DnsZoneError> {
  return flow(async function* () {
    const alone = names !== undefined && names.length <= mostNamesAlone ? names : [undefined];
    const wanted = names === undefined ? undefined : new Set(names);
    const records: CloudflareRecord[] = [];
    for (const name of alone) {
      const found = yield* api.records(zone, name, call);
      records.push(...found.filter((record) => wanted?.has(record.name.toLowerCase()) ?? true));
    }
    return ok(contentsOf(zone.name, records, names === undefined));
  });
}

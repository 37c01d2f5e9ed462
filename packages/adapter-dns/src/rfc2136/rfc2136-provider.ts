import {
  type CallOptions,
  type Clock,
  type DnsProvider,
  type DnsProviderCapabilities,
  type DnsZoneError,
  err,
  errAsync,
  flow,
  inTurn,
  ok,
  okAsync,
  type Result,
  type ResultAsync,
  systemClock,
  tidyValues,
} from "@hostelry/core/adapter";
import { changeZone } from "../zone/change-zone.ts";
import { pageOfZones } from "../zone/page-zones.ts";
import { checkZoneName, invalid, zoneNotFound } from "../zone/zone-names.ts";
import { type DnsSession, dnsSession, rfc2136Name } from "./dns-session.ts";
import { type HeldRecords, readSoa, readZone } from "./read-zone.ts";
import { secretOf, type TsigKey } from "./tsig.ts";
import { maxUpdateBytes, writeChanges } from "./write-changes.ts";

/** A server that takes updates, and how it is spoken to. */
export interface Rfc2136Options {
  /** Name or address of the primary server. */
  readonly host: string;
  /** Default 53. TCP. */
  readonly port?: number | undefined;
  /** Zones that may be worked on: the protocol has no way to ask for them. */
  readonly zones: readonly string[];
  /** Without it messages are not signed, for servers that go by addresses. */
  readonly key?: TsigKey | undefined;
  /** For connecting, and for each answer. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

const capabilities: DnsProviderCapabilities = {
  recordTypes: ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"],
  apexCname: "refused",
  wildcards: true,
  createZones: false,
  compareAndSet: true,
  valueChanges: true,
  atomic: true,
  batch: { maxChanges: null, maxBytes: maxUpdateBytes },
  comments: false,
  proxy: false,
  ttlSeconds: { min: 0, max: 2_147_483_647 },
};

/**
 * Zones of any server that takes dynamic updates (RFC 2136), signed with TSIG (RFC 8945). Proven with BIND 9.18.
 *
 * Values are added and removed one by one, and conditions are sent with the change, so that nothing of anybody is lost. To
 * list a zone, and for `expectVersion`, the key must be allowed to transfer it; to change some names it need not.
 *
 * Throws `TypeError` when the key's secret is not base64.
 */
export function rfc2136Provider(options: Rfc2136Options): DnsProvider {
  const { host, port = 53, key, timeoutMs = 10_000 } = options;
  const clock = options.clock ?? systemClock;
  const zones = tidyValues(options.zones);
  if (key !== undefined) secretOf(key);
  const known = (zone: string): Result<string, DnsZoneError> =>
    checkZoneName(zone).andThen((name) => (zones.includes(name) ? ok(name) : err(zoneNotFound(rfc2136Name, name))));
  const within = <T, E>(call: CallOptions, work: (session: DnsSession) => ResultAsync<T, E>): ResultAsync<T, E> =>
    flow(async function* () {
      const session = dnsSession({ host, port, key, timeoutMs, clock, signal: call.signal });
      try {
        return ok(yield* work(session));
      } finally {
        session.close();
      }
    });
  return {
    spec: "dns/1",
    name: rfc2136Name,
    capabilities,
    listZones: (page = {}) =>
      within(page, (session) =>
        flow(async function* () {
          const listed = pageOfZones(
            zones.map((name) => ({ name, nameservers: [] })),
            page,
          );
          // One question, so that a server that is away is not taken for one without zones.
          const [first] = listed.items;
          if (first === undefined) return ok(listed);
          yield* readSoa(session, first.name)
            .map(() => undefined)
            .orElse((error) => (error.code === "DNS_ZONE_NOT_FOUND" ? okAsync(undefined) : errAsync(error)));
          return ok(listed);
        }),
      ),
    getZone: (name, call = {}) =>
      known(name).asyncAndThen((zone) =>
        within(call, (session) =>
          flow(async function* () {
            yield* readSoa(session, zone);
            const { contents } = yield* readZone(session, zone, [zone]);
            const nameservers = contents.sets.find((set) => set.type === "NS")?.values ?? [];
            return ok({ name: zone, nameservers });
          }),
        ),
      ),
    createZone: () =>
      errAsync(invalid("request", "is not something that updates can do: zones are made at the server")),
    listRecordSets: ({ zone, names }, call = {}) =>
      known(zone).asyncAndThen((name) =>
        within(call, (session) => readZone(session, name, names).map(({ contents }) => contents)),
      ),
    applyChanges: (request, call = {}) =>
      known(request.zone).asyncAndThen((zone) =>
        inTurn(`${rfc2136Name} ${host}:${port} ${zone}`, call.signal, () =>
          within(call, (session) => {
            const { changes: asked, expectVersion } = request;
            return changeZone<HeldRecords>(
              {
                provider: { name: rfc2136Name, capabilities },
                request,
                clock,
                access: {
                  read: (names) => readZone(session, zone, names),
                  write: (changes, read) => {
                    const comparing = expectVersion !== undefined && read.held.whole;
                    return writeChanges(session, { zone, changes, read, asked, comparing });
                  },
                },
              },
              call,
            );
          }),
        ),
      ),
  };
}

import {
  checkDnsChanges,
  type DnsProvider,
  type DnsProviderCapabilities,
  type DnsRecordSet,
  type DnsZone,
  err,
  foldDnsChanges,
  type HostingErrorOf,
  hostingError,
  isDnsName,
  ok,
  type Result,
  sortedSets,
  zoneChanged,
  zoneVersion,
} from "@hostelry/core/adapter";
import { invalidInput, pageOf } from "../page-of.ts";
import { decide, nextTurn, type Turn } from "../turn.ts";

/** A zone in memory. */
export interface HeldDnsZone {
  serial: number;
  nameservers: readonly string[];
  /** By `name type`. */
  readonly sets: Map<string, DnsRecordSet>;
  /** Types of other records, by name. */
  readonly others: Map<string, readonly string[]>;
}

/** How the provider in memory is to be. */
export interface MemoryDnsProviderOptions {
  /** Zones by name; several providers may share them. */
  readonly zones?: Map<string, HeldDnsZone> | undefined;
  /** What it declares, and does, differently. */
  readonly capabilities?: Partial<DnsProviderCapabilities> | undefined;
  readonly turn?: Turn | undefined;
}

/** A {@link memoryDnsProvider}, and what it holds. */
export interface MemoryDnsProvider extends DnsProvider {
  readonly zones: Map<string, HeldDnsZone>;
}

const name = "memory";

/** What {@link memoryDnsProvider} can do, unless it is told otherwise: everything. */
export const memoryDnsCapabilities: DnsProviderCapabilities = {
  recordTypes: ["A", "AAAA", "ALIAS", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"],
  apexCname: "refused",
  wildcards: true,
  createZones: true,
  compareAndSet: true,
  valueChanges: true,
  atomic: true,
  batch: { maxChanges: null, maxBytes: null },
  comments: true,
  proxy: true,
  ttlSeconds: { min: 0, max: 2_147_483_647 },
};

/** An empty zone, as `createZone` makes it. */
export function heldDnsZone(nameservers: readonly string[]): HeldDnsZone {
  return { serial: 1, nameservers, sets: new Map(), others: new Map() };
}

/** Zones in memory. Each call decides in one act, so everything is atomic. */
export function memoryDnsProvider(options: MemoryDnsProviderOptions = {}): MemoryDnsProvider {
  const { zones = new Map<string, HeldDnsZone>(), turn = nextTurn } = options;
  const capabilities: DnsProviderCapabilities = { ...memoryDnsCapabilities, ...options.capabilities };
  const held = (zone: string): Result<HeldDnsZone, Invalid | HostingErrorOf<"DNS_ZONE_NOT_FOUND">> => {
    if (!isDnsName(zone) || zone.startsWith("*")) return err(invalidInput("zone", "is not a canonical name"));
    const found = zones.get(zone);
    if (found !== undefined) return ok(found);
    return err(hostingError("DNS_ZONE_NOT_FOUND", `${name} has no zone ${zone}.`, { provider: name, zone }));
  };
  return {
    spec: "dns/1",
    name,
    capabilities,
    zones,
    listZones: (page = {}) =>
      decide(turn, "listZones", page, () => {
        const all = [...zones].map(([zone, { nameservers }]): DnsZone => ({ name: zone, nameservers }));
        return pageOf(all, { key: (zone) => [zone.name], newestFirst: false }, page);
      }),
    getZone: (zone, call) =>
      decide(turn, "getZone", call, () => held(zone).map(({ nameservers }) => ({ name: zone, nameservers }))),
    createZone: ({ name: zone, nameservers }, call) =>
      decide(turn, "createZone", call, () => {
        if (!capabilities.createZones) return err(invalidInput("request", "is not something the provider does"));
        if (nameservers.length === 0) return err(invalidInput("nameservers", "is empty"));
        if (![zone, ...nameservers].every(isDnsName)) return err(invalidInput("name", "is not canonical"));
        const before = zones.get(zone);
        if (before !== undefined) {
          return ok({ zone: { name: zone, nameservers: before.nameservers }, created: false });
        }
        zones.set(zone, heldDnsZone([...nameservers].sort()));
        return ok({ zone: { name: zone, nameservers: [...nameservers].sort() }, created: true });
      }),
    listRecordSets: ({ zone, names }, call) =>
      decide(turn, "listRecordSets", call, () =>
        held(zone).map(({ serial, sets: all, others: foreign }) => {
          const asked = (each: string): boolean => names === undefined || names.includes(each);
          const sets = sortedSets([...all.values()].filter((set) => asked(set.name)));
          const others = [...foreign].filter(([each]) => asked(each)).map(([each, types]) => ({ name: each, types }));
          const version = names === undefined ? zoneVersion(sets, others) : null;
          return structuredClone({ zone, version, serial, sets, others });
        }),
      ),
    applyChanges: ({ zone, changes, expectVersion }, call) =>
      decide(turn, "applyChanges", call, () =>
        held(zone).andThen((state) =>
          checkDnsChanges(zone, changes, capabilities).andThen(() => {
            const sets = sortedSets(state.sets.values());
            const others = [...state.others].map(([each, types]) => ({ name: each, types }));
            if (expectVersion !== undefined && expectVersion !== zoneVersion(sets, others)) {
              return err(zoneChanged(name, zone, "version"));
            }
            return foldDnsChanges({ provider: name, zone, capabilities, sets, others, changes }).map((folded) => {
              for (const change of folded) {
                const key = `${change.name} ${change.type}`;
                if (change.after === null) state.sets.delete(key);
                else state.sets.set(key, structuredClone(change.after));
              }
              if (folded.length > 0) state.serial += 1;
              return { changed: folded.length > 0, serial: state.serial };
            });
          }),
        ),
      ),
  };
}

type Invalid = HostingErrorOf<"INVALID_INPUT">;

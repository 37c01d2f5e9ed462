import { type DnsZoneContents, errAsync, hasCode, okAsync, type ResultAsync } from "@hostelry/core/adapter";
import { dnsSaboteur, listing } from "./dns-saboteur.ts";
import type { Saboteur } from "./saboteur.ts";

/** DNS providers that break one promise of zones or listings each. */
export const dnsLookSaboteurs: readonly Saboteur[] = [
  dnsSaboteur({
    name: "keeps the records of other types to itself",
    caughtBy: ["list/others"],
    spoil: listing((contents) => ({ ...contents, others: [] })),
  }),
  dnsSaboteur({
    name: "has one version for everything",
    caughtBy: ["apply/version-right", "list/others", "list/version", "race/versions"],
    spoil: listing((contents) => (contents.version === null ? contents : { ...contents, version: "1" })),
  }),
  dnsSaboteur({
    name: "counts changes, and calls the count a version",
    caughtBy: ["apply/version-right", "list/version", "race/versions"],
    spoil: listing((contents) =>
      contents.version === null ? contents : { ...contents, version: `${contents.serial}` },
    ),
  }),
  dnsSaboteur({
    name: "shows the whole zone, whatever names are asked for",
    caughtBy: ["list/names"],
    spoil: (provider) => ({
      listRecordSets: ({ zone, names }, options) =>
        provider
          .listRecordSets({ zone }, options)
          .map((contents) => (names === undefined ? contents : { ...contents, version: null })),
    }),
  }),
  dnsSaboteur({
    name: "finds the zone that a name is in",
    caughtBy: ["get-zone/absent"],
    spoil: (provider) => ({
      getZone: (name, options) => {
        const zone = [...provider.zones.keys()].find((known) => name.endsWith(`.${known}`));
        return provider.getZone(zone ?? name, options);
      },
    }),
  }),
  dnsSaboteur({
    name: "makes a zone that is there anew",
    caughtBy: ["create-zone/repeated"],
    spoil: (provider) => ({
      createZone: (request, options) => {
        provider.zones.delete(request.name);
        return provider.createZone(request, options);
      },
    }),
  }),
  dnsSaboteur({
    name: "lists a zone on when its caller has gone",
    caughtBy: ["cancel/before"],
    spoil: (provider) => ({ listRecordSets: (request) => provider.listRecordSets(request) }),
  }),
  dnsSaboteur({
    name: "forgets remarks",
    caughtBy: ["list/comments"],
    spoil: listing((contents) => ({ ...contents, sets: contents.sets.map(({ comment: _, ...set }) => set) })),
  }),
  dnsSaboteur({
    name: "lists zones in no order, and pages by counting",
    caughtBy: ["list-zones/names-it"],
    spoil: (provider) => ({
      listZones: ({ after, limit = 100, signal } = {}) =>
        provider.listZones({ limit: 1000, signal }).map(({ items }) => {
          const start = Number(after ?? 0);
          const page = items.toReversed().slice(start, start + limit);
          return start + limit < items.length ? { items: page, next: String(start + limit) } : { items: page };
        }),
    }),
  }),
  dnsSaboteur({
    name: "does not tell a zone that is not there from one that is empty",
    caughtBy: ["list/absent"],
    spoil: (provider) => ({
      listRecordSets: (request, options) =>
        provider
          .listRecordSets(request, options)
          .orElse(
            (error): ResultAsync<DnsZoneContents, typeof error> =>
              hasCode(error, "DNS_ZONE_NOT_FOUND")
                ? okAsync({ zone: request.zone, version: "", serial: 0, sets: [], others: [] })
                : errAsync(error),
          ),
    }),
  }),
];

import { flow, ok, type Site } from "@hostelry/core/adapter";
import { type Saboteur, storeSaboteur, targetSaboteur } from "./saboteur.ts";

/** Stores and targets that break promises of publishing to several targets. */
export const fleetSaboteurs: readonly Saboteur[] = [
  storeSaboteur({
    name: "overwrites the freeze of a site with the next one",
    caughtBy: ["set-freeze/repeated", "set-freeze/concurrent"],
    spoil: (store) => ({
      setFreeze: (request, options) =>
        store.setFreeze(request, options).map(({ site, changed }) => {
          if (changed || request.freeze === null) return { site, changed };
          const overwritten: Site = { ...site, frozen: structuredClone(request.freeze) };
          store.records.sites.set(site.id, overwritten);
          return { site: structuredClone(overwritten), changed };
        }),
    }),
  }),
  storeSaboteur({
    name: "loses the freeze of a site with the next change of its name",
    caughtBy: ["set-freeze/freezes-and-ends"],
    spoil: (store) => ({
      updateSite: (request, options) =>
        store.updateSite(request, options).map((site) => {
          const { frozen: _lost, ...rest } = site;
          store.records.sites.set(site.id, rest);
          return structuredClone(rest);
        }),
    }),
  }),
  storeSaboteur({
    name: "forgets what became of the targets of a publication",
    caughtBy: ["fleet/recorded"],
    spoil: (store) => ({
      compareAndSetSlot: ({ results: _results, flip: _flip, ...change }, options) =>
        store.compareAndSetSlot(change, options),
    }),
  }),
  targetSaboteur({
    name: "looks around before it flips, and says that it was afterwards",
    caughtBy: ["activate/looks", "activate/looks-at-mismatches"],
    spoil: (target) => ({
      activate: (request, options) =>
        flow(async function* () {
          const { siteId, slot, samples } = request;
          if (samples === undefined) return target.activate(request, options);
          const probe = yield* target.probe({ siteId, slot, samples });
          const observed = yield* target.observe(siteId);
          return ok({ ...(yield* target.activate(request, options)), probe, observed });
        }),
    }),
  }),
];

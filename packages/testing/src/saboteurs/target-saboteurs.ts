import { err, ok, okAsync } from "@hostelry/core/adapter";
import { heldSite } from "../memory/target/target-state.ts";
import { afterTurn } from "../memory/turn.ts";
import { type Saboteur, targetSaboteur } from "./saboteur.ts";

/** Targets that break promises of what they show. Of what they hold: `staging-saboteurs.ts`. */
export const targetSaboteurs: readonly Saboteur[] = [
  targetSaboteur({
    name: "takes the pointer away before it sets the new one",
    caughtBy: ["activate/atomic-for-readers"],
    spoil: (target) => ({
      activate: (request, options) => {
        const { slots } = heldSite(target.state, request.siteId);
        const before = slots.get(request.slot);
        slots.delete(request.slot);
        return afterTurn(() => {
          if (before !== undefined) slots.set(request.slot, before);
          return target.activate(request, options);
        });
      },
    }),
  }),
  targetSaboteur({
    name: "points a slot at the new release before all of it is there",
    caughtBy: ["activate/absent", "activate/of-another-site"],
    spoil: (target) => ({
      activate: (request, options) =>
        target.activate(request, options).mapErr((error) => {
          const { release, siteId, slot } = request;
          if (error.code === "RELEASE_NOT_FOUND" && release !== null) {
            heldSite(target.state, siteId).slots.set(slot, { release });
          }
          return error;
        }),
    }),
  }),
  targetSaboteur({
    name: "ignores fencing when it flips",
    caughtBy: [
      "stage/remembers-a-higher-token",
      "activate/fenced",
      "activate/highest-token-stays",
      "serving-state/fenced",
    ],
    spoil: (target) => ({
      activate: (request, options) =>
        target.activate(request, options).orElse((error) => {
          if (error.code !== "FENCED") return err(error);
          return target.activate({ ...request, fencingToken: error.details.current }, options);
        }),
    }),
  }),
  targetSaboteur({
    name: "compares the token first and flips later",
    caughtBy: ["activate/highest-token-stays"],
    spoil: (target) => ({
      activate: (request, options) => {
        const site = heldSite(target.state, request.siteId);
        const fine = request.fencingToken >= site.fence;
        return target.activate(request, options).orElse((error) => {
          if (error.code !== "FENCED" || !fine) return err(error);
          return target.activate({ ...request, fencingToken: site.fence }, options);
        });
      },
    }),
  }),
  targetSaboteur({
    name: "forgets fencing for the serving state",
    caughtBy: ["serving-state/fenced"],
    spoil: (target) => ({
      setServingState: (request, options) => {
        const { fence } = heldSite(target.state, request.siteId);
        return target.setServingState({ ...request, fencingToken: Math.max(fence, request.fencingToken) }, options);
      },
    }),
  }),
  targetSaboteur({
    name: "keeps one token for all sites",
    caughtBy: ["activate/fences-each-site-alone"],
    spoil: (target) => ({
      // Only for tokens of 1, which no other case offers after another site's 9.
      activate: (request, options) => {
        const highest = Math.max(...[...target.state.values()].map(({ fence }) => fence));
        if (highest === 9) heldSite(target.state, request.siteId).fence = highest;
        return target.activate(request, options);
      },
    }),
  }),
  targetSaboteur({
    name: "swallows the cancellation of a flip",
    caughtBy: ["activate/cancelled"],
    spoil: (target) => ({ activate: (request) => target.activate(request) }),
  }),
  targetSaboteur({
    name: "says that every flip has changed something",
    caughtBy: ["activate/repeated", "activate/empties"],
    spoil: (target) => ({
      activate: (request, options) =>
        target.activate(request, options).map((outcome) => ({ ...outcome, changed: true })),
    }),
  }),
  targetSaboteur({
    name: "swallows the cancellation of a change of the serving state",
    caughtBy: ["serving-state/cancelled"],
    spoil: (target) => ({ setServingState: (request) => target.setServingState(request) }),
  }),
  targetSaboteur({
    name: "swallows the cancellation of a probe",
    caughtBy: ["look/cancelled"],
    spoil: (target) => ({ probe: (request) => target.probe(request) }),
  }),
  targetSaboteur({
    name: "overwrites what it did not make",
    caughtBy: ["activate/foreign-pointer"],
    spoil: (target) => ({
      activate: (request, options) => {
        heldSite(target.state, request.siteId).obstructed.delete(request.slot);
        return target.activate(request, options);
      },
    }),
  }),
  targetSaboteur({
    name: "forgets what guards a preview",
    caughtBy: ["activate/guard"],
    spoil: (target) => ({ activate: ({ guard: _, ...request }, options) => target.activate(request, options) }),
  }),
  targetSaboteur({
    name: "brings a suspended site back by publishing to it",
    caughtBy: ["serving-state/sets"],
    spoil: (target) => ({
      activate: (request, options) =>
        target.activate(request, options).map((outcome) => {
          heldSite(target.state, request.siteId).servingState = "live";
          return outcome;
        }),
    }),
  }),
  targetSaboteur({
    name: "lists only the last three releases",
    caughtBy: ["observe/everything"],
    spoil: (target) => ({
      observe: (siteId, options) =>
        target.observe(siteId, options).map((seen) => ({ ...seen, releases: seen.releases.slice(-3) })),
    }),
  }),
  targetSaboteur({
    name: "sorts releases by their letters",
    caughtBy: ["observe/everything"],
    spoil: (target) => ({
      observe: (siteId, options) =>
        target.observe(siteId, options).map((seen) => ({ ...seen, releases: [...seen.releases].sort() })),
    }),
  }),
  targetSaboteur({
    name: "names a missing hash once per file",
    caughtBy: ["missing/lacks"],
    spoil: (target) => ({
      missing: (request, options) =>
        target
          .missing(request, options)
          .map((lacking) =>
            request.manifest.files.map(({ sha256 }) => sha256).filter((hash) => lacking.includes(hash)),
          ),
    }),
  }),
  targetSaboteur({
    name: "probes only whether there is something",
    caughtBy: ["probe/mismatches"],
    spoil: (target) => ({
      probe: (request, options) => target.probe(request, options).map((probe) => ({ ...probe, mismatches: [] })),
    }),
  }),
  targetSaboteur({
    name: "always finds a release in order",
    caughtBy: ["verify/finds-differences", "verify/against-the-record"],
    spoil: (target) => ({
      verify: (request, options) => target.verify(request, options).andThen(() => okAsync({ problems: [] })),
    }),
  }),
  targetSaboteur({
    name: "verifies what it expects, and no more",
    caughtBy: ["verify/finds-differences", "verify/against-the-record"],
    spoil: (target) => ({
      verify: (request, options) =>
        target
          .verify(request, options)
          .andThen(({ problems }) => ok({ problems: problems.filter(({ problem }) => problem !== "unexpected") })),
    }),
  }),
  targetSaboteur({
    name: "believes what it has stored of a release itself",
    caughtBy: ["verify/against-the-record"],
    spoil: (target) => ({
      verify: ({ siteId, release }, options) => target.verify({ siteId, release }, options),
    }),
  }),
];

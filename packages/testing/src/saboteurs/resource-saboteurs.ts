import { err, hasCode, ok, okAsync, type ResourceProvider } from "@hostelry/core/adapter";
import { resourceSaboteur, type Saboteur } from "./saboteur.ts";

/** Resource providers that break one promise each. */
export const resourceSaboteurs: readonly Saboteur[] = [
  resourceSaboteur({
    name: "takes a name that is there for the resource",
    caughtBy: ["change/in-place", "obstacle/occupied", "obstacle/orphan", "remove/absent"],
    spoil: (provider) => ({
      observe: (resource, options) =>
        provider
          .observe(resource, options)
          .map((seen) => (seen.status === "absent" ? seen : { status: "same" as const, facts: {} })),
    }),
  }),
  resourceSaboteur({
    name: "repairs an orphan without being asked",
    caughtBy: ["obstacle/orphan"],
    spoil: (provider) => ({ plan: (request) => provider.plan({ ...request, repair: true }) }),
  }),
  resourceSaboteur({
    name: "takes away what is somebody else's",
    caughtBy: ["obstacle/occupied"],
    spoil: (provider) => ({
      plan: (request) =>
        provider
          .plan(request)
          .orElse((error) =>
            hasCode(error, "RESOURCE_CONFLICT") ? provider.plan({ ...request, goal: "absent" }) : err(error),
          ),
    }),
  }),
  resourceSaboteur({
    name: "stores what it does not know",
    caughtBy: ["check/unknown"],
    spoil: (provider) => ({
      check: (resource) => provider.check(resource).orElse(() => ok(resource)),
      observe: (resource, options) => {
        const { "no-such-field": _unknown, ...desired } = resource.desired;
        return provider.observe({ ...resource, desired }, options);
      },
    }),
  }),
  resourceSaboteur({
    name: "names its steps anew in every plan",
    caughtBy: ["plan/pure"],
    spoil: (provider) => {
      let plans = 0;
      return {
        plan: (request) => {
          plans += 1;
          return provider
            .plan(request)
            .map((steps) => steps.map((step) => ({ ...step, name: `${step.name}.${plans}` })));
        },
        apply: (request, options) => {
          const name = request.step.name.replace(/\.\d+$/, "");
          return provider.apply({ ...request, step: { ...request.step, name } }, options);
        },
      };
    },
  }),
  resourceSaboteur({
    name: "tells a password in its facts",
    caughtBy: ["make/present"],
    spoil: (provider) => ({
      observe: (resource, options) =>
        provider.observe(resource, options).map((seen) => {
          const password = provider.at.passwords.get(resource.key) ?? "";
          return seen.status === "same" ? { ...seen, facts: { ...seen.facts, password } } : seen;
        }),
    }),
  }),
  resourceSaboteur({
    name: "says that a step is done and does nothing",
    caughtBy: [
      "cancel/before",
      "change/in-place",
      "make/apart",
      "make/broken-off",
      "make/present",
      "obstacle/orphan",
      "remove/absent",
    ],
    spoil: () => ({ apply: () => okAsync({ state: "changed" as const }) }),
  }),
  resourceSaboteur({
    name: "says that it has seen what it hoped for",
    caughtBy: ["change/in-place", "make/apart", "make/broken-off", "make/present", "obstacle/orphan", "remove/absent"],
    spoil: (provider) => ({
      apply: (request, options) =>
        provider
          .apply(request, options)
          .map((applied) => ({ ...applied, observation: { status: "same" as const, facts: {} } })),
    }),
  }),
  resourceSaboteur({
    name: "begins although its caller has given up",
    caughtBy: ["cancel/before"],
    spoil: (provider) => ({
      apply: (request, { secrets }) => provider.apply(request, { secrets }),
    }),
  }),
  resourceSaboteur({
    name: "can't take away what is half made",
    caughtBy: ["remove/absent"],
    spoil: (provider): Partial<ResourceProvider> => ({
      plan: (request) =>
        provider
          .plan(request)
          .map((steps) => (request.goal === "absent" && request.observation.status === "different" ? [] : steps)),
    }),
  }),
];

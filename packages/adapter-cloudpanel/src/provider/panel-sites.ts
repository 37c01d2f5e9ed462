import {
  err,
  type HostingErrorOf,
  ok,
  type PlanError,
  type PlanResource,
  type Resource,
  type ResourceFacts,
  type ResourceProvider,
  type ResourceStep,
  type Result,
} from "@hostelry/core/adapter";
import type { CloudPanel } from "../cloud-panel.ts";
import { checkPanelSite, type PanelRuntime, type PanelSite } from "../site/panel-site.ts";
import { siteUserFor } from "../site/site-user.ts";
import { invalidFact, onlyFacts, textFact } from "./desired-facts.ts";
import { resourceConflict, resourceOrphaned } from "./refusals.ts";

/** Options of {@link panelSites}. */
export interface PanelSitesOptions {
  /** As the host names the server. Default: the panel's name. */
  readonly place?: string | undefined;
  /** A copy of a site's home is kept on the server before it is removed. Default true. */
  readonly backUp?: boolean | undefined;
}

const runtimeFields: Readonly<Record<PanelRuntime["kind"], readonly string[]>> = {
  static: [],
  php: ["phpVersion", "vhostTemplate"],
  nodejs: ["nodejsVersion", "appPort"],
  python: ["pythonVersion", "appPort"],
  "reverse-proxy": ["url"],
};

/** Recognised in a plan by what `observe` calls the record that a broken off removal leaves. */
const recordPlace = "CloudPanel's database";

/**
 * Sites of a CloudPanel server as resources of kind `site`, for `createProvisioning`. The key is the domain. Desired: `siteUser` (default
 * `siteUserFor(domain)`), `kind` (default `static`) and what that kind needs: `phpVersion` and `vhostTemplate`; `nodejsVersion` or `pythonVersion`, and `appPort`; `url`.
 * Facts: `siteUser`, `kind`, `documentRoot`. The secret `siteUserPassword` is used when a site is made, where there is one.
 */
export function panelSites(
  panel: CloudPanel,
  { place = panel.name, backUp = true }: PanelSitesOptions = {},
): ResourceProvider {
  return {
    spec: "resource/1",
    name: "cloudpanel",
    kind: "site",
    place,
    capabilities: { serial: true, changes: false, removes: true, secrets: ["siteUserPassword"] },
    check: checkSite,
    observe: (resource, options) => readSite(resource).asyncAndThen((site) => panel.observeSite(site, options)),
    plan: planSite,
    apply: ({ resource, step }, { secrets, signal }) =>
      readSite(resource).asyncAndThen((site) => {
        const changed = { state: "changed" } as const;
        switch (step.name) {
          case "site.add":
            return panel
              .addSite(site, { password: secrets["siteUserPassword"], signal })
              .map((observation) => ({ ...changed, observation }));
          case "site.repair":
            return panel.repairSite(site, { signal }).map(() => changed);
          case "site.delete":
            return panel.removeSite(site, { backUp, signal }).map(({ state }) => ({ state }));
          default:
            throw new Error(`no step of a site is called ${step.name}`);
        }
      }),
  };
}

function checkSite(resource: Resource): Result<Resource, HostingErrorOf<"INVALID_INPUT">> {
  return readSite(resource).map(({ domain, user, runtime }) => {
    const desired: ResourceFacts = { siteUser: user, ...(runtime ?? { kind: "static" }) };
    return { ...resource, key: domain, desired };
  });
}

function readSite({ key, desired }: Resource): Result<PanelSite, HostingErrorOf<"INVALID_INPUT">> {
  return textFact(desired, "kind", "static").andThen((kind): Result<PanelSite, HostingErrorOf<"INVALID_INPUT">> => {
    if (!isRuntimeKind(kind)) return invalidFact("kind", `is none of ${Object.keys(runtimeFields).join(", ")}`);
    const fields = runtimeFields[kind];
    const known = onlyFacts(desired, ["siteUser", "kind", ...fields]);
    if (known.isErr()) return err(known.error);
    for (const field of fields) {
      const isRight = field === "appPort" ? Number.isInteger(desired[field]) : typeof desired[field] === "string";
      if (!isRight) return invalidFact(field, field === "appPort" ? "is no whole number" : "is no text");
    }
    return textFact(desired, "siteUser", siteUserFor(key)).andThen((user) => {
      const values = Object.fromEntries(fields.map((field) => [field, desired[field]]));
      // Each field of the kind was looked at above.
      const runtime = { kind, ...values } as unknown as PanelRuntime;
      return checkPanelSite({ domain: key, user, runtime });
    });
  });
}

function isRuntimeKind(kind: string): kind is PanelRuntime["kind"] {
  return Object.hasOwn(runtimeFields, kind);
}

function planSite(request: PlanResource): Result<readonly ResourceStep[], PlanError> {
  const { resource, goal, observation, repair, replace } = request;
  const removal: ResourceStep = {
    name: "site.delete",
    title: `Take away the site ${resource.key} with its user and content.`,
    effect: "destructive",
  };
  const addition: ResourceStep = {
    name: "site.add",
    title: `Add the site ${resource.key} with the system user ${String(resource.desired["siteUser"])}.`,
    effect: "once",
  };
  const wanted = goal === "present";
  switch (observation.status) {
    case "absent":
      return ok(wanted ? [addition] : []);
    case "same":
      return ok(wanted ? [] : [removal]);
    case "different": {
      const { differences } = observation;
      if (differences.some(({ remedy }) => remedy === "refuse")) return err(resourceConflict(resource, differences));
      if (!wanted) return ok([removal]);
      return replace === true ? ok([removal, addition]) : err(resourceConflict(resource, differences));
    }
    case "orphan": {
      const { pieces } = observation;
      // What a broken off removal leaves is taken away by removing on, which takes nothing that is left to lose.
      if (!wanted && pieces.every(({ where }) => where === recordPlace)) return ok([removal]);
      if (repair !== true || pieces.some(({ repairable }) => !repairable))
        return err(resourceOrphaned(resource, pieces));
      const title = `Take away what a broken off creation of ${resource.key} has left.`;
      const mending: ResourceStep = { name: "site.repair", title, effect: "destructive" };
      return ok(wanted ? [mending, addition] : [mending]);
    }
  }
}

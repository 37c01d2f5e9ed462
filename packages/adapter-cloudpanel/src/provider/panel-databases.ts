import {
  err,
  type HostingErrorOf,
  ok,
  type PlanError,
  type PlanResource,
  type Resource,
  type ResourceDifference,
  type ResourceObservation,
  type ResourceProvider,
  type ResourceStep,
  type Result,
} from "@hostelry/core/adapter";
import type { CloudPanel } from "../cloud-panel.ts";
import { checkPanelField } from "../command/panel-fields.ts";
import type { PanelDatabase, PanelDatabaseRecord } from "../database/panel-database.ts";
import { onlyFacts, textFact } from "./desired-facts.ts";
import { resourceConflict } from "./refusals.ts";

/** Options of {@link panelDatabases}. */
export interface PanelDatabasesOptions {
  /** As the host names the server. Default: the panel's name. */
  readonly place?: string | undefined;
  /** An export is kept on the server before a database is removed. Default true. */
  readonly backUp?: boolean | undefined;
}

/**
 * Databases of a CloudPanel server as resources of kind `database`, for `createProvisioning`. The key is the database's name. Desired: `site`, the
 * domain that it belongs to, and `user` (default: the key). Facts: the same. Secret: `databaseUserPassword`, when it is made.
 */
export function panelDatabases(
  panel: CloudPanel,
  { place = panel.name, backUp = true }: PanelDatabasesOptions = {},
): ResourceProvider {
  return {
    spec: "resource/1",
    name: "cloudpanel",
    kind: "database",
    place,
    capabilities: { serial: true, changes: false, removes: true, secrets: ["databaseUserPassword"] },
    check: (resource) =>
      readDatabase(resource).map(({ domain, user }) => ({ ...resource, desired: { site: domain, user } })),
    observe: (resource, options) =>
      readDatabase(resource).asyncAndThen((database) =>
        panel.listDatabases(options).map((all) =>
          judge(
            database,
            all.find(({ name }) => name === database.name),
          ),
        ),
      ),
    plan: planDatabase,
    apply: ({ resource, step }, { secrets, signal }) =>
      readDatabase(resource).asyncAndThen((database) =>
        step.name === "database.add"
          ? panel
              .ensureDatabase(database, { password: secrets["databaseUserPassword"] ?? "", signal })
              .map(({ state }) => ({ state, observation: seenAs(database) }))
          : panel.removeDatabase(database, { backUp, signal }).map(({ state }) => ({ state })),
      ),
  };
}

function readDatabase({ key, desired }: Resource): Result<PanelDatabase, HostingErrorOf<"INVALID_INPUT">> {
  return onlyFacts(desired, ["site", "user"])
    .andThen(() => textFact(desired, "site"))
    .andThen((domain) => checkPanelField("domainName", domain))
    .andThen((domain) =>
      textFact(desired, "user", key)
        .andThen((user) => checkPanelField("databaseUserName", user))
        .andThen((user) => checkPanelField("databaseName", key).map((name) => ({ domain, name, user }))),
    );
}

function judge({ domain, user }: PanelDatabase, seen: PanelDatabaseRecord | undefined): ResourceObservation {
  if (seen === undefined) return { status: "absent" };
  const facts = { site: seen.domain, user: seen.users[0] ?? null };
  const differences: readonly ResourceDifference[] = [
    ...(seen.domain === domain
      ? []
      : [{ field: "site", expected: domain, actual: seen.domain, remedy: "refuse" } as const]),
    ...(seen.users.includes(user)
      ? []
      : [{ field: "user", expected: user, actual: facts.user, remedy: "replace" } as const]),
  ];
  return differences.length === 0 ? seenAs({ domain, user }) : { status: "different", facts, differences };
}

/** A database as it is wanted, as an observation: `ensureDatabase` ends with a look, too. */
function seenAs({ domain, user }: Pick<PanelDatabase, "domain" | "user">) {
  return { status: "same", facts: { site: domain, user } } as const;
}

function planDatabase(request: PlanResource): Result<readonly ResourceStep[], PlanError> {
  const { resource, goal, observation, replace } = request;
  const removal: ResourceStep = {
    name: "database.delete",
    title: `Take away the database ${resource.key}.`,
    effect: "destructive",
  };
  const addition: ResourceStep = {
    name: "database.add",
    title: `Add the database ${resource.key} with the user ${String(resource.desired["user"])}.`,
    effect: "once",
    secrets: ["databaseUserPassword"],
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
    case "orphan":
      throw new Error("a database of a panel leaves no remains that are seen");
  }
}

import {
  type CallOptions,
  type Clock,
  err,
  flow,
  type HostingErrorOf,
  hasCode,
  hostingError,
  ok,
  type Random,
  type ResourceObservation,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { panelCommand } from "../command/panel-command.ts";
import { checkPanelField } from "../command/panel-fields.ts";
import { newPanelPassword } from "../command/panel-password.ts";
import type { PanelAnswerError } from "../command/read-answer.ts";
import { sqlText } from "../host/panel-script.ts";
import type { PanelSession } from "../host/panel-session.ts";
import { type PanelError, panelConflict, panelFailed, protocolViolation } from "../panel-errors.ts";
import { judgeSite } from "./judge-site.ts";
import { lookAtSite, siteLook, tracesOf } from "./look-at-site.ts";
import { addSiteCommand, checkPanelSite, type PanelSite } from "./panel-site.ts";

/** Errors of work on sites. */
export type PanelSiteError =
  | HostingErrorOf<"RESOURCE_CONFLICT">
  | HostingErrorOf<"RESOURCE_ORPHANED">
  | PanelAnswerError
  | PanelError;

/** What the work on sites needs. */
export interface SiteWork {
  readonly session: PanelSession;
  readonly random: Random;
  readonly clock: Clock;
  /** Where content is kept that is about to be taken away, a folder of the server. */
  readonly backupFolder: string;
}

/** What is there, and what it means. Waits until no command is under way on the server. */
export function observeSite(
  { session }: SiteWork,
  site: PanelSite,
  options: CallOptions,
): ResultAsync<ResourceObservation, PanelError> {
  return checkPanelSite(site)
    .asyncAndThen(() => lookAtSite(session, site, options))
    .map((traces) => judgeSite(site, traces));
}

/**
 * Adds a site without looking whether it is there, and tells what is seen after a success, before anybody else could change it. The password that `clpctl` wants in its arguments, where every user of the server can read it, is
 * made up for it and replaced before the end of the call, by the given one or by one that nobody knows.
 */
export function addSite(
  { session, random }: SiteWork,
  site: PanelSite,
  { password, signal }: CallOptions & { readonly password?: string | undefined },
): ResultAsync<ResourceObservation, PanelAnswerError | PanelError> {
  return flow(async function* () {
    const value = password ?? newPanelPassword(random);
    yield* checkPanelField("siteUserPassword", value);
    const command = yield* addSiteCommand(site, newPanelPassword(random));
    const options = { signal, password: { account: site.user, value }, look: siteLook(site) };
    const answer = yield* session.run(command, options);
    if (answer.outcome !== "done") throw new Error("a command without a guard is carried out");
    return ok(judgeSite(site, tracesOf(answer.report, site)));
  });
}

/** Takes a site away without looking. What the panel says of a site that is not there is nothing at all. */
export function deleteSite(
  { session }: SiteWork,
  domain: string,
  { signal }: CallOptions,
): ResultAsync<{ readonly told: boolean }, PanelAnswerError | PanelError> {
  return flow(async function* () {
    const command = yield* panelCommand("site:delete", { domainName: domain });
    const answer = yield* session.run(command, { signal });
    if (answer.outcome !== "done") return ok({ told: false });
    const told = answer.lines.some((line) => line === `Site ${domain} has been deleted.`);
    if (told || answer.lines.length === 0) return ok({ told });
    const excerpt = answer.lines.join(" / ").slice(0, 300);
    return err(protocolViolation(session.name, command.name, { state: "unknown", excerpt }));
  });
}

/** Keeps a copy of the user's home, without logs. Answers the path of the archive on the server. */
export function backUpSite(
  { session, clock, backupFolder }: SiteWork,
  { domain, user }: Pick<PanelSite, "domain" | "user">,
  { signal }: CallOptions,
): ResultAsync<{ readonly backup: string }, PanelError> {
  return flow(async function* () {
    yield* checkPanelField("siteUser", user);
    const words = ["backup", user, archiveName(domain, clock.now()), backupFolder] as const;
    const report = yield* session.ask(words, { signal, changes: true });
    const backup = report.text("backup");
    if (backup !== undefined) return ok({ backup });
    return err(
      panelFailed(session.name, "backup", "command-failed", { state: "unchanged", excerpt: "no archive was made" }),
    );
  });
}

/** Takes away what a broken off creation has left, after keeping a copy of what is in it. Looks again before, under the lock. */
export function repairSite(
  work: SiteWork,
  site: PanelSite,
  { signal }: CallOptions,
): ResultAsync<void, PanelSiteError> {
  const { session, clock, backupFolder } = work;
  return flow(async function* () {
    yield* checkPanelSite(site);
    const observed = judgeSite(site, yield* lookAtSite(session, site, { signal }));
    if (observed.status !== "orphan") return ok(undefined);
    if (observed.pieces.some(({ repairable }) => !repairable))
      return err(orphaned(session.name, site, observed.pieces));
    if (observed.pieces.some(({ where }) => where === "CloudPanel's database")) {
      return deleteSite(work, site.domain, { signal }).map(() => undefined);
    }
    const { domain, user } = site;
    const rows = `SELECT 'row' FROM site WHERE domain_name = ${sqlText(domain)} OR user = ${sqlText(user)}`;
    const words = ["repair", domain, user, rows, backupFolder, archiveName(domain, clock.now())] as const;
    const report = yield* session.ask(words, { signal, changes: true });
    const refused = report.one("refused");
    if (refused === undefined) return ok(undefined);
    // Somebody has made it a site in between, or it is no account of a site.
    return err(
      panelFailed(session.name, "repair", "command-failed", {
        state: "unchanged",
        excerpt: `${refused} changed meanwhile`,
      }),
    );
  });
}

/** Pieces that are in the way. */
export function orphaned(
  panel: string,
  { domain }: Pick<PanelSite, "domain">,
  pieces: Extract<ResourceObservation, { readonly status: "orphan" }>["pieces"],
): HostingErrorOf<"RESOURCE_ORPHANED"> {
  const told = pieces.map(({ piece, where, repair }) => ({ piece, where, repair }));
  const message = `The site ${domain} at ${panel} is not there, and ${told.map(({ piece }) => piece).join(", ")} is in its way. ${told.map(({ repair }) => repair).join(" ")}`;
  return hostingError("RESOURCE_ORPHANED", message, { kind: "site", place: panel, key: domain, pieces: told });
}

/** What is there under that name is another site. */
export function conflicting(
  panel: string,
  { domain }: Pick<PanelSite, "domain">,
  differences: Extract<ResourceObservation, { readonly status: "different" }>["differences"],
): HostingErrorOf<"RESOURCE_CONFLICT"> {
  const told = differences.map(({ field, expected, actual }) => ({
    field,
    expected: String(expected),
    actual: String(actual ?? "absent"),
  }));
  return panelConflict(panel, "site", domain, told);
}

/** Whether a call may have begun something, so that only a look can tell. */
export function mayHaveActed(error: PanelSiteError): boolean {
  if (hasCode(error, "PANEL_REFUSED")) return error.details.problems.some(({ problem }) => problem === "exists");
  return "state" in error.details ? error.details.state !== "unchanged" : hasCode(error, "ABORTED");
}

function archiveName(domain: string, at: Date): string {
  return `${domain}-${at.toISOString().replace(/[:.]/g, "-")}.tar.gz`;
}

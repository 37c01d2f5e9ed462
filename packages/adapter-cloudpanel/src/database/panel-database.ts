import {
  type CallOptions,
  type Clock,
  err,
  flow,
  type HostingErrorOf,
  hasCode,
  hostingError,
  ok,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { panelCommand } from "../command/panel-command.ts";
import { checkPanelField } from "../command/panel-fields.ts";
import type { PanelAnswerError } from "../command/read-answer.ts";
import { sqlText } from "../host/panel-script.ts";
import type { PanelSession } from "../host/panel-session.ts";
import { type PanelError, type PanelProblem, panelConflict, panelFailed } from "../panel-errors.ts";

/** A database as it is wanted. */
export interface PanelDatabase {
  /** The site that it belongs to. */
  readonly domain: string;
  readonly name: string;
  readonly user: string;
}

/** A database in the panel's records. */
export interface PanelDatabaseRecord {
  readonly name: string;
  readonly domain: string;
  readonly users: readonly string[];
}

/** Errors of work on databases. */
export type PanelDatabaseError =
  | HostingErrorOf<"RESOURCE_CONFLICT">
  | HostingErrorOf<"RESOURCE_ORPHANED">
  | PanelAnswerError
  | PanelError;

/** What the work on databases needs. */
export interface DatabaseWork {
  readonly session: PanelSession;
  readonly clock: Clock;
  readonly backupFolder: string;
}

const select = `SELECT 'row', hex(d.name), hex(s.domain_name), hex(coalesce(u.user_name, '')) FROM database d
  JOIN site s ON s.id = d.site_id LEFT JOIN database_user u ON u.database_id = d.id`.replace(/\s+/g, " ");

/** Databases in the panel's records; all of them, or one. */
export function listDatabases(
  session: PanelSession,
  { name, signal }: CallOptions & { readonly name?: string | undefined },
): ResultAsync<readonly PanelDatabaseRecord[], PanelError> {
  const where = name === undefined ? "" : ` WHERE d.name = ${sqlText(name)}`;
  return session.ask(["rows", `${select}${where} ORDER BY d.name`], { signal }).map((report) => {
    const found = new Map<string, PanelDatabaseRecord>();
    for (const row of report.all("row")) {
      const [database = "", domain = "", user = ""] = row
        .split(" ")
        .map((word) => Buffer.from(word, "hex").toString("utf8"));
      const users = [...(found.get(database)?.users ?? []), ...(user === "" ? [] : [user])];
      found.set(database, { name: database, domain, users });
    }
    return [...found.values()];
  });
}

/**
 * Makes sure that a site has a database with a user. One of the same name is success only when it is this site's and has this user. The
 * password is in the arguments of `clpctl` while that runs, for CloudPanel takes it nowhere else; it is not set again for a database that is there, and
 * nobody can read it back.
 */
export function ensureDatabase(
  { session }: DatabaseWork,
  { domain, name, user }: PanelDatabase,
  { password, signal }: CallOptions & { readonly password: string },
): ResultAsync<{ readonly state: "changed" | "unchanged" }, PanelDatabaseError> {
  return flow(async function* () {
    const options = { domainName: domain, databaseName: name, databaseUserName: user, databaseUserPassword: password };
    const command = yield* panelCommand("db:add", options);
    const [before] = yield* listDatabases(session, { name, signal });
    if (before !== undefined) {
      const other = conflictOf(session.name, before, { domain, name, user });
      return other === undefined ? ok({ state: "unchanged" as const }) : err(other);
    }
    const added = await session.run(command, { signal });
    if (added.isErr() && (isCertain(added.error) || signal?.aborted === true)) return err(added.error);
    const [seen] = yield* listDatabases(session, { name, signal });
    const other = seen === undefined ? undefined : conflictOf(session.name, seen, { domain, name, user });
    if (other !== undefined) return err(other);
    if (seen !== undefined) return ok({ state: "changed" as const });
    if (added.isErr()) return err(isTaken(added.error) ? orphanedDatabase(session.name, name) : added.error);
    return err(
      panelFailed(session.name, command.name, "silent", {
        state: "unknown",
        excerpt: `${name} is not in the panel's records`,
      }),
    );
  });
}

/** Takes a database away, after an export of it into the backup folder unless told not to. One of another site is a conflict. */
export function removeDatabase(
  { session, clock, backupFolder }: DatabaseWork,
  { domain, name }: Pick<PanelDatabase, "domain" | "name">,
  { backUp = true, signal }: CallOptions & { readonly backUp?: boolean | undefined },
): ResultAsync<{ readonly state: "changed" | "unchanged"; readonly backup: string | null }, PanelDatabaseError> {
  return flow(async function* () {
    yield* checkPanelField("databaseName", name);
    const [before] = yield* listDatabases(session, { name, signal });
    if (before === undefined) return ok({ state: "unchanged" as const, backup: null });
    if (before.domain !== domain) return err(conflictWith(session.name, name, domain, before.domain));
    const backup = backUp ? `${backupFolder}/${name}-${clock.now().toISOString().replace(/[:.]/g, "-")}.sql.gz` : null;
    if (backup !== null) yield* exportDatabase(session, { name, file: backup }, { signal });
    const command = yield* panelCommand("db:delete", { databaseName: name });
    const deleted = await session.run(command, { signal });
    if (deleted.isErr() && signal?.aborted === true) return err(deleted.error);
    const [left] = yield* listDatabases(session, { name, signal });
    if (left === undefined) return ok({ state: "changed" as const, backup });
    if (deleted.isErr()) return err(deleted.error);
    return err(
      panelFailed(session.name, command.name, "silent", { state: "unknown", excerpt: `${name} is still there` }),
    );
  });
}

/** Writes a database to a file of the server, plain (`.sql`) or packed (`.sql.gz`). */
export function exportDatabase(
  session: PanelSession,
  { name, file }: { readonly name: string; readonly file: string },
  { signal }: CallOptions,
): ResultAsync<void, PanelAnswerError | PanelError> {
  return flow(async function* () {
    const command = yield* panelCommand("db:export", { databaseName: name, file });
    yield* session.ask(["folder", file.slice(0, file.lastIndexOf("/")) || "/"], { signal, changes: true });
    yield* session.run(command, { signal });
    return ok(undefined);
  });
}

/** Reads a file of the server into a database. What is in it stays, unless the file takes it away. */
export function importDatabase(
  session: PanelSession,
  { name, file }: { readonly name: string; readonly file: string },
  { signal }: CallOptions,
): ResultAsync<void, PanelAnswerError | PanelError> {
  return flow(async function* () {
    const command = yield* panelCommand("db:import", { databaseName: name, file });
    yield* session.run(command, { signal });
    return ok(undefined);
  });
}

function isCertain(error: PanelAnswerError | PanelError): boolean {
  if (hasCode(error, "PANEL_REFUSED")) return error.details.problems.every(({ problem }) => problem !== "exists");
  return "state" in error.details && error.details.state === "unchanged";
}

/** The name is taken although no record of the panel has it. */
function isTaken(error: PanelAnswerError | PanelError): boolean {
  const isName = ({ field, problem }: PanelProblem): boolean => field === "databaseName" && problem === "exists";
  return hasCode(error, "PANEL_REFUSED") && error.details.problems.some(isName);
}

function orphanedDatabase(panel: string, name: string): HostingErrorOf<"RESOURCE_ORPHANED"> {
  const repair = `Look into it, and if nobody needs it take it away on the database server: DROP DATABASE \`${name}\`.`;
  const pieces = [{ piece: `database ${name}`, where: "the database server", repair }];
  const message = `The database ${name} is on the database server of ${panel} and not in the panel's records. ${repair}`;
  return hostingError("RESOURCE_ORPHANED", message, { kind: "database", place: panel, key: name, pieces });
}

function conflictOf(
  panel: string,
  seen: PanelDatabaseRecord,
  { domain, name, user }: PanelDatabase,
): HostingErrorOf<"RESOURCE_CONFLICT"> | undefined {
  if (seen.domain !== domain) return conflictWith(panel, name, domain, seen.domain);
  if (seen.users.includes(user)) return undefined;
  const actual = seen.users.length === 0 ? "absent" : seen.users.join(", ");
  return panelConflict(panel, "database", name, [{ field: "user", expected: user, actual }]);
}

function conflictWith(
  panel: string,
  name: string,
  expected: string,
  actual: string,
): HostingErrorOf<"RESOURCE_CONFLICT"> {
  return panelConflict(panel, "database", name, [{ field: "site", expected, actual }]);
}

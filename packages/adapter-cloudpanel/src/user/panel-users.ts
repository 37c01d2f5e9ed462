import { type CallOptions, err, flow, ok, type ResultAsync } from "@hostelry/core/adapter";
import { panelCommand } from "../command/panel-command.ts";
import type { PanelAnswerError } from "../command/read-answer.ts";
import type { PanelSession } from "../host/panel-session.ts";
import { type PanelError, panelFailed } from "../panel-errors.ts";
import { tableColumn } from "../template/vhost-templates.ts";

/** Somebody who signs in to the panel in a browser. */
export interface PanelUser {
  readonly userName: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Default `user`, who sees only `sites`. CloudPanel's own default is `admin`. */
  readonly role?: "admin" | "site-manager" | "user" | undefined;
  /** Domains that a user sees. */
  readonly sites?: readonly string[] | undefined;
  readonly timezone?: string | undefined;
}

/** Names of those who can sign in to the panel. Needs CloudPanel 2.3. */
export function listUsers(
  session: PanelSession,
  { signal }: CallOptions,
): ResultAsync<readonly string[], PanelAnswerError | PanelError> {
  return flow(async function* () {
    const answer = yield* session.run(yield* panelCommand("user:list", {}), { signal });
    return ok(answer.outcome === "done" ? tableColumn(answer.lines) : []);
  });
}

/** Makes sure that there is a user of this name. Of one who is there nothing but the name can be seen, so nothing else of them is compared or changed. */
export function ensureUser(
  session: PanelSession,
  user: PanelUser,
  { password, signal }: CallOptions & { readonly password: string },
): ResultAsync<{ readonly state: "changed" | "unchanged" }, PanelAnswerError | PanelError> {
  const { userName, email, firstName, lastName, role = "user", sites = [], timezone } = user;
  return flow(async function* () {
    const command = yield* panelCommand("user:add", {
      userName,
      email,
      firstName,
      lastName,
      password,
      role,
      sites: sites.length === 0 ? undefined : sites.join(","),
      timezone,
    });
    if ((yield* listUsers(session, { signal })).includes(userName)) return ok({ state: "unchanged" as const });
    const added = await session.run(command, { signal });
    if (added.isOk()) return ok({ state: "changed" as const });
    if (signal?.aborted === true) return err(added.error);
    return (yield* listUsers(session, { signal })).includes(userName)
      ? ok({ state: "changed" as const })
      : err(added.error);
  });
}

/** Takes a user away. One who is not there is success. */
export function removeUser(
  session: PanelSession,
  userName: string,
  { signal }: CallOptions,
): ResultAsync<{ readonly state: "changed" | "unchanged" }, PanelAnswerError | PanelError> {
  return flow(async function* () {
    const command = yield* panelCommand("user:delete", { userName });
    if (!(yield* listUsers(session, { signal })).includes(userName)) return ok({ state: "unchanged" as const });
    const removed = await session.run(command, { signal });
    if (removed.isErr() && signal?.aborted === true) return err(removed.error);
    if (!(yield* listUsers(session, { signal })).includes(userName)) return ok({ state: "changed" as const });
    if (removed.isErr()) return err(removed.error);
    return err(
      panelFailed(session.name, command.name, "silent", { state: "unknown", excerpt: `${userName} is still there` }),
    );
  });
}

/** Sets a user's password for the panel. */
export function setUserPassword(
  session: PanelSession,
  { userName, password }: { readonly userName: string; readonly password: string },
  { signal }: CallOptions,
): ResultAsync<void, PanelAnswerError | PanelError> {
  return flow(async function* () {
    yield* session.run(yield* panelCommand("user:reset:password", { userName, password }), { signal });
    return ok(undefined);
  });
}

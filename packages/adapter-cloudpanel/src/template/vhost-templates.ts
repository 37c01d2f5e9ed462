import {
  type CallOptions,
  err,
  flow,
  type HostingErrorOf,
  hasCode,
  ok,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { panelCommand } from "../command/panel-command.ts";
import { checkPanelField } from "../command/panel-fields.ts";
import type { PanelAnswerError } from "../command/read-answer.ts";
import type { PanelSession } from "../host/panel-session.ts";
import { type PanelError, panelConflict, panelFailed } from "../panel-errors.ts";

/** Errors of work on templates. */
export type VhostTemplateError = HostingErrorOf<"RESOURCE_CONFLICT"> | PanelAnswerError | PanelError;

/** Names of the templates that the server has. */
export function listVhostTemplates(
  session: PanelSession,
  { signal }: CallOptions,
): ResultAsync<readonly string[], PanelAnswerError | PanelError> {
  return flow(async function* () {
    const answer = yield* session.run(yield* panelCommand("vhost-templates:list", {}), { signal });
    return ok(answer.outcome === "done" ? tableColumn(answer.lines) : []);
  });
}

/**
 * Makes sure that the server has a template with this text. Another text under that name is a conflict, unless it may be replaced; sites that were
 * made from the old one keep what they have. Nothing changes for a site until it is made from the template.
 */
export function ensureVhostTemplate(
  session: PanelSession,
  { name, text }: { readonly name: string; readonly text: string },
  { replace = false, signal }: CallOptions & { readonly replace?: boolean | undefined },
): ResultAsync<{ readonly state: "changed" | "unchanged" }, VhostTemplateError> {
  const view = (): ResultAsync<string | undefined, PanelAnswerError | PanelError> =>
    flow(async function* () {
      const names = yield* listVhostTemplates(session, { signal });
      if (!names.includes(name)) return ok(undefined);
      const answer = yield* session.run(yield* panelCommand("vhost-template:view", { name }), { signal });
      return ok(answer.outcome === "done" ? answer.lines.join("\n") : "");
    });
  return flow(async function* () {
    const wanted = withoutMargins(text);
    const command = yield* panelCommand("vhost-template:add", { name }, { file: text });
    const before = yield* view();
    if (before === wanted) return ok({ state: "unchanged" as const });
    if (before !== undefined) {
      if (!replace)
        return err(
          panelConflict(session.name, "vhost template", name, [
            { field: "text", expected: "this one", actual: "another one" },
          ]),
        );
      yield* removeVhostTemplate(session, name, { signal });
    }
    const added = await session.run(command, { signal });
    if (added.isErr() && signal?.aborted === true) return err(added.error);
    if ((yield* view()) === wanted) return ok({ state: "changed" as const });
    if (added.isErr()) return err(added.error);
    return err(
      panelFailed(session.name, command.name, "silent", { state: "unknown", excerpt: `${name} has another text` }),
    );
  });
}

/** Takes a template away. One that is not there is success. */
export function removeVhostTemplate(
  session: PanelSession,
  name: string,
  { signal }: CallOptions,
): ResultAsync<{ readonly state: "changed" | "unchanged" }, PanelAnswerError | PanelError> {
  return flow(async function* () {
    yield* checkPanelField("name", name);
    const names = yield* listVhostTemplates(session, { signal });
    if (!names.includes(name)) return ok({ state: "unchanged" as const });
    const removed = await session.run(yield* panelCommand("vhost-template:delete", { name }), { signal });
    if (removed.isErr() && !hasCode(removed.error, "PANEL_REFUSED")) return err(removed.error);
    return ok({ state: "changed" as const });
  });
}

/** The one column of a table as Symfony draws it, without its head. */
export function tableColumn(lines: readonly string[]): readonly string[] {
  const cells = lines.flatMap((line) => /^\|\s*(.*?)\s*(?:\|.*)?\|$/.exec(line)?.[1] ?? []);
  return cells.slice(1).filter((cell) => cell !== "");
}

/** As the panel shows it to us: without margins and empty lines, which mean nothing to nginx. */
function withoutMargins(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
}

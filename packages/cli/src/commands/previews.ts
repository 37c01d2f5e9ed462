import { hasCode, type Preview, type PreviewId, unwrap } from "@hostelry/core";
import { type Command, type CommandContext, stateOptions } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { nodesOption } from "../nodes/nodes-option.ts";
import { everyItem } from "../state/every-item.ts";
import { findSite } from "../state/find-site.ts";
import { type OpenState, withHosting } from "../state/with-hosting.ts";
import { count, formatDate } from "../terminal/format.ts";
import { table } from "../terminal/table.ts";

/** Lists previews, ends one, or takes away what is over. */
export const previews: Command = {
  name: "previews",
  summary: "list a site's previews, end one, or sweep those that are over",
  usage: ["list --site SITE", "revoke PREVIEW-ID", "sweep"],
  options: {
    ...stateOptions,
    ...nodesOption,
    site: { type: "string", value: "SITE", help: "the site, by name or id" },
  },
  details: [
    "A preview that is over opens for nobody, swept or not; a sweep takes its files from where they are served.",
  ],
  async run(context) {
    const [what = "list", ...rest] = context.args.positionals;
    if (what === "list") {
      const meant = requiredText(context.args, "site");
      return withHosting(context, (state) => list(context, state, meant));
    }
    if (what === "revoke") {
      const [id] = rest;
      if (id === undefined || rest.length > 1) throw new UsageError("Say which preview, by its id.");
      return withHosting(context, (state) => revoke(context, state, id as PreviewId));
    }
    if (what === "sweep") return withHosting(context, (state) => sweep(context, state));
    throw new UsageError(`"${what}" is not one of list, revoke, sweep.`);
  },
};

async function list({ output, signal }: CommandContext, { hosting }: OpenState, meant: string): Promise<ExitCode> {
  const site = await findSite(hosting, meant, signal);
  const now = new Date();
  const rows: string[][] = [];
  for await (const preview of everyItem((after) => hosting.previews.list(site.id, { after, signal }))) {
    const { id, revisionId, createdAt, expiresAt } = preview;
    const state = stateOf(preview, now);
    if (output.json) output.result({ id, revisionId, createdAt, expiresAt, state }, "");
    else rows.push([id, state, formatDate(expiresAt)]);
  }
  if (!output.json && rows.length === 0) output.note(`${site.name} has no previews.`);
  else if (!output.json) output.result({}, table([["PREVIEW", "STATE", "UNTIL"], ...rows]));
  return 0;
}

async function revoke({ output }: CommandContext, { hosting, acting }: OpenState, id: PreviewId): Promise<ExitCode> {
  const { revokedAt } = await unwrap(hosting.previews.revoke(id, acting));
  output.result({ preview: { id, revokedAt } }, `${output.paint.good("✓")} ${id} is closed`);
  return 0;
}

async function sweep({ output }: CommandContext, { hosting, acting }: OpenState): Promise<ExitCode> {
  const { closed, failed } = await unwrap(hosting.previews.sweep(acting));
  const problems = failed.map(({ previewId, error }) => ({ id: previewId, error: error.toJSON() }));
  output.result(
    { closed, failed: problems },
    `${output.paint.good("✓")} ${count(closed.length, "preview")} taken away`,
  );
  for (const { error } of failed) output.failure(error);
  return failed.some(({ error }) => !hasCode(error, "ABORTED")) ? 1 : 0;
}

function stateOf({ revokedAt, expiresAt, usedAt }: Preview, now: Date): string {
  if (revokedAt !== undefined) return "revoked";
  if (expiresAt <= now) return "expired";
  return usedAt === undefined ? "open" : "used";
}

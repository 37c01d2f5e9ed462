import { type Hosting, type Preview, type Revision, type RevisionId, type Site, unwrap } from "@hostelry/core";
import { type Command, type CommandContext, stateOptions } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { nodesOption } from "../nodes/nodes-option.ts";
import { statusObject, statusText } from "../report/status-report.ts";
import { everyItem } from "../state/every-item.ts";
import { findSite } from "../state/find-site.ts";
import { withHosting } from "../state/with-hosting.ts";

/** Compares the record with what is served. */
export const status: Command = {
  name: "status",
  summary: "show what is live, what is served, and whether they agree",
  usage: ["[--site SITE]"],
  options: {
    ...stateOptions,
    ...nodesOption,
    site: { type: "string", value: "SITE", help: "one site, by name or id (default: all)" },
  },
  details: ["Changes nothing. A publication that was interrupted is shown; the next publish puts it right."],
  async run(context) {
    const { args, output, signal } = context;
    if (args.positionals.length > 0) throw new UsageError("status takes options only; name a site with --site.");
    return withHosting(context, async ({ hosting }) => {
      const meant = args.text("site");
      const chosen = meant === undefined ? allSites(hosting, signal) : [await findSite(hosting, meant, signal)];
      let shown = 0;
      for await (const site of chosen) {
        await show(context, hosting, site);
        shown += 1;
      }
      if (shown === 0) output.note("There are no sites yet. Make one with: hostelry sites create NAME");
      return 0;
    });
  },
};

function allSites(hosting: Hosting, signal: AbortSignal): AsyncIterable<Site> {
  return everyItem((after) => hosting.sites.list({ after, signal }));
}

async function show({ output, signal }: CommandContext, hosting: Hosting, site: Site): Promise<void> {
  const found = await unwrap(hosting.sites.status(site.id, { signal }));
  const revisions = new Map<RevisionId, Revision>();
  for (const { revisionId } of [...found.slots, ...found.unfinished]) {
    if (!revisions.has(revisionId))
      revisions.set(revisionId, await unwrap(hosting.revisions.get(revisionId, { signal })));
  }
  const previews: Preview[] = [];
  for await (const preview of everyItem((after) => hosting.previews.list(site.id, { after, signal }))) {
    if (preview.closedAt === undefined) previews.push(preview);
  }
  const account = { status: found, revisions, previews };
  output.result(statusObject(account), statusText(account, output.paint));
}

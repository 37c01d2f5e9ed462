import type { Revision } from "@hostelry/core";
import { type Command, stateOptions } from "../command-line/command.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { everyItem } from "../state/every-item.ts";
import { findSite } from "../state/find-site.ts";
import { withRecords } from "../state/with-hosting.ts";
import { count, formatBytes, formatDate } from "../terminal/format.ts";
import { table } from "../terminal/table.ts";

/** Lists what a site has in store: what can be published, previewed or returned to. */
export const revisions: Command = {
  name: "revisions",
  summary: "list a site's revisions, newest first",
  usage: ["--site SITE"],
  options: { ...stateOptions, site: { type: "string", value: "SITE", help: "the site, by name or id" } },
  async run(context) {
    const { args, output, signal } = context;
    const meant = requiredText(args, "site");
    return withRecords(context, async ({ hosting }) => {
      const site = await findSite(hosting, meant, signal);
      const rows: string[][] = [];
      for await (const revision of everyItem((after) => hosting.revisions.list(site.id, { after, signal }))) {
        if (output.json) output.result(revisionObject(revision), "");
        else rows.push(revisionRow(revision));
      }
      if (!output.json && rows.length === 0) output.note(`${site.name} has no revisions yet.`);
      else if (!output.json) output.result({}, table([["REVISION", "STATE", "CREATED", "CONTENT"], ...rows]));
      return 0;
    });
  },
};

function revisionObject({ id, number, state, createdAt, archive, manifestDigest, report }: Revision): object {
  return { id, number, state, createdAt, archive, manifestDigest: manifestDigest ?? null, ok: report?.ok ?? null };
}

function revisionRow({ number, state, createdAt, report }: Revision): string[] {
  return [`r${number}`, state, formatDate(createdAt), contentOf(report)];
}

function contentOf(report: Revision["report"]): string {
  if (report === undefined) return "not validated";
  if (!report.ok) return `rejected: ${report.findings[0]?.code ?? "unknown"}`;
  return `${count(report.stats.files, "file")}, ${formatBytes(report.stats.bytes)}`;
}

import { type Site, unwrap } from "@hostelry/core";
import { type Command, type CommandContext, stateOptions } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { everyItem } from "../state/every-item.ts";
import { type OpenState, withRecords } from "../state/with-hosting.ts";
import { formatDate } from "../terminal/format.ts";
import { table } from "../terminal/table.ts";

/** Creates and lists sites. */
export const sites: Command = {
  name: "sites",
  summary: "list the sites, or create one",
  usage: ["[list]", "create NAME"],
  options: stateOptions,
  run(context) {
    const [verb = "list", name, ...rest] = context.args.positionals;
    if (verb === "list" && name === undefined) return withRecords(context, (state) => list(context, state));
    if (verb === "create" && name !== undefined && rest.length === 0) {
      return withRecords(context, (state) => create(context, state, name));
    }
    throw new UsageError('Say "hostelry sites", or "hostelry sites create NAME".');
  },
};

async function create({ output }: CommandContext, { hosting, acting }: OpenState, name: string): Promise<ExitCode> {
  const site = await unwrap(hosting.sites.create({ name }, acting));
  output.result(siteObject(site), `${output.paint.good("✓")} ${site.name} ${output.paint.soft(site.id)}`);
  return 0;
}

async function list({ output, signal }: CommandContext, { hosting }: OpenState): Promise<ExitCode> {
  const rows: string[][] = [];
  for await (const site of everyItem((after) => hosting.sites.list({ after, signal }))) {
    if (output.json) output.result(siteObject(site), "");
    else rows.push([site.name, site.id, site.state, formatDate(site.createdAt)]);
  }
  if (output.json) return 0;
  if (rows.length === 0) output.note("There are no sites yet. Make one with: hostelry sites create NAME");
  else output.result({}, table([["NAME", "ID", "STATE", "CREATED"], ...rows]));
  return 0;
}

function siteObject({ id, name, state, createdAt }: Site): object {
  return { id, name, state, createdAt };
}

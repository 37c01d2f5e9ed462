import { type Site, unwrap } from "@hostelry/core";
import { type Command, type CommandContext, stateOptions } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { nodesOption } from "../nodes/nodes-option.ts";
import { frozenText } from "../report/status-report.ts";
import { findSite } from "../state/find-site.ts";
import { type OpenState, withHosting } from "../state/with-hosting.ts";

const siteOption = { site: { type: "string", value: "SITE", help: "the site, by name or id" } } as const;

/** Forbids publishing to a site. */
export const freeze: Command = {
  name: "freeze",
  summary: "refuse publish and rollback of a site until it is unfrozen",
  usage: ["--site SITE --reason TEXT"],
  options: {
    ...stateOptions,
    ...nodesOption,
    ...siteOption,
    reason: { type: "string", value: "TEXT", help: "why, for those it stops" },
  },
  details: [
    "What is published stays and is served. A publication that is running is waited for. A site that is frozen already keeps its first reason.",
  ],
  run(context) {
    const reason = requiredText(context.args, "reason");
    return onSite(context, ({ hosting, acting }, { id }) => unwrap(hosting.sites.freeze(id, { reason }, acting)));
  },
};

/** Allows publishing to a site again. */
export const unfreeze: Command = {
  name: "unfreeze",
  summary: "allow publish and rollback of a frozen site again",
  usage: ["--site SITE"],
  options: { ...stateOptions, ...nodesOption, ...siteOption },
  run(context) {
    return onSite(context, ({ hosting, acting }, { id }) => unwrap(hosting.sites.unfreeze(id, acting)));
  },
};

async function onSite(
  context: CommandContext,
  act: (state: OpenState, site: Site) => Promise<Site>,
): Promise<ExitCode> {
  const { args, output, signal } = context;
  const meant = requiredText(args, "site");
  if (args.positionals.length > 0)
    throw new UsageError(`"${args.positionals[0]}" is too much; name the site with --site.`);
  return withHosting(context, async (state) => {
    const { id, name, frozen } = await act(state, await findSite(state.hosting, meant, signal));
    const object = { site: { id, name }, frozen: frozen ?? null };
    const says = frozen === undefined ? "can be published to" : `is frozen ${frozenText(frozen)}`;
    output.result(object, `${output.paint.good("✓")} ${name} ${says}`);
    return 0;
  });
}

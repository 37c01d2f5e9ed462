import { type Revision, type RevisionId, type Site, unwrap } from "@hostelry/core";
import { type Command, type CommandContext, stateOptions } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { policyOf, policyOption } from "../command-line/fleet-policy.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { precompressOf, precompressOption } from "../command-line/precompress.ts";
import { nodeOption, nodesOption } from "../nodes/nodes-option.ts";
import { fleetFacts } from "../report/fleet-facts.ts";
import { planText } from "../report/plan-text.ts";
import { publishObject, publishText } from "../report/publish-text.ts";
import { reportRejection } from "../report/rejected.ts";
import { findRevision } from "../state/find-revision.ts";
import { findSite, lookForSite } from "../state/find-site.ts";
import { checkContentArguments, contentOptions, takeRevision } from "../state/take-revision.ts";
import { type OpenState, withHosting } from "../state/with-hosting.ts";

/** Makes content live. */
export const publish: Command = {
  name: "publish",
  summary: "check an archive and make it the live site, at once or not at all",
  usage: [
    "ARCHIVE --site SITE [--create] [--expect-current REV] [--policy POLICY] [--force] [--plan]",
    "--revision rN --site SITE [...]",
    "ARCHIVE --site SITE --nodes FILE [--node NAME]... [--policy POLICY]",
  ],
  options: {
    ...stateOptions,
    ...nodesOption,
    ...nodeOption,
    ...contentOptions,
    create: { type: "boolean", help: "make the site if there is none of that name" },
    "expect-current": { type: "string", value: "rN|ID|none", help: "refuse if something else is live" },
    force: {
      type: "boolean",
      help: "lay it out anew although it is live: for files that were damaged where they are served",
    },
    ...policyOption,
    ...precompressOption,
    plan: { type: "boolean", help: "show what would change and be sent; publish nothing (an archive is uploaded)" },
  },
  details: [
    "The same content again changes nothing. If an earlier run was killed, this one first puts right what it left.",
    "On nodes, all of them flip together, or as many as --policy asks. With --node the others stay as they are, until: hostelry reconcile.",
  ],
  async run(context) {
    const meant = requiredText(context.args, "site");
    policyOf(context.args);
    precompressOf(context.args);
    await checkContentArguments(context);
    return withHosting(context, async (state) => {
      const site = await siteOf(context, state, meant);
      const { revision, report } = await takeRevision(context, state, site);
      const [archive] = context.args.positionals;
      if (archive !== undefined && report?.ok === false) {
        reportRejection(context.output, { site, revision, archive, report });
        return 1;
      }
      return context.args.flag("plan") ? plan(context, state, site, revision) : go(context, state, site, revision);
    });
  },
};

async function siteOf({ args, signal }: CommandContext, { hosting, acting }: OpenState, meant: string): Promise<Site> {
  if (!args.flag("create")) return findSite(hosting, meant, signal);
  const found = await lookForSite(hosting, meant, signal);
  return found ?? unwrap(hosting.sites.create({ name: meant }, acting));
}

async function go(context: CommandContext, state: OpenState, site: Site, revision: Revision): Promise<ExitCode> {
  const { output } = context;
  const { hosting, acting } = state;
  const expectCurrent = await expected(context, state, site);
  const force = context.args.flag("force");
  const policy = policyOf(context.args);
  const options = { ...acting, siteId: site.id, expectCurrent, force, policy, onProgress: output.progress };
  const outcome = await unwrap(hosting.publish(revision.id, options));
  const fleet = fleetFacts(state);
  const object = publishObject(site, revision, outcome, fleet);
  output.result(object, publishText(site, revision, outcome, output.paint, fleet));
  return 0;
}

async function plan(context: CommandContext, state: OpenState, site: Site, revision: Revision): Promise<ExitCode> {
  const { output, signal } = context;
  const made = await unwrap(state.hosting.plan(revision.id, { signal }));
  output.result({ ...made, outcome: `would-${made.outcome}` }, planText(site, revision, made, output.paint));
  return 0;
}

async function expected(
  { args, signal }: CommandContext,
  { hosting }: OpenState,
  site: Site,
): Promise<RevisionId | null | undefined> {
  const meant = args.text("expect-current");
  if (meant === undefined) return undefined;
  return meant === "none" ? null : (await findRevision(hosting, site, meant, signal)).id;
}

import { unwrap } from "@hostelry/core";
import { type Command, stateOptions } from "../command-line/command.ts";
import { policyOf, policyOption } from "../command-line/fleet-policy.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { nodeOption, nodesOption } from "../nodes/nodes-option.ts";
import { fleetFacts } from "../report/fleet-facts.ts";
import { publishObject, publishText } from "../report/publish-text.ts";
import { findRevision } from "../state/find-revision.ts";
import { findSite } from "../state/find-site.ts";
import { withHosting } from "../state/with-hosting.ts";

/** Publishes what was live before. */
export const rollback: Command = {
  name: "rollback",
  summary: "make live again what was live before",
  usage: ["--site SITE [--to rN] [--policy POLICY]"],
  options: {
    ...stateOptions,
    ...nodesOption,
    ...nodeOption,
    site: { type: "string", value: "SITE", help: "the site, by name or id" },
    to: { type: "string", value: "rN|ID", help: "the revision to return to (default: the one before)" },
    ...policyOption,
  },
  async run(context) {
    const { args, output, signal } = context;
    const meant = requiredText(args, "site");
    if (args.positionals.length > 0) throw new UsageError("rollback takes no archive; name a revision with --to.");
    const policy = policyOf(args);
    return withHosting(context, async (state) => {
      const { hosting, acting } = state;
      const site = await findSite(hosting, meant, signal);
      const wanted = args.text("to");
      const to = wanted === undefined ? undefined : (await findRevision(hosting, site, wanted, signal)).id;
      const outcome = await unwrap(hosting.rollback(site.id, { ...acting, to, policy, onProgress: output.progress }));
      const revision = await unwrap(hosting.revisions.get(outcome.publication.revisionId, { signal }));
      const fleet = fleetFacts(state);
      const object = publishObject(site, revision, outcome, fleet);
      output.result(object, publishText(site, revision, outcome, output.paint, fleet));
      return 0;
    });
  },
};

import { unwrap } from "@hostelry/core";
import { type Command, stateOptions } from "../command-line/command.ts";
import { policyOf, policyOption } from "../command-line/fleet-policy.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { nodesOption } from "../nodes/nodes-option.ts";
import { reconcileObject, reconcilePlanObject, reconcilePlanText, reconcileText } from "../report/reconcile-report.ts";
import { findSite } from "../state/find-site.ts";
import { withHosting } from "../state/with-hosting.ts";

/** Brings targets to what the record says. */
export const reconcile: Command = {
  name: "reconcile",
  summary: "bring every target to what the record says: one that was down, is new, or was changed by hand",
  usage: ["--site SITE [--targets NAME,NAME] [--policy POLICY] [--plan]"],
  options: {
    ...stateOptions,
    ...nodesOption,
    site: { type: "string", value: "SITE", help: "the site, by name or id" },
    targets: { type: "string", value: "NAMES", help: "only these targets, separated by commas (default: all)" },
    ...policyOption,
    plan: { type: "boolean", help: "list what differs; change nothing" },
  },
  details: [
    "Publishes nothing, and works on a frozen site too. An interrupted publication is finished or undone first; --policy says how many targets have to answer for that.",
    "Ends with 1 when a target is not, or with --plan would not be, as the record says.",
  ],
  async run(context) {
    const { args, output, signal } = context;
    const meant = requiredText(args, "site");
    if (args.positionals.length > 0) throw new UsageError("reconcile takes no archive; it publishes nothing.");
    const policy = policyOf(args);
    const targets = args.text("targets")?.split(",");
    return withHosting(context, async ({ hosting, acting }) => {
      const site = await findSite(hosting, meant, signal);
      if (args.flag("plan")) {
        const plan = await unwrap(hosting.planReconcile(site.id, { targets, signal }));
        output.result(reconcilePlanObject(site, plan), reconcilePlanText(site, plan, output.paint));
        return plan.inSync ? 0 : 1;
      }
      const options = { ...acting, targets, policy, onProgress: output.progress };
      const done = await unwrap(hosting.reconcile(site.id, options));
      output.result(reconcileObject(site, done), reconcileText(site, done, output.paint));
      return done.inSync ? 0 : 1;
    });
  },
};

import { type ServingState, servingStates, unwrap } from "@hostelry/core";
import { type Command, stateOptions } from "../command-line/command.ts";
import { onePositional, requiredText } from "../command-line/parse-arguments.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { nodesOption } from "../nodes/nodes-option.ts";
import { findSite } from "../state/find-site.ts";
import { withHosting } from "../state/with-hosting.ts";

const says: Readonly<Record<ServingState, string>> = {
  live: "is open: visitors see what is published",
  maintenance: "is in maintenance: visitors get a 503 page",
  suspended: "is suspended: visitors get a 503 page",
};

/** Sets what visitors get, whatever is published. */
export const state: Command = {
  name: "state",
  summary: "open a site, take it to maintenance, or suspend it",
  usage: ["live --site SITE", "maintenance --site SITE", "suspended --site SITE"],
  options: {
    ...stateOptions,
    ...nodesOption,
    site: { type: "string", value: "SITE", help: "the site, by name or id" },
  },
  details: ["What is published stays as it is, and publishing goes on underneath."],
  async run(context) {
    const { args, output, signal } = context;
    const word = onePositional(args, `one of ${servingStates.join(", ")}`);
    const wanted = servingStates.find((known) => known === word);
    if (wanted === undefined) throw new UsageError(`"${word}" is not one of ${servingStates.join(", ")}.`);
    const meant = requiredText(args, "site");
    return withHosting(context, async ({ hosting, acting }) => {
      const { id } = await findSite(hosting, meant, signal);
      const site = await unwrap(hosting.sites.setState(id, wanted, acting));
      const object = { site: { id: site.id, name: site.name }, state: site.state };
      output.result(object, `${output.paint.good("✓")} ${site.name} ${says[site.state]}`);
      return 0;
    });
  },
};

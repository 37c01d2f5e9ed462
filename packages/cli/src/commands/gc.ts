import { type RevisionId, unwrap } from "@hostelry/core";
import { type Command, stateOptions } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { garbageObject, garbageText } from "../report/garbage-text.ts";
import { withRecords } from "../state/with-hosting.ts";

/** Removes what nothing needs any more. */
export const gc: Command = {
  name: "gc",
  summary: "remove what nothing needs any more",
  usage: ["[--dry-run] [--accept-lost REVISION-ID,…]"],
  details: [
    "Removes files that belong to no revision, a day after they were last stored; archives that were refused, rejected or\nnever validated, after 30 days; records of previews closed 30 days ago; and expired idempotency keys.",
  ],
  options: {
    ...stateOptions,
    "dry-run": { type: "boolean", help: "say what would be removed, and remove nothing" },
    "accept-lost": {
      type: "string",
      value: "IDS",
      help: "revisions whose manifest is known to be lost, separated by commas",
    },
  },
  async run(context) {
    const { args, output, signal } = context;
    if (args.positionals.length > 0) throw new UsageError("gc takes no names; it looks at everything.");
    const acceptLost = (args.text("accept-lost") ?? "").split(",").filter((id) => id !== "") as RevisionId[];
    const dryRun = args.flag("dry-run");
    return withRecords(context, async ({ hosting }) => {
      const options = { acceptLost, signal, onProgress: output.progress };
      const garbage = dryRun
        ? await unwrap(hosting.garbage.plan(options))
        : await unwrap(hosting.garbage.collect(options));
      output.result(garbageObject(garbage, dryRun), garbageText(garbage, dryRun, output.paint));
      return garbage.blockedBy.length > 0 ? 1 : 0;
    });
  },
};

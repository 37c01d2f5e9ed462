import { type InspectError, type Inspection, inspectArchive, type Result } from "@hostelry/core";
import type { Command, CommandContext } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { inspectionObject } from "../report/inspection-object.ts";
import { inspectionText } from "../report/inspection-text.ts";

/** Judges archives without publishing anything, and without a state directory. */
export const inspect: Command = {
  name: "inspect",
  summary: "say whether archives can be published, and what is in them",
  usage: ["FILE... [--manifest]"],
  options: { manifest: { type: "boolean", help: "with --json: name every file with its size and SHA-256" } },
  details: ["Exit codes: 0 all accepted, 1 some rejected, 2 some could not be read."],
  async run(context) {
    const files = context.args.positionals;
    if (files.length === 0) throw new UsageError("Name at least one archive.");
    let worst: ExitCode = 0;
    for (const file of files) {
      const { signal, output } = context;
      const inspected = await inspectArchive(file, { signal, onProgress: output.progress });
      const code = report(context, file, inspected);
      if (code === 130) return code;
      if (code > worst) worst = code;
    }
    return worst;
  },
};

function report({ args, output }: CommandContext, file: string, inspected: Result<Inspection, InspectError>): ExitCode {
  if (inspected.isErr()) {
    const { error } = inspected;
    if (output.json) {
      const { code, message } = error;
      output.result({ file, ok: false, error: { code, message } }, "");
    } else output.failure(error);
    return error.code === "ABORTED" ? 130 : 2;
  }
  const { report: said, manifest } = inspected.value;
  const object = inspectionObject(file, said, args.flag("manifest") ? manifest : undefined);
  output.result(object, inspectionText(file, said, manifest, output.paint));
  return said.ok ? 0 : 1;
}

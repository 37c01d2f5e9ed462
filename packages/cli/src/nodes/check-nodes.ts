import type { NodeReport } from "@hostelry/adapter-ssh";
import { unwrap } from "@hostelry/core";
import type { CommandContext } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { nodeReportObject, nodeReportText } from "../report/node-report-text.ts";
import { requiredNodes } from "./nodes-option.ts";
import { type OpenNode, openNodes } from "./open-nodes.ts";

/** Looks whether nodes can be published to, all of them at once. */
export async function checkNodes(context: CommandContext): Promise<ExitCode> {
  const { args, env, output } = context;
  const meant = await requiredNodes(context);
  const fleet = await openNodes(meant.chosen, env);
  try {
    const looking = fleet.nodes.map((node) => check(node, context));
    const reports: NodeReport[] = [];
    for (const [index, node] of fleet.nodes.entries()) {
      const report = await looking[index];
      if (report === undefined) continue;
      reports.push(report);
      output.result(nodeReportObject(node.entry, report), nodeReportText(node.entry, report, output.paint));
    }
    const warned = reports.some(({ findings }) => findings.some(({ status }) => status === "warning"));
    const unusable = reports.some(({ usable }) => !usable);
    return unusable || (warned && args.flag("strict")) ? 1 : 0;
  } finally {
    await fleet.close();
  }
}

async function check({ entry, transport }: OpenNode, { signal }: CommandContext): Promise<NodeReport> {
  const { checkNode } = await import("@hostelry/adapter-ssh");
  const { kind, root, webServer } = entry;
  return unwrap(checkNode(transport, { kind, root, webServer, signal }));
}

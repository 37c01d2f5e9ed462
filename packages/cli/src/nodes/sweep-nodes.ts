import { hasCode, type Site, unwrap } from "@hostelry/core";
import type { CommandContext } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { sweepObject, sweepText } from "../report/sweep-text.ts";
import { everyItem } from "../state/every-item.ts";
import { type OpenState, withHosting } from "../state/with-hosting.ts";
import { requiredNodes } from "./nodes-option.ts";
import { hasFailed, type Sweep, type SweptSite } from "./sweep.ts";

/** Takes away what is over or left over, on record and on every node. */
export async function sweepNodes(context: CommandContext): Promise<ExitCode> {
  await requiredNodes(context);
  return withHosting(context, async (state) => {
    const { output, signal } = context;
    const { hosting } = state;
    const { closed, failed: notClosed } = await unwrap(hosting.previews.sweep({ signal, waitMs: 0 }));
    const nodes = await sweepEach(state, signal);
    const all: Site[] = [];
    for await (const site of everyItem((after) => hosting.sites.list({ after, signal }))) all.push(site);
    const sites: SweptSite[] = [];
    for (const site of all) {
      output.progress({ step: "sweep", done: sites.length, total: all.length, unit: "steps", target: site.name });
      sites.push(await tidy(state, site, signal));
    }
    const sweep: Sweep = { closed, notClosed, nodes, sites };
    output.result(sweepObject(sweep), sweepText(sweep, output.paint));
    return hasFailed(sweep) ? 1 : 0;
  });
}

async function sweepEach({ fleet }: OpenState, signal: AbortSignal): Promise<Sweep["nodes"]> {
  const sweeping = (fleet?.nodes ?? []).map(async ({ entry: { name: node }, sweep }) => {
    // An account without a shell has nobody who could look what time it is; its previews are closed by the record.
    if (sweep === undefined) return { node, expired: [] };
    return sweep({ signal }).match(
      ({ expired }) => ({ node, expired }),
      (error) => ({ node, expired: [], error }),
    );
  });
  return Promise.all(sweeping);
}

async function tidy({ hosting }: OpenState, site: Site, signal: AbortSignal): Promise<SweptSite> {
  return hosting.sites.tidy(site.id, { signal }).match(
    (tidied): SweptSite => ({ site, outcome: "tidied", tidied }),
    (error): SweptSite => {
      if (hasCode(error, "ABORTED")) throw error;
      return { site, outcome: hasCode(error, "LEASE_HELD") ? "busy" : "failed", error };
    },
  );
}

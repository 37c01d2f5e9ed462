import { type Site, unwrap } from "@hostelry/core";
import type { CommandContext } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { repairObject, repairText, verdictObject, verdictText } from "../report/verify-text.ts";
import { everyItem } from "../state/every-item.ts";
import { findSite } from "../state/find-site.ts";
import { type OpenState, withHosting } from "../state/with-hosting.ts";
import { requiredNodes } from "./nodes-option.ts";

/** Hashes what nodes serve, site by site, and repairs it if that is asked for. */
export async function verifyNodes(context: CommandContext): Promise<ExitCode> {
  const { args, output, signal } = context;
  const { chosen } = await requiredNodes(context);
  const targets = chosen.map(({ name }) => name);
  return withHosting(allNodes(context), async (state) => {
    const { hosting } = state;
    const meant = args.text("site");
    const sites: AsyncIterable<Site> | readonly Site[] =
      meant === undefined
        ? everyItem((after) => hosting.sites.list({ after, signal }))
        : [await findSite(hosting, meant, signal)];
    let [seen, wrong] = [0, 0];
    for await (const site of sites) {
      seen += 1;
      const intact = args.flag("repair")
        ? await repair(context, state, site, targets)
        : await verify(context, state, site, targets);
      if (!intact) wrong += 1;
    }
    if (seen === 0) output.note("There are no sites yet.");
    return wrong === 0 ? 0 : 1;
  });
}

/** A repair concerns all of a site's nodes, also when only some of them are looked at. */
function allNodes(context: CommandContext): CommandContext {
  const { args } = context;
  return { ...context, args: { ...args, texts: (name) => (name === "node" ? [] : args.texts(name)) } };
}

async function verify(
  { output, signal }: CommandContext,
  { hosting }: OpenState,
  site: Site,
  targets: readonly string[],
): Promise<boolean> {
  const verdict = await unwrap(hosting.verify(site.id, { targets, signal, onProgress: output.progress }));
  output.result(verdictObject(site, verdict), verdictText(site, verdict, output.paint));
  return verdict.intact;
}

async function repair(
  { output }: CommandContext,
  { hosting, acting }: OpenState,
  site: Site,
  targets: readonly string[],
): Promise<boolean> {
  const done = await unwrap(hosting.repair(site.id, { ...acting, targets, onProgress: output.progress }));
  output.result(repairObject(site, done), repairText(site, done, output.paint));
  return done.intact;
}

import process from "node:process";
import { type Hosting, type SiteId, unwrap } from "@hostelry/core";
import { crashAt } from "@hostelry/testing";
import type { Answer, Glance, Order, Strike } from "./publisher-messages.ts";
import { type OpenState, openState, type Ports } from "./state.ts";

// A publisher in a process of its own. It is loaded before it is needed, and opens the state when it is told to.
const directory = process.argv[2];
if (directory === undefined || process.send === undefined) throw new TypeError("This is started by the demo.");

let state: OpenState | undefined;
let strike: Strike | null = null;
let calls = 0;

/** Counts the calls to all three ports together, and ends this process at the chosen one, in the hardest way there is. */
function killer({ store, blobs, target }: Ports): Ports {
  const at = (when: Strike["when"]) => (): void => {
    if (when === "before") calls += 1;
    if (strike?.call === calls && strike.when === when) process.kill(process.pid, "SIGKILL");
  };
  const around = <P extends object>(port: P): P =>
    crashAt(crashAt(port, { when: "after" }, at("after")), { when: "before" }, at("before"));
  return { store: around(store), blobs: around(blobs), target: around(target) };
}

async function glance(hosting: Hosting, siteId: SiteId): Promise<Glance> {
  const { inSync, unfinished, targets } = await unwrap(hosting.sites.status(siteId));
  const leftovers = targets.reduce((sum, { observed }) => sum + (observed?.leftovers ?? 0), 0);
  return { inSync, unfinished: unfinished.map((publication) => publication.state), leftovers };
}

async function follow(order: Order, folder: string): Promise<Answer | undefined> {
  state ??= await openState(folder, killer);
  const { hosting } = state;
  switch (order.kind) {
    case "finish": {
      const found = await glance(hosting, order.siteId);
      calls = 0;
      const begun = performance.now();
      const { outcome } = await unwrap(hosting.publish(order.revisionId));
      const used = { calls, milliseconds: Math.round(performance.now() - begun) };
      return { kind: "finished", found, outcome, left: await glance(hosting, order.siteId), ...used };
    }
    case "begin":
      strike = order.strike;
      calls = 0;
      tell({ kind: "begun" });
      await unwrap(hosting.publish(order.revisionId));
      return { kind: "done" };
    case "end":
      await state.close();
      process.disconnect();
      return undefined;
  }
}

function tell(answer: Answer): void {
  process.send?.(answer);
}

process.on("message", (order: Order) => {
  void follow(order, directory).then((answer) => {
    if (answer !== undefined) tell(answer);
  });
});

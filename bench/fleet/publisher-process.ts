import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { chown } from "node:fs/promises";
import { join } from "node:path";
import { serialize } from "node:v8";
import { startSshNodes } from "../../test/servers/ssh-nodes.ts";
import type { Contender, Run } from "../harness/bench.ts";
import { bundledScript, root } from "../harness/bundled-script.ts";
import type { IntakenSite } from "../publish-ssh/our-site.ts";
import type { PublishOrder } from "./publish-once.ts";

/** A process that publishes once to one node, and nothing else: its memory is the publisher's. */
export function publisherProcess(site: IntakenSite, change: "cold" | "1 % changed", recordsFile: string): Contender {
  return {
    name: "hosting.publish",
    async prepare(): Promise<Run> {
      const nodes = await startSshNodes({ gnu: 1, web: false });
      const script = await bundledScript(join(import.meta.dirname, "publish-once.ts"), [
        join(root, "packages/adapter-ssh/src/edge/node/edge-node.sh"),
      ]);
      writeFileSync(recordsFile, serialize(site.records));
      const { host, sshPort: port, user, hostKey, outside, uid } = nodes.one("gnu");
      const target = join(outside, "process");
      mkdirSync(target);
      await chown(target, uid, uid);
      const { clientKeyFile } = nodes;
      const order: PublishOrder = {
        place: { host, port, user, hostKey, clientKeyFile, root: target },
        recordsFile,
        blobFolder: site.blobFolder,
        revision: site.first,
      };
      if (change !== "cold") await script.measure([JSON.stringify(order)]);
      const revision = change === "cold" ? site.first : site.changed;
      return {
        measure: () => script.measure([JSON.stringify({ ...order, revision } satisfies PublishOrder)]),
        end: async () => {
          await nodes.stop();
          script.remove();
          rmSync(recordsFile, { force: true });
        },
      };
    },
  };
}

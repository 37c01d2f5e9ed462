import { mkdirSync } from "node:fs";
import { chown } from "node:fs/promises";
import { join } from "node:path";
import type { Contender, Run } from "../harness/bench.ts";
import { type Command, measureProcess } from "../harness/measure-process.ts";
import type { BenchNode } from "./bench-node.ts";

/** Folders with the versions of a site, laid out as in a working copy. */
export interface SiteFolders {
  readonly first: string;
  readonly changed: string;
}

/** What is commonly done: copy what differs, link the rest; then make a link beside the old one and move it over. */
const script = `set -e
key=$1 port=$2 account=$3 site=$4 source=$5 release=$6 previous=$7 shell=$8
rsync -a --delete --link-dest="../$previous" -e "$shell" "$source/" "$account:$site/$release/"
$shell "$account" "ln -s $release $site/.next && mv -T $site/.next $site/current"`;

/** rsync and an atomic link over fresh connections of OpenSSH, each run into an empty folder of its own. */
export function rsyncPublish(node: BenchNode, folders: SiteFolders, change: "cold" | "1 % changed"): Contender {
  return {
    name: "rsync --link-dest + mv -T",
    async prepare(): Promise<Run> {
      const target = join(node.outside, `rsync-${node.nextNumber()}`);
      mkdirSync(join(target, "0"), { recursive: true });
      await chown(target, node.uid, node.uid);
      const publish = (source: string, release: string, previous: string): Command => {
        const { clientKeyFile, port, user, host } = node;
        // The port is the proxy's: the node's key is not known under it, and who answers is not what is measured.
        const unknown = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR";
        const shell = `ssh -i ${clientKeyFile} -p ${port} ${unknown} -o IdentitiesOnly=yes -o BatchMode=yes`;
        const account = `${user}@${host}`;
        return [
          "sh",
          "-c",
          script,
          "publish",
          clientKeyFile,
          String(port),
          account,
          target,
          source,
          release,
          previous,
          shell,
        ];
      };
      if (change !== "cold") await measureProcess(publish(folders.first, "1", "0"));
      await measureProcess(["sync"]);
      const command = change === "cold" ? publish(folders.first, "1", "0") : publish(folders.changed, "2", "1");
      return { measure: async () => (await measureProcess(command)).figures };
    },
  };
}

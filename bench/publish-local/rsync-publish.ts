import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Contender, Run } from "../harness/bench.ts";
import { type Command, measureProcess } from "../harness/measure-process.ts";

/** Folders with the versions of a site, laid out as in a working copy. */
export interface SiteFolders {
  /** Where destinations are made: on the same disk. */
  readonly folder: string;
  readonly first: string;
  readonly changed: string;
}

/** What is commonly done by hand: copy what differs, link the rest, make a link beside the old one, move it over. */
const script = `set -e
site=$1 source=$2 release=$3 previous=$4; shift 4
rsync -a "$@" --link-dest="$site/$previous" "$source/" "$site/$release/"
ln -s "$release" "$site/.next"
mv -T "$site/.next" "$site/current"`;

/** rsync and an atomic link, each run into an empty folder of its own. */
export function rsyncPublish(site: SiteFolders, change: "cold" | "1 % changed", flush: boolean): Contender {
  const options = flush ? ["--fsync"] : [];
  return {
    name: flush ? "rsync --fsync --link-dest + mv -T" : "rsync --link-dest + mv -T",
    async prepare(): Promise<Run> {
      const target = mkdtempSync(join(site.folder, "rsync-"));
      const publish = (source: string, release: string, previous: string): Command => {
        const parameters = [target, source, release, previous, ...options];
        return ["sh", "-c", script, "publish", ...parameters];
      };
      // rsync warns of a previous release that is not there; the cold run links to an empty one.
      await measureProcess(["mkdir", join(target, "0")]);
      if (change !== "cold") await measureProcess(publish(site.first, "1", "0"));
      await measureProcess(["sync"]);
      const command = change === "cold" ? publish(site.first, "1", "0") : publish(site.changed, "2", "1");
      return { measure: async () => (await measureProcess(command)).figures };
    },
  };
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, Limit } from "./harness/bench.ts";
import { ifInstalled } from "./harness/installed.ts";
import { intakenSite, ourPublish } from "./publish-local/our-site.ts";
import { rsyncPublish } from "./publish-local/rsync-publish.ts";
import { changedContent, siteContent, writeSite } from "./publish-local/site-content.ts";

/** Publishing a validated revision into a directory of the same disk, records in memory. */
export const bench: Bench = {
  title: "hosting.publish into a directory, beside rsync --link-dest and mv -T",
  async *cases() {
    const folder = mkdtempSync(join(tmpdir(), "hostelry-bench-publish-"));
    try {
      const first = siteContent(2000);
      const changed = changedContent(first);
      const folders = { folder, first: join(folder, "first"), changed: join(folder, "changed") };
      writeSite(folders.first, first);
      writeSite(folders.changed, changed, first);
      const site = await intakenSite(folder, first, changed);
      const units = { wall: "ms", cpu: "ms" };
      const limit = (to: string): Limit => ({ metric: "wall", ratio: { atMost: 1.5, to } });
      for (const change of ["cold", "1 % changed"] as const) {
        const rsync = rsyncPublish(folders, change, false);
        const flushing = rsyncPublish(folders, change, true);
        // By default we flush a release to the disk before it becomes visible, and rsync flushes nothing.
        yield {
          name: `2000 files, ${change}`,
          units,
          ours: ourPublish(site, change, "full"),
          peers: [ifInstalled(["rsync"], rsync), ifInstalled(["rsync"], flushing)],
          limits: [limit(rsync.name), limit(flushing.name)],
        };
        yield {
          name: `2000 files, ${change}, nobody flushes`,
          units,
          ours: ourPublish(site, change, "none"),
          peers: [ifInstalled(["rsync"], rsync)],
          limits: [limit(rsync.name)],
        };
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, Limit } from "./harness/bench.ts";
import { intakenSite } from "./publish-local/our-site.ts";
import { changedContent, siteContent, writeSite } from "./publish-local/site-content.ts";
import { benchStore } from "./publish-s3/bench-store.ts";
import { type OurCase, ourPublish } from "./publish-s3/our-site.ts";
import { putLoop } from "./publish-s3/put-loop.ts";

const files = 2000;
const orders: readonly OurCase[] = [
  { change: "cold", process: "fresh" },
  { change: "1 % changed", process: "same" },
  { change: "1 % changed", process: "fresh" },
];

/** Publishing a validated revision to a bucket, records in memory, beside putting all of its files there with the same client. */
export const bench: Bench = {
  title: "hosting.publish to an S3 store, beside a parallel loop of PutObject with the same client",
  async *cases() {
    const folder = mkdtempSync(join(tmpdir(), "hostelry-bench-publish-s3-"));
    const store = await benchStore();
    try {
      const first = siteContent(files);
      const changed = changedContent(first);
      const paths = { cold: join(folder, "first"), "1 % changed": join(folder, "changed") } as const;
      writeSite(paths.cold, first);
      writeSite(paths["1 % changed"], changed, first);
      const site = await intakenSite(join(folder, "intake"), first, changed);
      for (const order of orders) {
        const { change } = order;
        yield {
          name: `${files} files, ${change}, ${order.process} process, ${store.name}`,
          units: { wall: "ms", cpu: "ms" },
          ours: ourPublish(store, site, order),
          peers: [putLoop(store, paths[change], [...first.keys()])],
          limits: [limitOf(change)],
        };
      }
    } finally {
      await store.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function limitOf(change: OurCase["change"]): Limit {
  return { metric: "wall", ratio: { atMost: change === "cold" ? 1.1 : 0.1, to: "loop of PutObject" } };
}

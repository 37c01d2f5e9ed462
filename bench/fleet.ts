import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fleetPublishes } from "./fleet/fleet-publishes.ts";
import { publisherProcess } from "./fleet/publisher-process.ts";
import type { Bench } from "./harness/bench.ts";
import { intakenSite } from "./publish-ssh/our-site.ts";
import { changedContent, siteContent } from "./publish-ssh/site-content.ts";

const nodeCount = 8;
const publishes = 200;

/** What only we do, so nobody stands beside it. All nodes are on this machine and share its cores: far apart they would not. */
export const bench: Bench = {
  title: "hosting.publish to eight nodes at once: how close together they flip, and what the publisher's memory is",
  async *cases() {
    const folder = mkdtempSync(join(tmpdir(), "hostelry-bench-fleet-"));
    try {
      const small = siteContent(50);
      const site = await intakenSite(join(folder, "small"), small, changedContent(small));
      yield {
        name: `${nodeCount} nodes, ${publishes} publishes of 50 files, 2 % changed`,
        units: {
          "flip skew p95": "ms",
          "flip skew": "ms",
          "flip window p95": "ms",
          stage: "ms",
          activate: "ms",
          publish: "ms",
        },
        ours: fleetPublishes(site, { nodeCount, publishes }),
        peers: [],
        limits: [{ metric: "flip skew p95", ours: { atMost: 50 } }],
        // Each run begins with publishes of its own that are not counted.
        warmUps: 0,
      };
      const large = siteContent(10_000);
      const largeSite = await intakenSite(join(folder, "large"), large, changedContent(large));
      for (const change of ["cold", "1 % changed"] as const) {
        yield {
          name: `10000 files, ${change}, process`,
          units: { wall: "ms", cpu: "ms", "peak rss": "MiB" },
          ours: publisherProcess(largeSite, change, join(folder, "records")),
          peers: [],
          limits: [{ metric: "peak rss", ours: { atMost: 150 } }],
        };
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

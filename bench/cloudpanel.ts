import { panelHostProblem } from "@hostelry/testing/cloudpanel";
import { ourRun } from "./cloudpanel/our-run.ts";
import { usualScript } from "./cloudpanel/usual-script.ts";
import type { Bench } from "./harness/bench.ts";

const siteCount = 50;
const serverCount = 2;
const roundTripMs = 50;

/** What makes waiting sites exist, beside the script that everybody has: a connection for each site, one after the other. */
export const bench: Bench = {
  title: "provisionWaiting over CloudPanel servers, beside one connection per site",
  async *cases() {
    const problem = panelHostProblem();
    if (problem !== undefined) throw new Error(problem);
    const place = { siteCount, serverCount, roundTripMs };
    yield {
      name: `${siteCount} sites over ${serverCount} servers, ${roundTripMs} ms away, panel site and 3 files each`,
      units: { wall: "ms", cpu: "ms" },
      ours: ourRun(place),
      peers: [usualScript(place)],
      limits: [{ metric: "wall", ratio: { atMost: 0.2, to: usualScript(place).name } }],
      // Each run has servers of its own, and a second one would be no warmer.
      warmUps: 0,
    };
  },
};

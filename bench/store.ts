import type { Bench, Limit } from "./harness/bench.ts";
import { benchScene } from "./store/bench-scene.ts";
import { leases, publishDecisions } from "./store/our-work.ts";
import { pgbench } from "./store/pgbench.ts";

/** What the record store adds to the statements that it sends: the same ones, from pgbench, to the same server. */
export const bench: Bench = {
  title: "the record store on PostgreSQL with 8 connections, beside pgbench with the same statements",
  async *cases() {
    const scene = await benchScene();
    try {
      const units = { "wall per act": "µs", "acts per second": "1/s" };
      // At least 0.7 of the peer's acts in a second.
      const limits: readonly Limit[] = [
        { metric: "wall per act", ratio: { atMost: 1 / 0.7, to: pgbench("extended") } },
      ];
      yield { name: "publish decision: lease, publication, slot", units, ...publishDecisions(scene), limits };
      yield { name: "lease taken and given back", units, ...leases(scene), limits };
    } finally {
      await scene.end();
    }
  },
};

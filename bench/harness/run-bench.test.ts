import { describe, expect, it } from "vitest";
import { type Bench, type BenchCase, contender, type Limit } from "./bench.ts";
import { runBench } from "./run-bench.ts";

const caseWith = (name: string, wall: number, limits: readonly Limit[] = []): BenchCase => ({
  name,
  units: { wall: "ms" },
  ours: contender("ours", () => Promise.resolve({ wall })),
  peers: [contender("peer", () => Promise.resolve({ wall: 10 }))],
  limits,
});

const benchOf = (cases: Bench["cases"]): Bench => ({ title: "a bench", cases });

describe("runBench", () => {
  it("keeps what was measured before an obstacle, and lets the bench clean up", async () => {
    let cleaned = false;
    const outcome = await runBench(
      "demo",
      benchOf(async function* () {
        try {
          yield caseWith("first", 5);
          yield { ...caseWith("second", 5), ours: contender("ours", () => Promise.reject(new Error("no disk"))) };
        } finally {
          cleaned = true;
        }
      }),
      { runs: 1 },
    );
    expect(outcome.rows.map((row) => row.case)).toEqual(["first"]);
    expect(outcome.obstacles.join()).toContain("no disk");
    expect(cleaned).toBe(true);
  });

  it("counts a missing peer as an obstacle and measures ours all the same", async () => {
    const missing = { name: "rsync", missing: "rsync is not installed." };
    const outcome = await runBench(
      "demo",
      benchOf(async function* () {
        yield { ...caseWith("only", 5), peers: [missing] };
      }),
      { runs: 1 },
    );
    expect(outcome.obstacles).toEqual(["rsync is not installed."]);
    expect(outcome.rows[0]).toMatchObject({ ours: 5, peerName: "rsync", peer: null });
  });

  it("tells, where a limit is missed, how the least that can be done compares", async () => {
    const least = contender("least", () => Promise.resolve({ wall: 8 }));
    const one = caseWith("only", 9, [{ metric: "wall", ratio: { atMost: 0.5, to: "peer", least: "least" } }]);
    const outcome = await runBench(
      "demo",
      benchOf(async function* () {
        yield { ...one, peers: [...one.peers, least] };
      }),
      { runs: 1 },
    );
    const sentence = "only: wall, as a ratio to peer, is 0.9, at most 0.5 is allowed; in the same run least is 0.800";
    expect(outcome.missed).toEqual([sentence]);
  });

  it("names the limits that are missed: by figure, by ratio, and those that compare with nothing", async () => {
    const limits: readonly Limit[] = [
      { metric: "wall", ours: { atMost: 15 } },
      { metric: "wall", ours: { atMost: 14 } },
      { metric: "wall", ratio: { atMost: 1.5, to: "peer" } },
      { metric: "wall", ratio: { atMost: 1.4, to: "peer" } },
      { metric: "wall", ratio: { atMost: 9, to: "nobody" } },
      { metric: "peak rss", ours: { atMost: 9 } },
    ];
    const outcome = await runBench(
      "demo",
      benchOf(async function* () {
        yield caseWith("only", 15, limits);
      }),
      { runs: 1 },
    );
    expect(outcome.missed).toEqual([
      "only: wall in ms is 15, at most 14 is allowed",
      "only: wall, as a ratio to peer, is 1.5, at most 1.4 is allowed",
      "only: wall, as a ratio to nobody, is unknown, at most 9 is allowed",
      "only: peak rss is unknown, at most 9 is allowed",
    ]);
    expect(outcome.obstacles).toEqual([]);
  });

  it("stops after the run under way when it is interrupted, and keeps the cases before", async () => {
    const interrupted = new AbortController();
    let runs = 0;
    let cleaned = false;
    const outcome = await runBench(
      "demo",
      benchOf(async function* () {
        try {
          yield caseWith("first", 5);
          const ours = contender("ours", async () => {
            runs += 1;
            interrupted.abort(new Error("Interrupted by SIGINT."));
            return { wall: 1 };
          });
          yield { ...caseWith("second", 5), ours };
        } finally {
          cleaned = true;
        }
      }),
      { runs: 3, signal: interrupted.signal },
    );
    expect(runs).toBe(1);
    expect(cleaned).toBe(true);
    expect(outcome.rows.map((row) => row.case)).toEqual(["first"]);
    expect(outcome.obstacles.join()).toContain("Interrupted by SIGINT.");
  });
});

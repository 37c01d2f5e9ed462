import { describe, expect, it } from "vitest";
import { type Contender, contender, type Figures } from "./bench.ts";
import { measureCase } from "./measure-case.ts";

/** A contender that writes down what is done with it, and measures these walls, run by run. */
function scripted(name: string, walls: readonly number[], log: string[]): Contender {
  let run = 0;
  return {
    name,
    prepare: async () => {
      log.push(`${name} prepare`);
      return {
        measure: async () => {
          log.push(`${name} measure`);
          run += 1;
          return { wall: walls[run - 1] ?? Number.NaN };
        },
        end: async () => void log.push(`${name} end`),
      };
    },
  };
}

const constant = (name: string, figures: Figures): Contender => contender(name, () => Promise.resolve(figures));

describe("measureCase", () => {
  it("lets the contenders take turns, each round beginning with another one", async () => {
    const log: string[] = [];
    const [a, b, c] = ["a", "b", "c"].map((name) => scripted(name, [1, 1, 1, 1], log));
    if (a === undefined || b === undefined || c === undefined) throw new Error("three contenders");
    await measureCase(
      "demo",
      { name: "turns", units: { wall: "ms" }, ours: a, peers: [b, c], warmUps: 0 },
      { runs: 4 },
    );
    const order = log.filter((line) => line.endsWith("measure")).map((line) => line[0]);
    expect(order.join("")).toBe("abc" + "bca" + "cab" + "abc");
  });

  it("prepares, measures and ends each run before the next one begins", async () => {
    const log: string[] = [];
    const benchCase = { name: "one", units: { wall: "ms" }, ours: scripted("a", [1, 1], log), peers: [], warmUps: 0 };
    await measureCase("demo", benchCase, { runs: 2 });
    expect(log).toEqual(["a prepare", "a measure", "a end", "a prepare", "a measure", "a end"]);
  });

  it("leaves warm-ups out of the medians", async () => {
    const ours = scripted("a", [1000, 3, 1, 2], []);
    const peer = scripted("b", [9, 4, 4, 4], []);
    const rows = await measureCase("demo", { name: "warm", units: { wall: "ms" }, ours, peers: [peer] }, { runs: 3 });
    expect(rows).toEqual([
      { bench: "demo", case: "warm", metric: "wall", unit: "ms", ours: 2, peer: 4, peerName: "b", ratio: 0.5 },
    ]);
  });

  it("gives a row for each metric and peer, in the order of the units", async () => {
    const rows = await measureCase(
      "demo",
      {
        name: "many",
        units: { wall: "ms", "peak rss": "MiB" },
        ours: constant("a", { "peak rss": 30, wall: 10, unasked: 1 }),
        peers: [constant("b", { wall: 20 }), constant("c", { wall: 5, "peak rss": 0 })],
      },
      { runs: 1 },
    );
    expect(rows.map(({ metric, unit, peerName, peer, ratio }) => [metric, unit, peerName, peer, ratio])).toEqual([
      ["wall", "ms", "b", 20, 0.5],
      ["wall", "ms", "c", 5, 2],
      ["peak rss", "MiB", "b", null, null],
      ["peak rss", "MiB", "c", 0, null],
    ]);
  });

  it("keeps a row for a peer that is missing, and one without a peer", async () => {
    const ours = constant("a", { wall: 1 });
    const missing = { name: "unzip", missing: "unzip is not installed." };
    const alone = await measureCase("demo", { name: "x", units: { wall: "ms" }, ours, peers: [] }, { runs: 1 });
    expect(alone[0]).toMatchObject({ ours: 1, peer: null, peerName: null, ratio: null });
    const without = await measureCase(
      "demo",
      { name: "x", units: { wall: "ms" }, ours, peers: [missing] },
      { runs: 1 },
    );
    expect(without[0]).toMatchObject({ ours: 1, peer: null, peerName: "unzip", ratio: null });
  });

  it("ends a run that has failed, and fails", async () => {
    let ended = false;
    const ours: Contender = {
      name: "a",
      prepare: async () => ({
        measure: () => Promise.reject(new Error("disk on fire")),
        end: async () => {
          ended = true;
        },
      }),
    };
    const measuring = measureCase("demo", { name: "x", units: { wall: "ms" }, ours, peers: [] }, { runs: 1 });
    await expect(measuring).rejects.toThrow("disk on fire");
    expect(ended).toBe(true);
  });

  it("refuses a metric that our own runs do not measure", async () => {
    const ours = constant("a", { wall: 1 });
    const measuring = measureCase("demo", { name: "x", units: { cpu: "ms" }, ours, peers: [] }, { runs: 1 });
    await expect(measuring).rejects.toThrow('do not measure "cpu"');
  });
});

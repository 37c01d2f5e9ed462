import { unwrap } from "@hostelry/core/adapter";
import type { BenchCase, Contender, Figures } from "../harness/bench.ts";
import { type BenchScene, connections, decide, siteOf } from "./bench-scene.ts";
import { actsPerSecond, type PgbenchMode, pgbench, scriptOf } from "./pgbench.ts";

/** Acts of each connection in one run. */
const acts = 200;

type Act = (store: BenchScene["store"], prefix: string) => Promise<void>;
type Contenders = Pick<BenchCase, "ours" | "peers">;

/** Publish decisions, as fast as eight at once can make them. */
export function publishDecisions(scene: BenchScene): Contenders {
  const { store } = scene;
  return {
    ours: {
      name: "storage-pg",
      prepare: async () => {
        const prefix = await scene.freshSites();
        return {
          measure: () =>
            inAllLanes(async (lane) => {
              let last = 1;
              for (let act = 0; act < acts; act += 1) {
                last = await decide(store, prefix, lane, last);
                await unwrap(store.releaseLease({ siteId: siteOf(prefix, lane), fencingToken: last }));
              }
            }),
        };
      },
    },
    peers: byPgbench(scene, async (recording, prefix) => {
      const number = await decide(recording, prefix, 0, 1);
      await unwrap(recording.releaseLease({ siteId: siteOf(prefix, 0), fencingToken: number }));
    }),
  };
}

/** Leases taken and given back. */
export function leases(scene: BenchScene): Contenders {
  const { store } = scene;
  const once = async (target: BenchScene["store"], prefix: string, lane: number): Promise<void> => {
    const siteId = siteOf(prefix, lane);
    const { fencingToken } = await unwrap(target.acquireLease({ siteId, holder: "bench", ttlMs: 60_000 }));
    await unwrap(target.releaseLease({ siteId, fencingToken }));
  };
  return {
    ours: {
      name: "storage-pg",
      prepare: async () => {
        const prefix = await scene.freshSites();
        return {
          measure: () =>
            inAllLanes(async (lane) => {
              for (let act = 0; act < acts; act += 1) await once(store, prefix, lane);
            }),
        };
      },
    },
    peers: byPgbench(scene, (recording, prefix) => once(recording, prefix, 0)),
  };
}

async function inAllLanes(work: (lane: number) => Promise<void>): Promise<Figures> {
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, (_, lane) => work(lane)));
  return figuresOf((1000 * acts * connections) / (performance.now() - began));
}

function figuresOf(perSecond: number): Figures {
  return { "wall per act": 1_000_000 / perSecond, "acts per second": perSecond };
}

/** The same act by pgbench: the statements are recorded from our store, on sites that are used for nothing else. */
function byPgbench(scene: BenchScene, act: Act): readonly Contender[] {
  return [pgbenchIn("extended", scene, act), pgbenchIn("prepared", scene, act)];
}

function pgbenchIn(mode: PgbenchMode, scene: BenchScene, act: Act): Contender {
  return {
    name: pgbench(mode),
    prepare: async () => {
      const recordedOn = await scene.freshSites();
      const statements = await scene.recorded((recording) => act(recording, recordedOn));
      const prefix = await scene.freshSites();
      // On the fresh sites, publication 1 is live; the recorded act was done under token 2.
      const script = scriptOf(
        statements,
        [
          { recorded: siteOf(recordedOn, 0), expression: `('${prefix}-site-' || :client_id)` },
          { recorded: `${recordedOn}-rev-0`, expression: `('${prefix}-rev-' || :client_id)` },
          { recorded: "1", expression: ":last" },
          { recorded: "2", expression: ":fencing_token" },
        ],
        "\\set last :fencing_token",
      );
      return {
        measure: async () => figuresOf(await actsPerSecond(scene, script, acts, { last: "1" }, mode)),
        // A function that refuses is no error to pgbench: only the records tell that every act was done.
        end: () => expectDone(scene, prefix, statements.length > 2),
      };
    },
  };
}

async function expectDone({ store }: BenchScene, prefix: string, published: boolean): Promise<void> {
  for (let lane = 0; lane < connections; lane += 1) {
    const siteId = siteOf(prefix, lane);
    const { fencingToken } = await unwrap(store.acquireLease({ siteId, holder: "bench", ttlMs: 1 }));
    const [slot] = await unwrap(store.listSlots(siteId));
    // One token made the scene, and this one asks.
    if (fencingToken !== acts + 2 || slot?.publication !== (published ? acts + 1 : 1)) {
      throw new Error(`pgbench did not do what we do: token ${fencingToken}, publication ${slot?.publication}`);
    }
  }
}

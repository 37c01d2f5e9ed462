import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProvisioning, type Operation, type Provisioning, unwrap } from "@hostelry/core";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { seededRandom } from "@hostelry/testing";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { rounds } from "../setup/rounds.ts";
import { type SpawnedProcess, starterOf } from "../storage-pg/processes/spawned-process.ts";
import { directoryProvider } from "./processes/directory-provider.ts";

const places = ["panel-1", "panel-2", "panel-3"];
const startWorker = await starterOf("../../provisioning/processes/worker.ts");

/** All of the rounds take minutes. */
const timeoutMs = 600_000;

describe.skipIf(!serverAvailable("postgres", "initdb"))("processes that provision on one PostgreSQL", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let storage: PgStore;
  let provisioning: Provisioning;
  let root: string;
  let schema: string;
  let schemas = 0;
  let started: SpawnedProcess[] = [];
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 4 });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });
  beforeEach(async () => {
    schema = `provisioning_${++schemas}`;
    root = await mkdtemp(join(tmpdir(), "hostelry-provisioning-"));
    for (const place of places) await mkdir(join(root, place));
    storage = await unwrap(pgStorage(pool, { schema }));
    const within = async (): Promise<void> => undefined;
    provisioning = createProvisioning({
      store: storage.operations,
      providers: ({ place }) => directoryProvider({ place, root, holder: "test", within }),
    });
    return async () => {
      for (const worker of started) await worker.kill();
      started = [];
      await unwrap(storage.close());
      await rm(root, { recursive: true, force: true });
    };
  });

  const start = (holder: string, hold = ""): SpawnedProcess => {
    const worker = startWorker([JSON.stringify(server.connection), schema, root, holder, hold]);
    started.push(worker);
    return worker;
  };

  /** As if its time were over: no test waits for that, and none depends on how fast a living process renews. */
  const expire = async (holder: string): Promise<void> => {
    await pool.query(`update ${schema}.operation set claim_until = clock_timestamp() where claim_holder = $1`, [
      holder,
    ]);
  };

  const saying = async (worker: SpawnedProcess, isIt: (line: string) => boolean): Promise<string> => {
    for (;;) {
      const line = await worker.nextLine();
      if (isIt(line)) return line;
    }
  };

  const request = async (count: number): Promise<readonly Operation[]> => {
    const made: Operation[] = [];
    for (let index = 0; index < count; index += 1) {
      const place = places[index % places.length] ?? "panel-1";
      made.push(await unwrap(provisioning.request({ kind: "site", place, key: `site-${index}.de`, desired: {} })));
    }
    return made;
  };

  it(
    "end with everything made once, however often they are killed, and never work at one place side by side",
    async () => {
      const random = seededRandom("killed processes");
      const wanted = await request(rounds(60, 12));
      const killed = new Set<string>();
      let born = 0;
      const next = (): { readonly holder: string; readonly worker: SpawnedProcess } => {
        const holder = `worker-${++born}`;
        return { holder, worker: start(holder) };
      };
      const workers = [next(), next()];
      for (let kills = 0; kills < rounds(30, 2); kills += 1) {
        const index = (random.bytes(1)[0] ?? 0) % 2;
        const { holder, worker } = workers[index] as (typeof workers)[number];
        // In the midst of a step, or a little later.
        await saying(worker, (line) => line.startsWith("in ") || line === "ready");
        for (let turns = (random.bytes(1)[0] ?? 0) % 40; turns > 0; turns -= 1)
          await new Promise((r) => setImmediate(r));
        await worker.kill();
        killed.add(holder);
        await expire(holder);
        workers[index] = next();
      }
      // What one of them had sent to the server when it was killed may be done there a little later.
      let isOver = false;
      const reap = async (): Promise<void> => {
        while (!isOver) {
          for (const holder of killed) await expire(holder);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      };
      const reaping = reap();
      for (const { id } of wanted) {
        const ended = await unwrap(provisioning.settled(id));
        expect([ended.key, ended.state, ended.reason]).toEqual([ended.key, "active", undefined]);
      }
      isOver = true;
      await reaping;
      for (const { worker } of workers) {
        worker.child.stdin?.end();
        await worker.ended;
      }

      const log = (await readFile(join(root, "log"), "utf8")).trimEnd().split("\n");
      expect(log.filter((line) => line.includes("refused"))).toEqual([]);
      // At each place one is at work, until it ends its step or is killed in it.
      const atWork = new Map<string, string>();
      for (const line of log) {
        const [place = "", holder = "", word] = line.split(" ");
        const before = atWork.get(place);
        if (word === "begin") {
          expect(before === undefined || killed.has(before), line).toBe(true);
          atWork.set(place, holder);
        } else if (before === holder) atWork.delete(place);
      }
      for (const { id } of wanted) {
        const steps = await unwrap(provisioning.steps(id));
        expect(steps.length).toBeLessThanOrEqual(3);
        const kinds: string[] = [];
        for await (const { kind } of provisioning.follow({ operationId: id })) kinds.push(kind);
        expect(kinds.filter((kind) => kind === "active")).toEqual(["active"]);
      }
    },
    timeoutMs,
  );

  it(
    "refuse the late word of one that stood still and was taken over from",
    async () => {
      const [wanted] = await request(1);
      const { id } = wanted as Operation;
      const sleeper = start("sleeper", "hold");
      await saying(sleeper, (line) => line.startsWith("in make-account"));
      sleeper.child.kill("SIGSTOP");
      await expire("sleeper");
      const other = start("other");
      await saying(other, (line) => line.startsWith("told active"));
      sleeper.child.kill("SIGCONT");
      sleeper.child.stdin?.write("go on\n");
      // Its step meets what the other has made; what it says of that is refused.
      for (const log = { text: "" }; !log.text.includes("sleeper refused"); ) {
        log.text = await readFile(join(root, "log"), "utf8");
        await new Promise((resolve) => setImmediate(resolve));
      }
      sleeper.child.stdin?.end();
      other.child.stdin?.end();
      await Promise.all([sleeper.ended, other.ended]);

      const operation = await unwrap(provisioning.get(id));
      expect(operation).toMatchObject({ state: "active" });
      const events: (readonly [string, number])[] = [];
      for await (const { kind, epoch } of provisioning.follow({ operationId: id })) events.push([kind, epoch]);
      const ofSleeper = events.filter(([, epoch]) => epoch === 1).map(([kind]) => kind);
      expect(ofSleeper).toEqual(["claimed", "step-intended"]);
      expect(sleeper.lines.filter((line) => line.startsWith("told step-"))).toHaveLength(1);
    },
    timeoutMs,
  );
});

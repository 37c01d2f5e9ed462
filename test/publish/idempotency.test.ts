import { hashPreviewToken, type RevisionId, type Site, unwrap } from "@hostelry/core";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { type Edge, hostingOn, newEdge, onDisk, siteWith } from "./edge.ts";
import type { PortName, PublisherOrder } from "./publisher.ts";
import { publisherStarter } from "./run-publisher.ts";

const leaseTtlMs = 1_000;
type Line = Record<string, unknown>;

describe.skipIf(!serverAvailable("postgres", "initdb"))(
  "processes on PostgreSQL that send one call with one key",
  () => {
    let server: PostgresServer;
    let pool: pg.Pool;
    let edge: Edge;
    let store: PgStore;
    let runPublisher: Awaited<ReturnType<typeof publisherStarter>>;
    const schema = "idempotency";

    beforeAll(async () => {
      server = await startPostgres();
      pool = new pg.Pool({ ...server.connection, max: 4 });
      edge = await newEdge();
      store = await unwrap(pgStorage(pool, { schema }));
      runPublisher = await publisherStarter();
    });
    afterAll(async () => {
      await pool.end();
      await server.stop();
      await edge.remove();
    });

    const order = (rest: Pick<PublisherOrder, "act" | "crash" | "idempotencyKey">): PublisherOrder => {
      const { blobs, www } = edge;
      return { connection: server.connection, schema, blobs, www, leaseTtlMs, ...rest };
    };

    /** v2 is live and v1 was before. */
    async function scene(): Promise<{ readonly site: Site; readonly first: RevisionId; readonly second: RevisionId }> {
      const hosting = hostingOn(store, edge, { leaseTtlMs });
      const { site, revisions } = await siteWith(hosting, "v1", "v2");
      const [first, second] = revisions.map(({ id }) => id);
      if (first === undefined || second === undefined) throw new Error("The scene needs two revisions.");
      for (const id of [first, second]) await unwrap(hosting.publish(id));
      return { site, first, second };
    }

    async function recorded(site: Site): Promise<readonly number[]> {
      const { items } = await unwrap(store.listPublications({ siteId: site.id, states: ["recorded"], slot: "live" }));
      return items.map(({ number }) => number);
    }

    /** Sends a call until somebody has answered for it: while the key of a dead holder is held it is in progress. */
    async function sendUntilDone(call: Pick<PublisherOrder, "act" | "idempotencyKey">): Promise<Line> {
      for (let sent = 0; sent < 40; sent += 1) {
        const { lines } = await runPublisher(order(call)).ended();
        const [line = {}] = lines;
        const { code } = (line["error"] ?? {}) as { readonly code?: string };
        if (code !== "IDEMPOTENCY_IN_PROGRESS" && code !== "LEASE_HELD") return line;
      }
      throw new Error("It was in progress for ever.");
    }

    it("at once: one does it, the others say so or wait for their turn", async () => {
      const { site } = await scene();
      const call = { act: { rollback: site.id }, idempotencyKey: "at-once" } as const;
      const runs = await Promise.all([1, 2, 3, 4].map(() => runPublisher(order(call)).ended()));
      const lines = runs.map(({ lines: [line = {}] }) => line);
      const done = lines.filter((line) => "outcome" in line);
      expect(done.length).toBeGreaterThan(0);
      for (const line of lines) {
        if (!("outcome" in line)) expect(line).toMatchObject({ error: { code: "IDEMPOTENCY_IN_PROGRESS" } });
      }
      expect(await recorded(site)).toHaveLength(3);
      expect((await onDisk(edge, site)).page).toBe("<title>v1</title>");
      const [again, [number]] = [await sendUntilDone(call), await recorded(site)];
      for (const line of [...done, again]) expect(line["publication"]).toBe(number);
    });

    it("one after another died at any call of a rollback: it is rolled back once, and all are told the same", async () => {
      const { site: counted } = await scene();
      const { lines } = await runPublisher(order({ act: { rollback: counted.id }, idempotencyKey: "count" })).ended();
      const counts = lines[0]?.["calls"] as Record<PortName, number>;
      const places = (["store", "target"] as const).flatMap((port) =>
        Array.from({ length: counts[port] }, (_, index) => index + 1).flatMap((call) =>
          (["before", "after"] as const).map((when) => ({ port, call, when })),
        ),
      );
      expect(places.length).toBeGreaterThan(30);
      // Every sixth one; core's own tests kill at all of them.
      const queue = places.filter((_, index) => index % 6 === 0);
      const workers = [1, 2, 3].map(async () => {
        for (let crash = queue.pop(); crash !== undefined; crash = queue.pop()) {
          const where = `${crash.when} call ${crash.call} to ${crash.port}`;
          const { site } = await scene();
          const call = { act: { rollback: site.id }, idempotencyKey: `killed ${where}`.replaceAll(" ", "-") } as const;
          const { signal } = await runPublisher(order({ ...call, crash })).ended();
          expect(signal, where).toBe("SIGKILL");
          const first = await sendUntilDone(call);
          const second = await sendUntilDone(call);
          expect(first["outcome"], `${where} ${JSON.stringify(first)}`).toBe("published");
          expect(second["publication"], where).toBe(first["publication"]);
          expect((await recorded(site))[0], where).toBe(first["publication"]);
          expect(await recorded(site), where).toHaveLength(3);
          const { page, leftovers } = await onDisk(edge, site);
          expect([page, leftovers], where).toEqual(["<title>v1</title>", []]);
        }
      });
      await Promise.all(workers);
    });

    it("one of which died: one site, and one preview with one token that the database does not hold", async () => {
      const { first } = await scene();
      const countSites = async (): Promise<number> => {
        const { rows } = await pool.query(`select count(*)::int as n from ${schema}.site where name = 'Once'`);
        return (rows[0] as { readonly n: number }).n;
      };
      const create = { act: { create: "Once" }, idempotencyKey: "create" } as const;
      // The store's calls of a creation: take the key, create, record the result.
      for (const call of [2, 3]) {
        const key = { ...create, idempotencyKey: `create-${call}` };
        const crash = { port: "store", call, when: "after" } as const;
        expect((await runPublisher(order({ ...key, crash })).ended()).signal).toBe("SIGKILL");
        const made = await sendUntilDone(key);
        expect((await sendUntilDone(key))["result"]).toEqual(made["result"]);
        expect(await countSites()).toBe(call - 1);
      }

      const open = { act: { preview: first }, idempotencyKey: "open" } as const;
      const crash = { port: "target", call: 2, when: "after" } as const;
      expect((await runPublisher(order({ ...open, crash })).ended()).signal).toBe("SIGKILL");
      const [opened, again] = [await sendUntilDone(open), await sendUntilDone(open)];
      expect(again["result"]).toEqual(opened["result"]);
      const { preview, token } = opened["result"] as { preview: { tokenHash: string }; token: string };
      expect(hashPreviewToken(token)).toBe(preview.tokenHash);
      const { rows } = await pool.query(
        `select k::text as row from ${schema}.idempotency_key k union all select p::text from ${schema}.preview p`,
      );
      const everything = JSON.stringify(rows);
      expect(everything).toContain(preview.tokenHash);
      expect(everything).not.toContain(token);
    });
  },
);

import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { directoryBlobStore } from "@hostelry/adapter-local";
import { unwrap } from "@hostelry/core";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { type Edge, hostingOn, newEdge, siteWith, zipOf } from "./edge.ts";
import type { PortName, PublisherOrder } from "./publisher.ts";
import { publisherStarter } from "./run-publisher.ts";

const leaseTtlMs = 1_000;
const junk = 40;

describe.skipIf(!serverAvailable("postgres", "initdb"))("a collecting process beside an uploading one", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let store: PgStore;
  let runPublisher: Awaited<ReturnType<typeof publisherStarter>>;
  const edges: Edge[] = [];
  const schema = "garbage";

  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 4 });
    runPublisher = await publisherStarter();
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
    for (const edge of edges) await edge.remove();
  });

  const order = (edge: Edge, rest: Pick<PublisherOrder, "act" | "crash">): PublisherOrder => {
    const { blobs, www } = edge;
    return { connection: server.connection, schema, blobs, www, leaseTtlMs, ...rest };
  };

  /** Two days old: beyond every grace period. */
  async function ageAll(edge: Edge): Promise<void> {
    const past = new Date(Date.now() - 2 * 24 * 3_600_000);
    const names = join(edge.blobs, "sha256");
    for (const prefix of await readdir(names))
      for (const name of await readdir(join(names, prefix))) await utimes(join(names, prefix, name), past, past);
  }

  /** A site with v1 and v2; the files of v3 and much else as old garbage that no record knows. */
  async function scene() {
    const edge = await newEdge();
    edges.push(edge);
    // Blob stores are not shared between scenes, so records must not be either.
    await pool.query(`drop schema if exists ${schema} cascade`);
    store = await unwrap(pgStorage(pool, { schema }));
    const hosting = hostingOn(store, edge, { leaseTtlMs });
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    for (const { id } of revisions) await unwrap(hosting.publish(id));
    const blobs = directoryBlobStore(edge.blobs, { durability: "none" });
    const text = new TextEncoder();
    const files = ["<title>v3</title>", "v3 page 0", "v3 page 1", "v3 page 2"];
    const all = [...files, ...Array.from({ length: junk }, (_, index) => `junk ${index}`)];
    await Promise.all(all.map((each) => unwrap(blobs.put({ bytes: text.encode(each) }))));
    await ageAll(edge);
    return { edge, site, hosting };
  }

  const v3 = Buffer.from(zipOf("v3")).toString("base64");

  it("takes the garbage, and nothing of what is uploaded at the same time, wherever it is killed", async () => {
    const { edge: counted } = await scene();
    const { lines } = await runPublisher(order(counted, { act: { collect: true } })).ended();
    expect(lines[0]).toMatchObject({ result: { blobs: junk + 4, blockedBy: [] } });
    const counts = lines[0]?.["calls"] as Record<PortName, number>;
    expect(counts.blobs).toBeGreaterThan(3);
    for (let call = 1; call <= counts.blobs; call += 1) {
      for (const when of ["before", "after"] as const) {
        const where = `${when} call ${call} to blobs`;
        const { edge, site, hosting } = await scene();
        const crash = { port: "blobs", call, when } as const;
        const collector = runPublisher(order(edge, { act: { collect: true }, crash }));
        const uploader = runPublisher(order(edge, { act: { intake: site.id, bytes: v3 } }));
        const [killed, uploaded] = await Promise.all([collector.ended(), uploader.ended()]);
        expect(killed.signal, where).toBe("SIGKILL");
        expect(uploaded.lines[0], where).toMatchObject({ result: { ok: true } });
        await unwrap(hosting.garbage.collect());
        const plan = await unwrap(hosting.garbage.plan());
        expect(plan, where).toMatchObject({ blobs: 0, blockedBy: [] });
        const { items } = await unwrap(hosting.revisions.list(site.id));
        expect(items, where).toHaveLength(3);
        // Publishing anew reads every file, and checks its hash.
        for (const { id } of items) await unwrap(hosting.publish(id, { force: true }));
      }
    }
  });
});

import { unwrap } from "@hostelry/core";
import { pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { type Edge, hostingOn, newEdge, onDisk, siteWith } from "./edge.ts";
import type { PortName, PublisherOrder } from "./publisher.ts";
import { publisherStarter } from "./run-publisher.ts";

const leaseTtlMs = 1_500;

describe.skipIf(!serverAvailable("postgres", "initdb"))("a publishing process on PostgreSQL and a directory", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let edge: Edge;
  let runPublisher: Awaited<ReturnType<typeof publisherStarter>>;
  const schema = "crash";

  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 6 });
    edge = await newEdge();
    runPublisher = await publisherStarter();
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
    await edge.remove();
  });

  const order = (rest: Pick<PublisherOrder, "act" | "crash" | "stopBeforeActivate">): PublisherOrder => ({
    connection: server.connection,
    schema,
    blobs: edge.blobs,
    www: edge.www,
    leaseTtlMs,
    ...rest,
  });

  it("SIGKILLed at every call to store, blobs and target, before and after its effect: the next run ends with exactly the requested release", async () => {
    const store = await unwrap(pgStorage(pool, { schema }));
    const hosting = hostingOn(store, edge, { leaseTtlMs });
    const counts = await countCalls();
    const places = Object.entries(counts).flatMap(([port, calls]) =>
      Array.from({ length: calls }, (_, index) => index + 1).flatMap((call) =>
        (["before", "after"] as const).map((when) => ({ port: port as PortName, call, when })),
      ),
    );
    expect(places.length).toBeGreaterThan(30);
    // Five at a time: most of it is waiting for leases of the dead.
    const queue = [...places];
    await Promise.all(
      [1, 2, 3, 4, 5].map(async () => {
        for (let place = queue.pop(); place !== undefined; place = queue.pop()) await killAt(place);
      }),
    );

    async function countCalls(): Promise<Record<PortName, number>> {
      const { revisions } = await prepare();
      // A long lease: renewals are calls too, and come by time. Where one comes later on, a place is only reached sooner.
      const unhurried = { ...order({ act: { publish: revisions.second } }), leaseTtlMs: 600_000 };
      const { lines } = await runPublisher(unhurried).ended();
      expect(lines[0]).toMatchObject({ outcome: "published" });
      return lines[0]?.["calls"] as Record<PortName, number>;
    }

    async function prepare() {
      const { site, revisions } = await siteWith(hosting, "v1", "v2");
      const [first, second] = revisions;
      if (first === undefined || second === undefined) throw new Error("The scene needs two revisions.");
      await unwrap(hosting.publish(first.id));
      return { site, revisions: { first: first.id, second: second.id } };
    }

    async function killAt(place: NonNullable<PublisherOrder["crash"]>): Promise<void> {
      const where = `${place.when} call ${place.call} to ${place.port}`;
      const { site, revisions } = await prepare();
      const { signal } = await runPublisher(order({ act: { publish: revisions.second }, crash: place })).ended();
      expect(signal, where).toBe("SIGKILL");
      const between = await onDisk(edge, site);
      expect(["<title>v1</title>", "<title>v2</title>"], where).toContain(between.page);

      await unwrap(hosting.publish(revisions.second));
      const after = await onDisk(edge, site);
      expect(after.page, where).toBe("<title>v2</title>");
      expect(after.leftovers, where).toEqual([]);
      const status = await unwrap(hosting.sites.status(site.id));
      expect(status, where).toMatchObject({ inSync: true, unfinished: [] });
      const recorded = (await unwrap(hosting.publications.list(site.id))).items.filter(
        ({ state }) => state === "recorded",
      );
      expect(after.releases, where).toEqual(recorded.map(({ release }) => release).sort());
      expect(after.current, where).toBe(recorded[0]?.release);
      expect((await unwrap(hosting.publish(revisions.second, { waitMs: 0 }))).outcome, `${where}: no stuck lease`).toBe(
        "unchanged",
      );
    }
  }, 300_000);

  it("paused past its lease right before the flip: the target refuses its fencing token, and the slot stays the successor's", async () => {
    const store = await unwrap(pgStorage(pool, { schema }));
    const hosting = hostingOn(store, edge, { leaseTtlMs });
    for (let round = 0; round < 5; round += 1) {
      const { site, revisions } = await siteWith(hosting, "v1", "v2", "v3");
      const [first, second, third] = revisions;
      if (first === undefined || second === undefined || third === undefined)
        throw new Error("The scene needs three revisions.");
      await unwrap(hosting.publish(first.id));
      const paused = runPublisher(order({ act: { publish: second.id }, stopBeforeActivate: true }));
      expect(await paused.said()).toEqual({ stopped: true });
      expect((await unwrap(hosting.publish(third.id))).outcome).toBe("published");
      paused.child.kill("SIGCONT");
      const { lines } = await paused.ended();
      expect(lines.at(-1)).toMatchObject({ error: { code: "FENCED" } });
      expect((await onDisk(edge, site)).page).toBe("<title>v3</title>");
      expect(await unwrap(hosting.sites.status(site.id))).toMatchObject({ inSync: true, unfinished: [] });
    }
  });

  it("and another one uploading 50 revisions to one site at once: r1 … r50, no gap, no repeat", async () => {
    const store = await unwrap(pgStorage(pool, { schema }));
    const hosting = hostingOn(store, edge);
    const { site } = await siteWith(hosting);
    const bytes = Buffer.from("archive").toString("base64");
    const children = [1, 2].map(() => runPublisher(order({ act: { upload: site.id, times: 25, bytes } })));
    const ends = await Promise.all(children.map((child) => child.ended()));
    const numbers = ends.flatMap(({ lines }) => lines.map((line) => Number(line["number"])));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });
});

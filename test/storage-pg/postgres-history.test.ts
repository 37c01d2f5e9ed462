import { type AuditEntry, subscribeAudit, systemClock, unwrap, verifyAudit } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { checkHistory } from "./history/check-history.ts";
import type { HistoryEvent } from "./history/history.ts";
import { starterOf } from "./processes/spawned-process.ts";
import { at, draftOf, siteIdOf, uploadOf, upTo } from "./scene/site-scene.ts";

const startClient = await starterOf("history-client.ts");

const processes = 8;
const callsEach = 500;
const sites = 20;

describe.skipIf(!serverAvailable("postgres", "initdb"))("eight processes on PostgreSQL", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 4 });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  it(`are told, in ${processes} × ${callsEach} calls about ${sites} sites, nothing that no serial order explains`, async () => {
    const schema = "shared";
    const store = await unwrap(pgStorage(pool, { schema }));
    const scene = { actor: "scene" };
    for (const number of upTo(sites)) {
      const siteId = siteIdOf(String(number));
      const site = { id: siteId, name: siteId, state: "live", createdAt: at, version: 1 } as const;
      await unwrap(store.createSite({ site, audit: { ...draftOf(siteId, "site.created"), ...scene } }));
      // Of a site of its own, so that the others' revisions are numbered from 1.
      const library = siteIdOf(`library-${number}`);
      await unwrap(
        store.createSite({ site: { ...site, id: library }, audit: { ...draftOf(library, "site.created"), ...scene } }),
      );
      const upload = uploadOf(library, `rev-scene-${siteId}`);
      const { id: revisionId } = await unwrap(store.appendRevision(upload));
      for (const preview of upTo(10).map((index) => index - 1)) {
        await unwrap(
          store.createPreview({
            preview: {
              id: `preview-${number}-${preview}` as never,
              siteId,
              revisionId,
              tokenHash: `${siteId}-${preview}`.padEnd(64, "t"),
              createdAt: at,
              expiresAt: new Date(at.getTime() + 1000),
              singleUse: true,
            },
            audit: { ...draftOf(siteId, "preview.opened", `preview-${preview}`), ...scene },
          }),
        );
      }
    }

    const followed: AuditEntry[] = [];
    const stop = new AbortController();
    const following = (async () => {
      const subscription = subscribeAudit({ store, clock: systemClock }, { limit: 50, signal: stop.signal });
      for await (const { entries } of subscription) followed.push(...entries);
    })();

    const connection = JSON.stringify(server.connection);
    const clients = upTo(processes).map((client) =>
      startClient([connection, schema, String(client), String(sites), String(callsEach)]),
    );
    const events: HistoryEvent[] = [];
    try {
      for (const client of clients) expect(await client.nextLine()).toBe("ready");
      for (const client of clients) client.child.stdin?.write("go\n");
      for (const client of clients) events.push(...(JSON.parse(await client.nextLine()) as HistoryEvent[]));
    } finally {
      await Promise.all(clients.map((client) => client.kill()));
    }

    const audit: AuditEntry[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page = await unwrap(store.listAudit({ limit: 1000, after }));
      audit.push(...page.items);
      after = page.next;
      more = page.items.length > 0;
    }
    expect(events.length).toBeGreaterThanOrEqual(processes * callsEach);
    // Every kind of answer was met: otherwise this proves little.
    const kinds = new Set(events.map(({ kind }) => kind));
    for (const kind of ["append", "rename", "set-slot", "acquire", "held", "renew", "lost", "consume"]) {
      expect(kinds).toContain(kind);
    }
    expect(checkHistory(events, audit)).toEqual([]);
    for (const number of upTo(sites)) {
      expect((await unwrap(verifyAudit(store, siteIdOf(String(number))))).fault).toBeNull();
    }
    while (followed.length < audit.length) await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    await following;
    expect(followed).toEqual(audit);
    await unwrap(store.close());
  });
});

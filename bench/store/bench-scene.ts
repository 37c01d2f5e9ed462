import { type ReleaseId, type RevisionId, type SiteId, type Store, unwrap } from "@hostelry/core/adapter";
import { type PgDatabase, pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { type PostgresServer, startPostgres } from "../../test/servers/postgres.ts";

/** How many work at once, each over a connection of its own. */
export const connections = 8;

/** A statement as it was sent. */
export interface SentStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A server that syncs to disk, as in production, and a store on it. */
export interface BenchScene {
  readonly server: PostgresServer;
  readonly store: Store;
  /** Sends through a store of its own; what was sent is the result. */
  recorded(work: (store: Store) => Promise<unknown>): Promise<readonly SentStatement[]>;
  /** Makes a site for each connection, named by a new prefix, on which publication 1 is live; gives the prefix. */
  freshSites(): Promise<string>;
  end(): Promise<void>;
}

/** The site of a connection. */
export function siteOf(prefix: string, lane: number): SiteId {
  return `${prefix}-site-${lane}` as SiteId;
}

/** Takes the lease, begins a publication and sets the live slot, which `before` must have set: what a publish decides. */
export async function decide(store: Store, prefix: string, lane: number, before: number | null): Promise<number> {
  const siteId = siteOf(prefix, lane);
  const revisionId = `${prefix}-rev-${lane}` as RevisionId;
  const { fencingToken: number } = await unwrap(store.acquireLease({ siteId, holder: "bench", ttlMs: 60_000 }));
  const at = new Date();
  const audit = { actor: "bench", siteId, subject: revisionId, at };
  const shown = { revisionId, manifestDigest: "d".repeat(64), release: "1-dddddddddddd" as ReleaseId };
  await unwrap(
    store.beginPublication({
      publication: {
        ...shown,
        siteId,
        number,
        slot: "live",
        releaseManifestBlob: "b".repeat(64),
        previous: null,
        targets: ["edge-1"],
        state: "intended",
        startedAt: at,
      },
      audit: { ...audit, action: "publication.started" },
    }),
  );
  await unwrap(
    store.compareAndSetSlot({
      siteId,
      slot: "live",
      expect: before,
      value: { ...shown, publication: number, since: at },
      fencingToken: number,
      publication: number,
      revisions: [],
      at,
      audit: { ...audit, action: "publication.recorded" },
    }),
  );
  return number;
}

/** Starts the server and opens the store. */
export async function benchScene(): Promise<BenchScene> {
  const server = await startPostgres({ durable: true });
  const pool = new pg.Pool({ ...server.connection, max: connections });
  const store = await unwrap(pgStorage(pool));
  let prefixes = 0;
  return {
    server,
    store,
    recorded: async (work) => {
      const sent: SentStatement[] = [];
      const recorder: PgDatabase = {
        query: (text, values = []) => {
          if (!text.includes("pg_notify")) sent.push({ text, values });
          return pool.query(text, values);
        },
      };
      const recording = await unwrap(pgStorage(recorder, { migrate: false }));
      sent.length = 0;
      await work(recording);
      return sent;
    },
    freshSites: async () => {
      const prefix = `bench${++prefixes}`;
      for (let lane = 0; lane < connections; lane += 1) {
        const siteId = siteOf(prefix, lane);
        const at = new Date();
        const audit = { actor: "bench", siteId, subject: siteId, at };
        const site = { id: siteId, name: siteId, state: "live", createdAt: at, version: 1 } as const;
        await unwrap(store.createSite({ site, audit: { ...audit, action: "site.created" } }));
        const archive = { sha256: "0".repeat(64), size: 1 };
        const id = `${prefix}-rev-${lane}` as RevisionId;
        const upload = {
          id,
          siteId,
          archive,
          createdAt: at,
          audit: { ...audit, action: "revision.uploaded" },
        } as const;
        await unwrap(store.appendRevision(upload));
        const fencingToken = await decide(store, prefix, lane, null);
        await unwrap(store.releaseLease({ siteId, fencingToken }));
      }
      return prefix;
    },
    end: async () => {
      await pool.end();
      await server.stop();
    },
  };
}

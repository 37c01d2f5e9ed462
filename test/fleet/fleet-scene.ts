// A fleet of real nodes with a product in front of it: records in PostgreSQL, blobs in a directory, targets over SSH.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryBlobStore } from "@hostelry/adapter-local";
import { createHosting, type Hosting, type Revision, type Site, unwrap } from "@hostelry/core";
import { pgStorage } from "@hostelry/storage-pg";
import { seededRandom } from "@hostelry/testing";
import { zipSync } from "fflate";
import pg from "pg";
import { newEdgeRoot } from "../adapter-ssh/fixtures/edge-root.ts";
import { type OnDisk, onDisk } from "../publish/edge.ts";
import { startPostgres } from "../servers/postgres.ts";
import { type SshNode, type SshNodes, startSshNodes } from "../servers/ssh-nodes.ts";
import { type ConnectedNode, connectNode, type NodePlace } from "./fleet-place.ts";
import type { PublisherPlace } from "./publisher.ts";
import { publisherStarter, type RunningPublisher } from "./start-publisher.ts";

/** Few, so that each publication prunes. */
export const keptReleases = 3;

/** No lease of these tests ends by itself: `expireLease` lets time pass. */
const publishing = { leaseTtlMs: 600_000, keepReleases: keptReleases } as const;

/** Nodes, a store, and a product's process: this one. */
export interface FleetScene {
  readonly nodes: readonly SshNode[];
  readonly hosting: Hosting;
  readonly targets: readonly ConnectedNode[];
  /** Starts another publishing process, that may reach the nodes in a way of its own. */
  publisher(through?: (place: NodePlace, index: number) => NodePlace): RunningPublisher;
  /** Ends the lease of whoever has it, as if its time were over; its holder does not know. */
  expireLease(site: Site): Promise<void>;
  /** What lies on each node, read without the adapter. */
  onDisks(site: Site): Promise<readonly OnDisk[]>;
  /** The same with fewer nodes: another product on the same machines. Stops with this one. */
  first(count: number): FleetScene;
  stop(): Promise<void>;
}

/** Starts everything. */
export async function startFleet(count: number): Promise<FleetScene> {
  const schema = "fleet";
  const [server, nodes, blobs, starter] = await Promise.all([
    startPostgres(),
    startSshNodes({ gnu: count, web: false }),
    mkdtemp(join(tmpdir(), "hostelry-fleet-")),
    publisherStarter(),
  ]);
  const pool = new pg.Pool({ ...server.connection, max: 4 });
  const store = await unwrap(pgStorage(pool, { schema }));
  const roots = await Promise.all(nodes.all.map((node) => newEdgeRoot(node)));
  const places = nodes.all.map((node, index) => placeOf(nodes, node, roots[index]?.root ?? ""));
  const allTargets = places.map(connectNode);
  const { connection } = server;
  const stop = async (): Promise<void> => {
    await Promise.all(allTargets.map((target) => target.close()));
    await nodes.stop();
    await pool.end();
    await server.stop();
    starter.remove();
    await rm(blobs, { recursive: true, force: true });
  };
  const withFirst = (own: number): FleetScene => {
    const targets = allTargets.slice(0, own);
    const hosting = createHosting({
      store,
      blobs: directoryBlobStore(blobs, { durability: "none" }),
      targets: targets.map(({ edge }) => edge),
      publishing,
      holder: "test",
    });
    return {
      nodes: nodes.all.slice(0, own),
      hosting,
      targets,
      publisher: (through = (place) => place) => {
        const place: PublisherPlace = {
          ...{ connection, schema, blobs, publishing },
          nodes: places.slice(0, own).map(through),
        };
        return starter.start(place);
      },
      expireLease: async ({ id }) => {
        await pool.query(
          `update ${schema}.site set lease_expires_at = clock_timestamp() where id = $1 and lease_expires_at is not null`,
          [id],
        );
      },
      onDisks: (site) => Promise.all(roots.slice(0, own).map(({ outside: www }) => onDisk({ www }, site))),
      first: withFirst,
      stop,
    };
  };
  return withFirst(count);
}

function placeOf(nodes: SshNodes, node: SshNode, root: string): NodePlace {
  const { name, host, sshPort: port, user, hostKey } = node;
  return { name, host, port, user, hostKey, clientKeyFile: nodes.clientKeyFile, root };
}

/** The page that a version shows. */
export const pageOf = (label: string): string => `<title>${label}</title>`;

/** A site with validated revisions of these labels, each with a page, some files that never change, and `bytes` that do. */
export async function siteWith<const L extends string>(
  hosting: Hosting,
  labels: readonly L[],
  bytes = 2000,
): Promise<{ readonly site: Site; readonly revisions: Readonly<Record<L, Revision>> }> {
  const site = await unwrap(hosting.sites.create({ name: "Acme" }));
  const revisions: [string, Revision][] = [];
  for (const label of labels) {
    const { id } = await unwrap(hosting.revisions.upload(site.id, archiveOf(label, bytes)));
    const report = await unwrap(hosting.revisions.validate(id));
    if (!report.ok) throw new Error(JSON.stringify(report.findings));
    revisions.push([label, await unwrap(hosting.revisions.get(id))]);
  }
  return { site, revisions: Object.fromEntries(revisions) as Record<L, Revision> };
}

function archiveOf(label: string, bytes: number): Uint8Array {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  return zipSync({
    "index.html": text(pageOf(label)),
    "about/index.html": text(`about ${label}`),
    "robots.txt": text("the same in every version"),
    // Does not shrink: on the wire it is as long as here.
    "pictures/hero.webp": seededRandom(label).bytes(bytes),
  });
}

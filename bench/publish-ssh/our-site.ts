import { existsSync, mkdirSync } from "node:fs";
import { chown, readdir } from "node:fs/promises";
import { join } from "node:path";
import { directoryBlobStore } from "@hostelry/adapter-local";
import { type SshEdge, sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import { createHosting, type Hosting, type RevisionId, type SiteId, unwrap } from "@hostelry/core";
import type { Target, Transport } from "@hostelry/core/adapter";
import { type MemoryRecords, memoryRecords, memoryStore } from "@hostelry/testing";
import { zipSync } from "fflate";
import type { Contender, Run } from "../harness/bench.ts";
import { measureProcess } from "../harness/measure-process.ts";
import { measureHere } from "../harness/own-figures.ts";
import type { SiteContent } from "../publish-local/site-content.ts";
import type { BenchNode } from "./bench-node.ts";

/** A site whose revisions are validated: their files are in the blob store, and nothing is published. */
export interface IntakenSite {
  readonly blobFolder: string;
  readonly records: MemoryRecords;
  readonly siteId: SiteId;
  readonly first: RevisionId;
  readonly changed: RevisionId;
}

/** Takes two versions of a site in, as a host does: packed, uploaded, inspected. */
export async function intakenSite(blobFolder: string, first: SiteContent, changed: SiteContent): Promise<IntakenSite> {
  const records = memoryRecords();
  const hosting = hostingOf({ blobFolder, records }, []);
  const site = await unwrap(hosting.sites.create({ name: "Bench" }));
  const take = async (content: SiteContent): Promise<RevisionId> => {
    const archive = zipSync(Object.fromEntries(content), { level: 0 });
    const { id } = await unwrap(hosting.revisions.upload(site.id, archive));
    const report = await unwrap(hosting.revisions.validate(id));
    if (!report.ok) throw new Error(`The site is refused: ${JSON.stringify(report.findings.slice(0, 3))}`);
    return id;
  };
  return { blobFolder, records, siteId: site.id, first: await take(first), changed: await take(changed) };
}

/** What is published, and over which connection. */
export interface OurCase {
  readonly change: "cold" | "1 % changed";
  readonly connection: "fresh" | "open";
}

/** `hosting.publish`, each run into an empty root of its own on the node. */
export function ourPublish(node: BenchNode, site: IntakenSite, { change, connection }: OurCase): Contender {
  return {
    name: "hosting.publish",
    async prepare(): Promise<Run> {
      const root = join(node.outside, `ours-${node.nextNumber()}`);
      mkdirSync(root);
      await chown(root, node.uid, node.uid);
      const records = structuredClone(site.records);
      let open = connect(node, root);
      if (change === "1 % changed") {
        await publish(hostingOf({ ...site, records }, [open.edge]), site.first);
        // The node makes the next release's tree of links while nobody waits.
        await until(async () => (await preparedTrees(root, site.siteId)) === 1);
      }
      if (connection === "fresh") {
        await open.close();
        open = connect(node, root);
      } else {
        await unwrap(open.edge.observe(site.siteId));
      }
      const hosting = hostingOf({ ...site, records }, [open.edge]);
      await measureProcess(["sync"]);
      await node.takeBytesUp();
      return {
        measure: async () => {
          const figures = await measureHere(() => publish(hosting, change === "cold" ? site.first : site.changed));
          return { ...figures, "bytes sent": await node.takeBytesUp() };
        },
        // What was laid out is taken away with the node, not after each run: ext4 looks at all names of files that were deleted
        // in the last minutes before it makes a new one (`recently_deleted`), and the next run would measure that.
        end: () => open.close(),
      };
    },
  };
}

interface Open {
  readonly transport: Transport;
  readonly edge: SshEdge;
  close(): Promise<void>;
}

function connect(node: BenchNode, root: string): Open {
  const { host, port, user, hostKey, clientKey } = node;
  const transport = sshTransport({ host, port, user, hostKey, auth: { kind: "key", privateKey: clientKey } });
  const edge = sshEdge(transport, root);
  return {
    transport,
    edge,
    close: async () => {
      await edge.close();
      await transport.close();
    },
  };
}

function hostingOf(
  { blobFolder, records }: Pick<IntakenSite, "blobFolder" | "records">,
  targets: readonly Target[],
): Hosting {
  return createHosting({
    store: memoryStore({ records }),
    blobs: directoryBlobStore(blobFolder, { durability: "none" }),
    targets,
  });
}

async function publish(hosting: Hosting, revision: RevisionId): Promise<void> {
  const { outcome } = await unwrap(hosting.publish(revision));
  if (outcome !== "published") throw new Error(`Nothing was published: ${outcome}.`);
}

async function preparedTrees(root: string, siteId: SiteId): Promise<number> {
  const folder = join(root, "sites", siteId, ".hostelry/prepared");
  return existsSync(folder) ? (await readdir(folder)).filter((name) => name.includes("-")).length : 0;
}

/** Asks again and again; for what another process does, in the making ready. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error("it did not come about within a minute");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

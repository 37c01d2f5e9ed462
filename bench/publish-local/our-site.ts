import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type DurabilityLevel, directoryBlobStore, directoryTarget } from "@hostelry/adapter-local";
import { createHosting, type Hosting, type RevisionId, unwrap } from "@hostelry/core";
import { type MemoryRecords, memoryRecords, memoryStore } from "@hostelry/testing";
import { zipSync } from "fflate";
import type { Contender, Run } from "../harness/bench.ts";
import { measureProcess } from "../harness/measure-process.ts";
import { measureHere } from "../harness/own-figures.ts";
import type { SiteContent } from "./site-content.ts";

/** A site whose revisions are validated: their files are in the blob store, and nothing is published. */
export interface IntakenSite {
  readonly folder: string;
  readonly records: MemoryRecords;
  readonly first: RevisionId;
  readonly changed: RevisionId;
}

/** Takes two versions of a site in, as a host does: packed, uploaded, inspected. */
export async function intakenSite(folder: string, first: SiteContent, changed: SiteContent): Promise<IntakenSite> {
  const records = memoryRecords();
  const hosting = hostingIn(folder, join(folder, "nowhere"), records, "none");
  const site = await unwrap(hosting.sites.create({ name: "Bench" }));
  const take = async (content: SiteContent): Promise<RevisionId> => {
    const archive = zipSync(Object.fromEntries(content), { level: 0 });
    const { id } = await unwrap(hosting.revisions.upload(site.id, archive));
    const report = await unwrap(hosting.revisions.validate(id));
    if (!report.ok) throw new Error(`The site is refused: ${JSON.stringify(report.findings.slice(0, 3))}`);
    return id;
  };
  return { folder, records, first: await take(first), changed: await take(changed) };
}

/** `hosting.publish`, each run into an empty target of its own. */
export function ourPublish(site: IntakenSite, change: "cold" | "1 % changed", durability: DurabilityLevel): Contender {
  return {
    name: "hosting.publish",
    async prepare(): Promise<Run> {
      const target = mkdtempSync(join(site.folder, "ours-"));
      const hosting = hostingIn(site.folder, target, structuredClone(site.records), durability);
      if (change !== "cold") await publish(hosting, site.first);
      // What was written before must not have to reach the disk within the run.
      await measureProcess(["sync"]);
      // Taken away with the whole, not after each run: ext4 looks at all names of files that were deleted in the last minutes
      // before it makes a new one (`recently_deleted`), and the next run would measure that.
      return { measure: () => measureHere(() => publish(hosting, change === "cold" ? site.first : site.changed)) };
    },
  };
}

function hostingIn(folder: string, target: string, records: MemoryRecords, durability: DurabilityLevel): Hosting {
  return createHosting({
    store: memoryStore({ records }),
    blobs: directoryBlobStore(join(folder, "blobs"), { durability }),
    targets: [directoryTarget(target, { durability })],
  });
}

async function publish(hosting: Hosting, revision: RevisionId): Promise<void> {
  const { outcome } = await unwrap(hosting.publish(revision));
  if (outcome !== "published") throw new Error(`Nothing was published: ${outcome}.`);
}

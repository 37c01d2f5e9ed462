import { directoryBlobStore } from "@hostelry/adapter-local";
import { s3Target } from "@hostelry/adapter-s3";
import { createHosting, type Hosting, type RevisionId, unwrap } from "@hostelry/core";
import { type MemoryRecords, memoryStore } from "@hostelry/testing";
import type { Contender, Run } from "../harness/bench.ts";
import { measureHere } from "../harness/own-figures.ts";
import type { IntakenSite } from "../publish-local/our-site.ts";
import type { BenchStore } from "./bench-store.ts";

/** What is published, and by whom: a process that has published the site before, or one that knows nothing. */
export interface OurCase {
  readonly change: "cold" | "1 % changed";
  readonly process: "fresh" | "same";
}

/** `hosting.publish`, each run under a prefix of its own. */
export function ourPublish(store: BenchStore, site: IntakenSite, { change, process }: OurCase): Contender {
  return {
    name: "hosting.publish",
    async prepare(): Promise<Run> {
      const prefix = store.nextPrefix();
      const records = structuredClone(site.records);
      let hosting = hostingIn(store, site, records, prefix);
      if (change !== "cold") await publish(hosting, site.first);
      if (process === "fresh") hosting = hostingIn(store, site, records, prefix);
      return {
        measure: () => measureHere(() => publish(hosting, change === "cold" ? site.first : site.changed)),
        end: () => store.clear(prefix),
      };
    },
  };
}

function hostingIn({ bucket }: BenchStore, { folder }: IntakenSite, records: MemoryRecords, prefix: string): Hosting {
  return createHosting({
    store: memoryStore({ records }),
    blobs: directoryBlobStore(`${folder}/blobs`, { durability: "none" }),
    targets: [s3Target(bucket, { prefix })],
  });
}

async function publish(hosting: Hosting, revision: RevisionId): Promise<void> {
  const { outcome } = await unwrap(hosting.publish(revision));
  if (outcome !== "published") throw new Error(`Nothing was published: ${outcome}.`);
}

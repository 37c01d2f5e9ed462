// Opens an embedded store, takes the site's lease, and appends revisions until it is killed. Says each thing on a line of its
// own, after it was acknowledged.
import { type RevisionId, type SiteId, unwrap } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";

const [directory = "", runName = ""] = process.argv.slice(2);
const opened = await pgStorage.embedded(directory);
if (opened.isErr()) {
  console.log(`refused ${opened.error.code} ${JSON.stringify(opened.error.details)}`);
} else {
  const store = opened.value;
  console.log("opened");
  const siteId = "site-killed" as SiteId;
  const draft = { actor: "writer", siteId, subject: siteId, at: new Date() };
  const site = { id: siteId, name: "Killed", state: "live", createdAt: new Date(), version: 1 } as const;
  const created = await store.createSite({ site, audit: { ...draft, action: "site.created" } });
  if (created.isErr() && created.error.code !== "STORE_CONFLICT") throw created.error;
  const lease = await unwrap(store.acquireLease({ siteId, holder: runName, ttlMs: 3_600_000 }));
  console.log(`lease ${lease.fencingToken}`);
  for (let number = 1; ; number += 1) {
    const revision = await unwrap(
      store.appendRevision({
        id: `rev-${runName}-${number}` as RevisionId,
        siteId,
        archive: { sha256: "0".repeat(64), size: number },
        createdAt: new Date(),
        audit: { ...draft, action: "revision.uploaded" },
      }),
    );
    console.log(`revision ${revision.number}`);
  }
}

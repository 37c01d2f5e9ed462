// Publishes a website from an archive, previews it, looks at it as a visitor does, and meets a refusal.
// Everything is kept in one directory of this machine: records in PGlite, content and served files beside them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { directoryBlobStore, directoryContent, directoryTarget } from "@hostelry/adapter-local";
import { createHosting, unwrap } from "@hostelry/core";
import { createSiteHandler, labelResolver, previewHost, siteHost } from "@hostelry/serve";
import { pgStorage } from "@hostelry/storage-pg";

const archive = fileURLToPath(new URL("site.zip", import.meta.url));
const directory = await mkdtemp(join(tmpdir(), "hostelry-example-"));

// Compose: where records are kept, where content is kept, where sites are served.
const served = join(directory, "www");
const store = await unwrap(pgStorage.embedded(join(directory, "records")));
const hosting = createHosting({
  store,
  blobs: directoryBlobStore(join(directory, "blobs")),
  targets: [directoryTarget(served)],
});

// Take an archive in and check it. What is bad about one is in the report; that is no exception.
const site = await unwrap(hosting.sites.create({ name: "The Lantern" }));
const revision = await unwrap(hosting.revisions.upload(site.id, archive));
const report = await unwrap(hosting.revisions.validate(revision.id));
console.log(`r${revision.number}: ${report.ok ? "accepted" : "rejected"}, ${report.stats.files} files`);

// Serve: a handler that reads the served directory and nothing else. This one is asked without a network.
const root = "localhost";
const handler = createSiteHandler({ content: directoryContent(served), resolve: labelResolver({ root }) });
const visit = async (host: string, headers: Record<string, string> = {}): Promise<string> => {
  const response = await handler.fetch(new Request(`http://${host}/`, { headers }));
  const title = /<title>(.*)<\/title>/.exec(await response.text())?.[1] ?? "";
  return `${response.status} ${title}`;
};

// Preview: only for those who have the token, and only for an hour.
const { preview, token } = await unwrap(hosting.previews.open(revision.id, { ttlMs: 60 * 60 * 1000 }));
const hidden = previewHost(site.id, preview.id, { root });
console.log(`preview without the token: ${await visit(hidden)}`);
console.log(`preview with the token: ${await visit(hidden, { cookie: `hostelry_preview=${token}` })}`);
console.log(`live before publishing: ${await visit(siteHost(site.id, { root }))}`);

// Publish: at once or not at all. `expectCurrent: null` says that nothing may be live yet.
const { outcome } = await unwrap(hosting.publish(revision.id, { expectCurrent: null }));
console.log(`${outcome}: ${await visit(siteHost(site.id, { root }))}`);

// A refusal is a value with a code, a sentence and a next step.
const again = await hosting.publish(revision.id, { expectCurrent: null });
again.match(
  (published) => console.log(published.outcome),
  (error) => console.log(`${error.code}: ${error.nextStep}`),
);

await unwrap(store.close());
await rm(directory, { recursive: true });

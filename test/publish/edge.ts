import { mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryBlobStore, directoryTarget } from "@hostelry/adapter-local";
import {
  createHosting,
  type Hosting,
  type PublishPolicy,
  type Revision,
  type Site,
  type Store,
  unwrap,
} from "@hostelry/core";
import { zipSync } from "fflate";

/** Directories of a single-machine product: blobs, and what visitors are served. */
export interface Edge {
  readonly blobs: string;
  readonly www: string;
  remove(): Promise<void>;
}

/** Fresh directories below the temporary one. */
export async function newEdge(): Promise<Edge> {
  const root = await mkdtemp(join(tmpdir(), "hostelry-edge-"));
  return {
    blobs: join(root, "blobs"),
    www: join(root, "www"),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** A hosting on a store and the edge's directories. */
export function hostingOn(
  store: Store,
  edge: Pick<Edge, "blobs" | "www">,
  publishing: Partial<PublishPolicy> = {},
): Hosting {
  return createHosting({
    store,
    blobs: directoryBlobStore(edge.blobs),
    targets: [directoryTarget(edge.www)],
    publishing,
    holder: `test:${process.pid}`,
  });
}

/** A ZIP of a site whose every file says which version it is of. */
export function zipOf(label: string, files = 3): Uint8Array {
  const pages = Array.from({ length: files }, (_, index) => [
    `pages/${index}.html`,
    new TextEncoder().encode(`${label} page ${index}`),
  ]);
  return zipSync(Object.fromEntries([["index.html", new TextEncoder().encode(`<title>${label}</title>`)], ...pages]));
}

/** A site with validated revisions of these labels. */
export async function siteWith(
  hosting: Hosting,
  ...labels: readonly string[]
): Promise<{ site: Site; revisions: readonly Revision[] }> {
  const site = await unwrap(hosting.sites.create({ name: "Acme" }));
  const revisions: Revision[] = [];
  for (const label of labels) {
    const { id } = await unwrap(hosting.revisions.upload(site.id, zipOf(label)));
    const report = await unwrap(hosting.revisions.validate(id));
    if (!report.ok) throw new Error(JSON.stringify(report.findings));
    revisions.push(await unwrap(hosting.revisions.get(id)));
  }
  return { site, revisions };
}

/** What lies on the disk for a site, read without the adapter. */
export interface OnDisk {
  /** Release that `current` points to. */
  readonly current: string | undefined;
  /** Text of the served index.html. */
  readonly page: string | undefined;
  readonly releases: readonly string[];
  /** Left-overs: half-staged releases, pending links, trash. */
  readonly leftovers: readonly string[];
}

/** Looks at a site's directory. */
export async function onDisk(edge: Pick<Edge, "www">, site: Site): Promise<OnDisk> {
  const folder = join(edge.www, "sites", site.id);
  const link = await readlink(join(folder, "current")).catch(() => undefined);
  const list = (path: string): Promise<string[]> => readdir(join(folder, path)).catch(() => []);
  const hidden = [".hostelry/staging", ".hostelry/pending", ".hostelry/trash"];
  return {
    current: link?.split("/").at(-1),
    page: await readFile(join(folder, "current", "index.html"), "utf8").catch(() => undefined),
    releases: (await list("releases")).sort(),
    leftovers: (
      await Promise.all(hidden.map(async (path) => (await list(path)).map((name) => `${path}/${name}`)))
    ).flat(),
  };
}

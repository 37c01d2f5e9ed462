// An edge root for tests: real publishing into a directory laid out as on an edge node, with hosts bound to sites.
import { chmod, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryTarget } from "@hostelry/adapter-local";
import { createHosting, type Hosting, type Revision, type Site, unwrap } from "@hostelry/core";
import { flow, ok } from "@hostelry/core/adapter";
import { memoryBlobStore, memoryStore, type SimulatedClock, simulatedClock } from "@hostelry/testing";
import { zipSync } from "fflate";

/** Files of a site: path → text. */
export type SiteFiles = Readonly<Record<string, string>>;

/** A root that web servers serve from, and the hosting that publishes into it. */
export interface EdgeRoot {
  readonly path: string;
  /** Another node, published to together with the first. */
  readonly secondPath: string;
  readonly hosting: Hosting;
  /** Stands still unless told otherwise: publications of one second are the hard case. */
  readonly clock: SimulatedClock;
  /** While set, every probe of the second node fails after this has run: the publication is taken back. */
  wrongProbes: (() => Promise<void>) | undefined;
  /** A new site, reached by a host name. */
  site(host: string): Promise<EdgeSite>;
  remove(): Promise<void>;
}

/** A site in the root. */
export interface EdgeSite {
  readonly site: Site;
  readonly host: string;
  /** Its directory. */
  readonly directory: string;
  /** Uploads and validates. */
  revision(files: SiteFiles): Promise<Revision>;
  /** Uploads, validates and publishes. */
  publish(files: SiteFiles): Promise<Revision>;
}

/** How roots are made. */
export interface EdgeRootOptions {
  /** Where the clock stands. Default: now. */
  readonly now?: Date | undefined;
  /** Put compressed files beside the others. Default: none. */
  readonly precompress?: readonly ("br" | "gzip")[] | undefined;
}

/** Makes two empty roots below the temporary directory. */
export async function newEdgeRoot(options: EdgeRootOptions = {}): Promise<EdgeRoot> {
  const { now = new Date(), precompress = [] } = options;
  const path = await newRoot();
  const secondPath = await newRoot();
  const clock = simulatedClock({ now });
  const second = directoryTarget(secondPath, { name: "second", durability: "none" });
  const hosting = createHosting({
    store: memoryStore(),
    blobs: memoryBlobStore(),
    targets: [
      directoryTarget(path, { durability: "none" }),
      {
        ...second,
        probe: (request, options) =>
          flow(async function* () {
            const seen = yield* second.probe(request, options);
            if (root.wrongProbes === undefined) return ok(seen);
            await root.wrongProbes();
            return ok({ ...seen, served: null });
          }),
      },
    ],
    // Sites of these tests may have programs.
    publishing: { precompress },
    archivePolicy: { forbidExtensions: [] },
    clock,
    holder: "test",
  });
  const siteAt = async (host: string): Promise<EdgeSite> => {
    const site = await unwrap(hosting.sites.create({ name: host }));
    const directory = join(path, "sites", site.id);
    for (const node of [path, secondPath]) {
      await symlink(join("..", "sites", site.id), join(node, "hosts", host));
    }
    const revision = async (files: SiteFiles): Promise<Revision> => {
      const { id } = await unwrap(hosting.revisions.upload(site.id, zipOf(files)));
      const report = await unwrap(hosting.revisions.validate(id));
      if (!report.ok) throw new Error(JSON.stringify(report.findings));
      return unwrap(hosting.revisions.get(id));
    };
    const publish = async (files: SiteFiles): Promise<Revision> => {
      const made = await revision(files);
      await unwrap(hosting.publish(made.id));
      return made;
    };
    return { site, host, directory, revision, publish };
  };
  const remove = async (): Promise<void> => {
    for (const node of [path, secondPath]) await rm(node, { recursive: true, force: true });
  };
  const root: EdgeRoot = { path, secondPath, hosting, clock, wrongProbes: undefined, site: siteAt, remove };
  return root;
}

async function newRoot(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "hostelry-root-"));
  await chmod(path, 0o755);
  for (const folder of ["hosts", "sites", "pages", "acme"]) await mkdir(join(path, folder));
  return path;
}

function zipOf(files: SiteFiles): Uint8Array {
  const encoder = new TextEncoder();
  return zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, encoder.encode(text)])));
}

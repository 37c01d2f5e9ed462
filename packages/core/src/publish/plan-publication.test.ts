import { unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { addRevision, newWorld, type SiteFiles, startProcess } from "../../test/scene.ts";

const text = (label: string): string => `${label} ${"all work and no play ".repeat(200)}`;

describe("the plan of a publication", () => {
  it("weighs exactly what is sent then, compressed files included, and stores nothing", async () => {
    const world = newWorld();
    let stored = 0;
    const { hosting, targets } = startProcess(world, (options) => ({
      ...options,
      publishing: { precompress: ["br", "gzip"] },
      blobs: {
        ...options.blobs,
        put: (input, own) =>
          options.blobs.put(input, own).map((blob) => {
            stored += 1;
            return blob;
          }),
      },
    }));
    const site = await unwrap(hosting.sites.create({ name: "Acme" }));
    const versions: readonly SiteFiles[] = [
      { "index.html": text("one"), "style.css": text("same"), "copy.css": text("same"), "photo.jpg": text("photo") },
      { "index.html": text("two"), "style.css": text("same"), "new.css": text("new"), "photo.jpg": text("photo") },
    ];
    for (const files of versions) {
      const revision = await addRevision(hosting, site, files);
      const before = stored;
      const plan = await unwrap(hosting.plan(revision.id));
      expect(stored).toBe(before);
      const had = heldBlobs(targets[0]?.state.get(site.id)?.releases.values() ?? []);
      const { publication } = await unwrap(hosting.publish(revision.id));
      const laid = heldBlobs([targets[0]?.state.get(site.id)?.releases.get(publication.release)].filter(isThere));
      const sent = [...laid].filter(([sha256]) => !had.has(sha256));
      expect(plan.targets).toMatchObject([
        { missingFiles: sent.length, missingBytes: sent.reduce((sum, [, size]) => sum + size, 0) },
      ]);
      expect(sent.length).toBeGreaterThan(4);
    }
  });
});

interface Held {
  readonly manifest: { readonly files: readonly { readonly sha256: string; readonly size: number }[] };
}

/** Sizes by hash. */
function heldBlobs(releases: Iterable<Held>): ReadonlyMap<string, number> {
  return new Map([...releases].flatMap(({ manifest }) => manifest.files.map(({ sha256, size }) => [sha256, size])));
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

import { createHash } from "node:crypto";
import { decodeManifest, type Hosting, type HostingOptions, unwrap } from "@hostelry/core";
import { type MemoryBlobStore, memoryBlobStore } from "@hostelry/testing";
import { decodeReleaseManifest } from "../src/publish/release-manifest.ts";
import { branchOf, newWorld, type Process, startProcess, type World } from "./scene.ts";

export const minute = 60_000;
export const hour: number = 60 * minute;
export const day: number = 24 * hour;

/** A world whose blobs grow old by the clock of the world. */
export function agingWorld(targets = 1): World {
  const world = newWorld(targets);
  return { ...world, blobs: memoryBlobStore({ clock: world.clock }) };
}

/** The same world once more, with blobs of its own. */
export function agingBranchOf(world: World): World {
  const branch = branchOf(world);
  const { blobs, putAt } = world.blobs;
  const copy = { blobs: new Map(blobs), putAt: structuredClone(putAt), clock: branch.clock };
  return { ...branch, blobs: memoryBlobStore(copy) };
}

/** A process with short times, so that a test need not go through weeks. */
export function startCollecting(
  world: World,
  change: (options: HostingOptions) => HostingOptions = (same) => same,
): Process {
  const garbage = { graceMs: hour, quarantineMs: 2 * hour, keepPreviewsMs: 2 * hour };
  return startProcess(world, (options) => change({ ...options, garbage }));
}

/** SHA-256 of a text, as a blob's name. */
export function nameOf(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What is missing in the blob store of all that the sites' publishable revisions and archives in quarantine need. */
export async function missingBlobs(hosting: Hosting, blobs: MemoryBlobStore): Promise<readonly string[]> {
  const missing: string[] = [];
  const look = (sha256: string, what: string): Uint8Array | undefined => {
    const bytes = blobs.blobs.get(sha256);
    if (bytes === undefined) missing.push(what);
    return bytes;
  };
  for (const site of (await unwrap(hosting.sites.list({ limit: 1000 }))).items) {
    for (const revision of (await unwrap(hosting.revisions.list(site.id, { limit: 1000 }))).items) {
      const { number, state, manifestDigest } = revision;
      if (manifestDigest === undefined || state === "rejected") continue;
      const bytes = look(manifestDigest, `manifest of r${number}`);
      if (bytes === undefined) continue;
      const manifest = decodeManifest(bytes)._unsafeUnwrap();
      for (const { path, sha256 } of manifest.files) look(sha256, `${path} of r${number}`);
    }
    const { slots } = await unwrap(hosting.sites.status(site.id));
    const { items } = await unwrap(hosting.publications.list(site.id, { limit: 1000 }));
    for (const slot of slots) {
      const publication = items.find((each) => each.number === slot.publication);
      if (publication === undefined) continue;
      const bytes = look(publication.releaseManifestBlob, `release manifest of ${slot.name}`);
      const files = bytes === undefined ? [] : decodeReleaseManifest(bytes)._unsafeUnwrap().files;
      for (const { path, sha256 } of files) look(sha256, `${path} of ${slot.name}`);
    }
  }
  return missing;
}

import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localTransport } from "@hostelry/adapter-local";
import { sshEdge } from "@hostelry/adapter-ssh";
import { okAsync, type ReleaseFile, releaseIdOf, type SiteId, unwrap } from "@hostelry/core/adapter";
import { expect, it } from "vitest";
import { rounds } from "../setup/rounds.ts";
import { edgeToolbox } from "./fixtures/edge-toolbox.ts";
import { randomPaths } from "./fixtures/hostile-paths.ts";

const siteId = "site-00000000000000000000" as SiteId;

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** All files below a folder, as bytes: what a name is, and not what somebody takes it for. */
function filesBelow(folder: Buffer): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, encoding: "buffer" }).flatMap((entry) => {
    const path = Buffer.concat([folder, Buffer.from("/"), entry.name]);
    return entry.isDirectory() ? filesBelow(path) : [path.toString("hex")];
  });
}

it.each(["coreutils", "busybox"] as const)(
  "thousands of random names and their bytes arrive as they are, are linked, replaced, hashed and removed, with the programs of %s",
  async (toolbox) => {
    const machine = toolbox === "busybox" ? edgeToolbox(toolbox) : undefined;
    machine?.arrangePlain();
    const root = machine?.root ?? mkdtempSync(join(tmpdir(), "hostelry-names-"));
    const transport = machine?.transport ?? localTransport();
    const edge = sshEdge(transport, root, { durability: "none" });
    const blobs = new Map<string, Uint8Array>();
    const paths = randomPaths("names", rounds(10_000, 2500));
    try {
      for (const version of [1, 2]) {
        // Of the second version a third is as before, a third has other bytes, and a third is gone.
        const files = paths
          .filter((_, index) => version === 1 || index % 3 !== 0)
          .map((path, index): ReleaseFile => {
            const changed = version === 2 && index % 2 === 0;
            const bytes = new TextEncoder().encode(`${path}${changed ? " changed" : ""}`);
            const sha256 = hashOf(bytes);
            blobs.set(sha256, bytes);
            const mtimeSeconds = 1_700_000_000 + (changed ? 1 : 0);
            return { path, sha256, size: bytes.length, mode: 0o644, mtimeSeconds, mediaType: "text/plain" };
          });
        const manifestDigest = hashOf(new TextEncoder().encode(String(version)));
        const manifest = { release: releaseIdOf(version, manifestDigest), manifestDigest, files };
        const read = (sha256: string) => okAsync(one(blobs.get(sha256) ?? new Uint8Array()));
        await unwrap(edge.stage({ siteId, fencingToken: version, manifest, blobs: { read } }));
        const { release } = manifest;
        const { probe } = await unwrap(
          edge.activate({ siteId, fencingToken: version, slot: "live", release, samples: files.slice(0, 500) }),
        );
        expect(probe).toEqual({ served: release, mismatches: [] });

        const folder = join(root, "sites", siteId, "releases", release);
        const there = filesBelow(Buffer.from(folder)).toSorted();
        expect(there).toEqual(files.map(({ path }) => Buffer.from(`${folder}/${path}`).toString("hex")).toSorted());
        for (const { path, sha256 } of files)
          expect(hashOf(readFileSync(Buffer.from(`${folder}/${path}`)))).toBe(sha256);
        expect(await unwrap(edge.verify({ siteId, release }))).toEqual({ problems: [] });
      }
    } finally {
      await edge.close();
      await (machine === undefined ? transport.close() : machine.end());
      rmSync(root, { recursive: true, force: true });
    }
  },
);

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

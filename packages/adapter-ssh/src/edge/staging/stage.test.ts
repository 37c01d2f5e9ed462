import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localTransport } from "@hostelry/adapter-local";
import { okAsync, type ReleaseManifest, releaseIdOf, type SiteId, unwrap } from "@hostelry/core/adapter";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type SshEdge, sshEdge } from "../ssh-edge.ts";

const siteId = "site-1" as SiteId;
const bytes = new TextEncoder().encode("right");
const sha256 = createHash("sha256").update(bytes).digest("hex");
const file = { path: "index.html", sha256, size: bytes.length, mode: 0o644, mtimeSeconds: 1, mediaType: "text/html" };
const manifest: ReleaseManifest = { release: releaseIdOf(1, sha256), manifestDigest: sha256, files: [file] };
const blobs = {
  read: () =>
    okAsync(
      (async function* () {
        yield bytes;
      })(),
    ),
};
const request = { siteId, fencingToken: 1, manifest, blobs };
let root: string;
let edge: SshEdge;
let page: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "hostelry-stage-"));
  edge = sshEdge(localTransport(), root, { durability: "none", prepares: false });
  page = join(root, "sites", siteId, "releases", manifest.release, "index.html");
  await unwrap(edge.stage(request));
  await edge.close();
  // Another publisher, which remembers nothing.
  edge = sshEdge(localTransport(), root, { durability: "none", prepares: false });
});
afterEach(async () => {
  await edge.close();
  rmSync(root, { recursive: true, force: true });
});

const loseManifest = (): void => unlinkSync(join(root, "sites", siteId, ".hostelry/manifests", manifest.release));

it("keeps one session for a stage of little, the flip and what follows", async () => {
  const sessions: unknown[] = [];
  const transport = localTransport();
  const counting = sshEdge(
    {
      ...transport,
      start: (...call) => {
        sessions.push(call[0]);
        return transport.start(...call);
      },
    },
    root,
    { durability: "none" },
  );
  const next = { ...manifest, release: releaseIdOf(2, sha256) };
  await unwrap(counting.stage({ ...request, fencingToken: 2, manifest: next }));
  await unwrap(counting.activate({ siteId, fencingToken: 2, slot: "live", release: next.release }));
  expect((await unwrap(counting.observe(siteId))).slots.get("live")).toBe(next.release);
  await counting.close();
  // A request may come while the next tree of links is being made.
  expect(sessions.length).toBeLessThanOrEqual(2);
});

it("takes nothing for granted that lies in a release's place without its manifest", async () => {
  loseManifest();
  writeFileSync(page, "wrong");
  await unwrap(edge.stage(request));
  expect(readFileSync(page, "utf8")).toBe("right");
});

it("leaves such a release in its place while it is shown, and says so", async () => {
  await unwrap(edge.activate({ siteId, fencingToken: 1, slot: "live", release: manifest.release }));
  loseManifest();
  const refused = await edge.stage(request);
  expect(refused._unsafeUnwrapErr()).toMatchObject({ code: "TARGET_LAYOUT_INVALID" });
  expect(existsSync(page)).toBe(true);
  expect(existsSync(join(root, "sites", siteId, "current/index.html"))).toBe(true);
});

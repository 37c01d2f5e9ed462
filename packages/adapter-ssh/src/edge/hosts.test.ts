import { existsSync, mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localTransport } from "@hostelry/adapter-local";
import { okAsync, type PreviewId, previewSlot, releaseIdOf, type SiteId, unwrap } from "@hostelry/core/adapter";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type SshEdge, sshEdge } from "./ssh-edge.ts";

const [one, two] = ["site-1", "site-2"] as [SiteId, SiteId];
let root: string;
let edge: SshEdge;
let now = new Date("2026-01-01T00:00:00.000Z");
const transport = localTransport();

beforeEach(() => {
  now = new Date("2026-01-01T00:00:00.000Z");
  root = mkdtempSync(join(tmpdir(), "hostelry-hosts-"));
  edge = sshEdge(transport, root, { durability: "none", now: () => now });
});
afterEach(async () => {
  await edge.close();
  rmSync(root, { recursive: true, force: true });
});

it("gives a host to a site once, and takes it away again", async () => {
  const request = { siteId: one, host: "www.example.org" };
  expect(await unwrap(edge.bindHost(request))).toEqual({ changed: true });
  expect(await unwrap(edge.bindHost(request))).toEqual({ changed: false });
  expect(readlinkSync(join(root, "hosts/www.example.org"))).toBe("../sites/site-1");
  expect(await unwrap(edge.unbindHost(request))).toEqual({ changed: true });
  expect(await unwrap(edge.unbindHost(request))).toEqual({ changed: false });
});

it("neither gives away nor takes a host of another site", async () => {
  await unwrap(edge.bindHost({ siteId: one, host: "example.org" }));
  for (const call of [edge.bindHost, edge.unbindHost]) {
    const refused = await call({ siteId: two, host: "example.org" });
    expect(refused._unsafeUnwrapErr().code).toBe("TARGET_LAYOUT_INVALID");
  }
  expect(readlinkSync(join(root, "hosts/example.org"))).toBe("../sites/site-1");
});

it.each(["", "..", "a/b", "-a.org", "Example.org", "a..b", ".a", "a b", "a\n", "müller.de", "a.org."])(
  "refuses %j as a host",
  async (host) => {
    expect((await edge.bindHost({ siteId: one, host }))._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
  },
);

it("sweeps the previews whose time is over, and no other", async () => {
  const manifestDigest = "0".repeat(64);
  const manifest = { release: releaseIdOf(1, manifestDigest), manifestDigest, files: [] };
  const blobs = { read: () => okAsync((async function* () {})()) };
  await unwrap(edge.stage({ siteId: one, fencingToken: 1, manifest, blobs }));
  const open = async (id: string, expiresAt: Date): Promise<void> => {
    const guard = { tokenHash: manifestDigest, expiresAt };
    const slot = previewSlot(id as PreviewId);
    await unwrap(edge.activate({ siteId: one, fencingToken: 1, slot, release: manifest.release, guard }));
  };
  await open("preview-short", new Date("2026-01-01T12:00:00.000Z"));
  await open("preview-long", new Date("2026-01-03T00:00:00.000Z"));
  expect(readlinkSync(join(root, "previews/preview-short"))).toBe("../sites/site-1/previews/preview-short");
  expect(await unwrap(edge.sweep())).toEqual({ expired: [] });

  now = new Date("2026-01-02T00:00:00.000Z");
  expect(await unwrap(edge.sweep())).toEqual({ expired: [{ siteId: one, slot: "preview/preview-short" }] });
  expect(existsSync(join(root, "previews/preview-short"))).toBe(false);
  const seen = await unwrap(edge.observe(one));
  expect([[...seen.slots.keys()], seen.leftovers]).toEqual([["preview/preview-long"], 0]);
  expect(await unwrap(edge.sweep())).toEqual({ expired: [] });
});

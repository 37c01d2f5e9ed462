import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type SshEdge, sftpTarget, sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import {
  type HostingError,
  okAsync,
  type PreviewId,
  previewSlot,
  type ReleaseFile,
  type ReleaseId,
  type ResultAsync,
  releaseIdOf,
  type ServingState,
  type SiteId,
  type SlotName,
  type Target,
  type Transport,
  unwrap,
} from "@hostelry/core/adapter";
import { seededRandom } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { siteId, smallSite } from "../adapter-local/fixtures/small-site.ts";
import { type SshNodeKind, type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { rounds } from "../setup/rounds.ts";
import { newEdgeRoot } from "./fixtures/edge-root.ts";
import { hostileTexts, randomPaths } from "./fixtures/hostile-paths.ts";
import { optionsFor } from "./transport-harness.ts";

const timeoutMs = 1_800_000;
const site = smallSite(1, "one");
const { release } = site.manifest;
const tokenHash = "c".repeat(64);
const expiresAt = new Date("2030-01-01T00:00:00Z");

const kinds: readonly SshNodeKind[] = ["gnu", "busybox", "sftpOnly"];

describe.each(kinds)("a target on a node of kind %s", (kind) => {
  describe.skipIf(!sshNodesAvailable(kind))("over SSH", () => {
    let nodes: SshNodes;
    let transport: Transport;
    let target: Target;
    let edge: SshEdge | undefined;
    let outside: string;

    beforeAll(async () => {
      nodes = await startSshNodes({ [kind]: 1, web: false });
      const node = nodes.one(kind);
      const place = await newEdgeRoot(node);
      // The root itself is named by somebody who likes surprises.
      const folder = `it's "$(id)" -rf *`;
      outside = join(place.outside, folder);
      transport = sshTransport(optionsFor(nodes, node));
      await unwrap(transport.files.makeDirectory(`${place.root}/${folder}`));
      const root = `${place.root}/${folder}`;
      // Nothing is made behind the back of the one who lists everything.
      edge = kind === "sftpOnly" ? undefined : sshEdge(transport, root, { durability: "none", prepares: false });
      target = edge ?? sftpTarget(transport, root);
      await unwrap(target.stage({ siteId, fencingToken: 1, ...site }));
      await unwrap(target.activate({ siteId, fencingToken: 1, slot: "live", release }));
    });
    afterAll(async () => {
      await edge?.close();
      await transport.close();
      await nodes.stop();
    });

    /** Everything below the root that such calls could change. */
    const everything = (): readonly string[] =>
      readdirSync(outside, { recursive: true, encoding: "utf8" })
        .filter((path) => !path.includes("/.hostelry/fence") && !path.includes("/.hostelry/prepared"))
        .toSorted();

    it(
      "refuses everything that is no id, no host, no hash, no state and no number before it reaches the node",
      async () => {
        const before = everything();
        const calls = rejected(target, edge);
        const texts = hostileTexts(`values ${kind}`, rounds(10_000, 1000));
        for (const [index, text] of texts.entries()) {
          const call = calls[index % calls.length];
          const error = (await call?.(text))?._unsafeUnwrapErr();
          expect([error?.code, JSON.stringify(text)]).toEqual(["INVALID_INPUT", JSON.stringify(text)]);
        }
        expect(everything()).toEqual(before);
        expect((await unwrap(target.observe(siteId))).slots.get("live")).toBe(release);
      },
      timeoutMs,
    );

    it(
      "lays out, flips, hashes, replaces and removes files of any name and type, byte for byte",
      async () => {
        const paths = randomPaths(`paths ${kind}`, rounds(10_000, 150));
        for (const version of [2, 3]) {
          const { manifest, blobs } = siteOf(version, paths);
          const samples = manifest.files.slice(0, 300);
          const shown = { served: manifest.release, mismatches: [] };
          const request = { siteId, fencingToken: version, slot: "live", manifest, blobs, samples } as const;
          if (version === 3 && edge !== undefined) {
            // The names of the samples go before the archive.
            expect((await unwrap(edge.stageAndActivate(request))).activated.probe).toEqual(shown);
          } else {
            await unwrap(target.stage(request));
            await unwrap(target.activate({ ...request, release: manifest.release }));
          }
          expect(await unwrap(target.probe(request))).toEqual(shown);
          const folder = join(outside, "sites", siteId, "releases", manifest.release);
          expect(filesBelow(Buffer.from(folder)).toSorted()).toEqual(
            manifest.files.map(({ path }) => Buffer.from(`${folder}/${path}`).toString("hex")).toSorted(),
          );
          for (const { path, sha256 } of manifest.files)
            expect(hashOf(readFileSync(Buffer.from(`${folder}/${path}`)))).toBe(sha256);
          expect(await unwrap(target.verify({ siteId, release: manifest.release }))).toEqual({ problems: [] });
          expect(await unwrap(target.missing({ siteId, manifest }))).toEqual([]);
        }
        const old = siteOf(2, paths).manifest.release;
        expect((await unwrap(target.discard({ siteId, fencingToken: 4, releases: [old] }))).discarded).toEqual([old]);
        expect((await unwrap(target.observe(siteId))).leftovers).toBe(0);
      },
      timeoutMs,
    );

    it.runIf(kind !== "sftpOnly")(
      "binds any host name to any site, and no other",
      async () => {
        const random = seededRandom(`hosts ${kind}`);
        const label = (): string => {
          const [length = 0, ...picks] = random.bytes(12);
          const letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
          const text = picks.slice(0, 1 + (length % 11)).map((pick) => letters[pick % letters.length]);
          return `x${text.join("")}0`;
        };
        const hosts = new Set<string>();
        while (hosts.size < rounds(10_000, 40)) hosts.add(`${label()}.${label()}.test`);
        for (const host of hosts) {
          const bound = (await edge?.bindHost({ siteId, host }))?._unsafeUnwrap();
          expect(bound).toEqual({ changed: true });
        }
        expect(readdirSync(join(outside, "hosts")).toSorted()).toEqual([...hosts].toSorted());
        for (const host of hosts) {
          expect(readlinkSync(join(outside, "hosts", host))).toBe(`../sites/${siteId}`);
          expect((await edge?.unbindHost({ siteId, host }))?._unsafeUnwrap()).toEqual({ changed: true });
        }
        expect(readdirSync(join(outside, "hosts"))).toEqual([]);
      },
      timeoutMs,
    );

    it(
      "gives markers and previews the one name that they have",
      async () => {
        const random = seededRandom(`previews ${kind}`);
        const idOf = (): PreviewId => `preview-${Buffer.from(random.bytes(9)).toString("base64url")}` as PreviewId;
        for (let number = 0; number < rounds(1000, 8); number += 1) {
          const id = idOf();
          const slot = previewSlot(id);
          const guard = { tokenHash, expiresAt };
          const held = (await unwrap(target.observe(siteId))).slots.get("live") ?? null;
          await unwrap(target.activate({ siteId, fencingToken: 5, slot, release: held, guard }));
          expect(readlinkSync(join(outside, "sites", siteId, "previews", id))).toBe(`../releases/${held}`);
          const state = number % 2 === 0 ? "maintenance" : "suspended";
          await unwrap(target.setServingState({ siteId, fencingToken: 5, state }));
          expect(readdirSync(join(outside, "sites", siteId)).filter((name) => /^[ms]/.test(name))).toEqual([state]);
          await unwrap(target.setServingState({ siteId, fencingToken: 5, state: "live" }));
          await unwrap(target.activate({ siteId, fencingToken: 5, slot, release: null }));
        }
        expect(readdirSync(join(outside, "sites", siteId, "previews"))).toEqual([]);
      },
      timeoutMs,
    );

    it(
      "names, links, reads and removes files of any name over the transport, byte for byte",
      async () => {
        const { files } = transport;
        const { outside: folder, root } = await newEdgeRoot(nodes.one(kind));
        await unwrap(files.makeDirectory(`${root}/moved`));
        const names = [
          ...new Set(randomPaths(`names ${kind}`, rounds(10_000, 150)).map((path) => path.replaceAll("/", "|"))),
        ].filter((name) => Buffer.byteLength(name) <= 200 && name !== "moved");
        const lanes = Array.from({ length: 16 }, (_, lane) => names.filter((__, index) => index % 16 === lane));
        await Promise.all(
          lanes.map(async (own) => {
            for (const name of own) {
              const [from, to] = [`${root}/${name}`, `${root}/moved/${name}`];
              await unwrap(files.write(from, new TextEncoder().encode(name)));
              await unwrap(files.rename(from, to));
              await unwrap(files.symbolicLink(from, name));
            }
          }),
        );
        const there = readdirSync(Buffer.from(join(folder, "moved")), { encoding: "buffer" }).map(String);
        expect(there.toSorted()).toEqual(names.toSorted());
        const listed = (await unwrap(files.list(`${root}/moved`))).map(({ name }) => name);
        expect(listed.toSorted()).toEqual(names.toSorted());
        await Promise.all(
          lanes.map(async (own) => {
            for (const name of own) {
              expect(await unwrap(files.readLink(`${root}/${name}`))).toBe(name);
              expect(readFileSync(Buffer.from(join(folder, "moved", name)), "utf8")).toBe(name);
              expect((await unwrap(files.removeFile(`${root}/moved/${name}`))).removed).toBe(true);
            }
          }),
        );
        expect(await unwrap(files.list(`${root}/moved`))).toEqual([]);
      },
      timeoutMs,
    );
  });
});

/** A call of every operation with a value where something else is expected. */
function rejected(
  target: Target,
  edge: SshEdge | undefined,
): readonly ((text: string) => ResultAsync<unknown, HostingError>)[] {
  const fencingToken = 9;
  const asSite = (text: string): SiteId => text as SiteId;
  const asSlot = (text: string): SlotName => text as SlotName;
  const asRelease = (text: string): ReleaseId => text as ReleaseId;
  const slot = previewSlot("preview-1" as PreviewId);
  const sha256 = "a".repeat(64);
  return [
    (text) => target.observe(asSite(text)),
    (text) => target.missing({ siteId: asSite(text), manifest: site.manifest }),
    (text) => target.stage({ siteId: asSite(text), fencingToken, ...site }),
    (text) => target.stage({ siteId, fencingToken, ...site, manifest: { ...site.manifest, release: asRelease(text) } }),
    (text) => target.activate({ siteId: asSite(text), fencingToken, slot: "live", release }),
    (text) => target.activate({ siteId, fencingToken, slot: asSlot(text), release }),
    (text) => target.activate({ siteId, fencingToken, slot: asSlot(`preview/${text}`), release }),
    (text) => target.activate({ siteId, fencingToken, slot: "live", release: asRelease(text) }),
    (text) => target.activate({ siteId, fencingToken, slot, release, guard: { tokenHash: text, expiresAt } }),
    (text) => target.probe({ siteId: asSite(text), slot: "live", samples: [] }),
    (text) => target.probe({ siteId, slot: asSlot(text), samples: [] }),
    (text) => target.probe({ siteId, slot: "live", samples: [{ path: `../${text}`, sha256 }] }),
    (text) => target.setServingState({ siteId: asSite(text), fencingToken, state: "live" }),
    (text) => target.setServingState({ siteId, fencingToken, state: text as ServingState }),
    (text) => target.discard({ siteId: asSite(text), fencingToken, releases: [] }),
    (text) => target.discard({ siteId, fencingToken, releases: [asRelease(text)] }),
    (text) => target.verify({ siteId: asSite(text), release }),
    (text) => target.verify({ siteId, release: asRelease(text) }),
    ...(edge === undefined
      ? []
      : [
          (text: string) => edge.stageAndActivate({ siteId: asSite(text), fencingToken, slot: "live", ...site }),
          (text: string) => edge.stageAndActivate({ siteId, fencingToken, slot: asSlot(text), ...site }),
          (text: string) => {
            const manifest = { ...site.manifest, release: asRelease(text) };
            return edge.stageAndActivate({ siteId, fencingToken, slot: "live", ...site, manifest });
          },
          (text: string) =>
            edge.stageAndActivate({ siteId, fencingToken, slot, ...site, guard: { tokenHash: text, expiresAt } }),
          (text: string) => {
            const samples = [{ path: `../${text}`, sha256 }];
            return edge.stageAndActivate({ siteId, fencingToken, slot: "live", ...site, samples });
          },
          (text: string) => edge.bindHost({ siteId: asSite(text), host: "acme.test" }),
          (text: string) => edge.bindHost({ siteId, host: text }),
          (text: string) => edge.unbindHost({ siteId, host: text }),
          (text: string) => edge.probe({ siteId, slot: "live", samples: [{ path: "index.html", sha256: text }] }),
        ]),
  ];
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A release of all these paths; the second one changes a half of them and lacks a third. */
function siteOf(version: number, paths: readonly string[]): ReturnType<typeof smallSite> {
  const contents = new Map<string, Uint8Array>();
  const files = paths
    .filter((_, index) => version === 2 || index % 3 !== 0)
    .map((path, index): ReleaseFile => {
      const changed = version === 3 && index % 2 === 0;
      const bytes = new TextEncoder().encode(`${path}${changed ? " changed" : ""}`);
      const sha256 = hashOf(bytes);
      contents.set(sha256, bytes);
      const mtimeSeconds = 1_700_000_000 + (changed ? 1 : 0);
      return { path, sha256, size: bytes.length, mode: 0o644, mtimeSeconds, mediaType: `text/x ${path}` };
    });
  const manifestDigest = hashOf(new TextEncoder().encode(String(version)));
  const manifest = { release: releaseIdOf(version, manifestDigest), manifestDigest, files };
  return { manifest, blobs: { read: (sha256) => okAsync(one(contents.get(sha256))) } };
}

async function* one(bytes: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  if (bytes === undefined) throw new Error("asked for bytes that no manifest names");
  yield bytes;
}

/** All files below a folder, as bytes: what a name is, and not what somebody takes it for. */
function filesBelow(folder: Buffer): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, encoding: "buffer" }).flatMap((entry) => {
    const path = Buffer.concat([folder, Buffer.from("/"), entry.name]);
    return entry.isDirectory() ? filesBelow(path) : [path.toString("hex")];
  });
}

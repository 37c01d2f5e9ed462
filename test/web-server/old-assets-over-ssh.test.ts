import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { edgeConfig, sftpTarget, sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import { createHosting, type Hosting, type Site, unwrap } from "@hostelry/core";
import type { Target } from "@hostelry/core/adapter";
import { memoryBlobStore, memoryStore, seededRandom, simulatedClock } from "@hostelry/testing";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newEdgeRoot } from "../adapter-ssh/fixtures/edge-root.ts";
import { type SshNode, type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { type Answer, ask } from "./ask.ts";

const minute = 60 * 1000;
const versions = [1, 2, 3, 4, 5, 6];

/** Hashes as tools write them, another one for each version and name; those without digits are among them. */
function hash(alphabet: string, length: number, seed: string): string {
  return [...seededRandom(seed).bytes(length)].map((byte) => alphabet[byte % alphabet.length]).join("");
}
const letters = "abcdefghijklmnopqrstuvwxyz";
const base64 = `${letters}${letters.toUpperCase()}0123456789`;

/** What the build of a version holds: path → text. Only the page and what has no hash are called the same each time. */
function build(version: number): Readonly<Record<string, string>> {
  const vite = (name: string): string => hash(base64, 8, `${name} ${version}`);
  // Of eight hexadecimal digits all can be decimal; a picture is then left out, as a date would be.
  const hex = (name: string, length: number): string =>
    `${hash("0123456789abcdef", length - 2, `${name} ${version}`)}a1`;
  const assets = {
    [`assets/index-${vite("index")}.js`]: `start(${version})`,
    [`assets/index-${vite("style")}.css`]: `body{order:${version}}`,
    [`assets/lazy-${vite("lazy")}.js`]: `lazy(${version})`,
    [`assets/about-${vite("about")}.css`]: `main{order:${version}}`,
    [`assets/text-${vite("text")}.woff2`]: `wOF2${version}`,
    [`assets/module-${vite("module")}.wasm`]: `wasm${version}`,
    [`assets/logo-${vite("logo")}.svg`]: `<svg>${version}</svg>`,
    [`assets/hero-${vite("hero")}.webp`]: `hero ${version}`,
    [`assets/clip-${vite("clip")}.mp4`]: `clip ${version}`,
    [`_astro/hero.${vite("astro")}_Z1abCd.webp`]: `astro ${version}`,
    [`static/js/main.${hex("main", 8)}.chunk.js`]: `main(${version})`,
    [`static/media/photo.${hex("photo", 8)}.jpg`]: `photo ${version}`,
    [`static/media/${hex("whole", 20)}.png`]: `whole ${version}`,
    [`_next/static/css/${hex("css", 16)}.css`]: `next${version}`,
  };
  return {
    "index.html": `<script src="${Object.keys(assets)[0]}">${version}`,
    "photo-20240101.jpg": `photo of the day ${version}`,
    ...assets,
  };
}

const isPlain = (path: string): boolean => path === "index.html" || path.startsWith("photo-");

describe.skipIf(!sshNodesAvailable("gnu", "sftpOnly"))("hashed assets of earlier releases on nodes", () => {
  let nodes: SshNodes;
  let hosting: Hosting;
  let site: Site;
  const clock = simulatedClock({ now: new Date() });
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    nodes = await startSshNodes({ gnu: 1, sftpOnly: 1 });
    const targets = await Promise.all(nodes.all.map(connect));
    hosting = createHosting({
      store: memoryStore({ clock }),
      blobs: memoryBlobStore(),
      targets: targets.map(({ target }) => target),
      clock,
      holder: "test",
    });
    site = await unwrap(hosting.sites.create({ name: "Acme" }));
    for (const { outside } of targets) {
      await mkdir(join(outside, "hosts"), { recursive: true });
      await symlink(`../sites/${site.id}`, join(outside, "hosts", "acme.test"));
    }
  });
  afterAll(async () => {
    for (const end of ends) await end();
    await nodes.stop();
  });

  async function connect(node: SshNode): Promise<{ readonly target: Target; readonly outside: string }> {
    const { kind, name, host, sshPort: port, user, hostKey } = node;
    const { outside, root } = await newEdgeRoot(node);
    const config = edgeConfig("nginx", { root: outside, listen: [{ address: "127.0.0.1", port: node.httpPort ?? 0 }] });
    await node.serve(config._unsafeUnwrap());
    const auth = { kind: "key", privateKey: nodes.clientKey } as const;
    const transport = sshTransport({ name, host, port, user, hostKey, auth });
    ends.unshift(() => transport.close());
    if (kind === "sftpOnly") return { target: sftpTarget(transport, root), outside };
    const target = sshEdge(transport, root, { durability: "none" });
    ends.unshift(() => target.close());
    return { target, outside };
  }

  async function publish(files: Readonly<Record<string, string>>): Promise<void> {
    const encoder = new TextEncoder();
    const archive = zipSync(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [path, encoder.encode(text)])),
    );
    const { id } = await unwrap(hosting.revisions.upload(site.id, archive));
    await unwrap(hosting.revisions.validate(id));
    expect((await unwrap(hosting.publish(id))).behind).toEqual([]);
    await clock.advance(minute);
  }

  const get = (node: SshNode, path: string): Promise<Answer> =>
    ask({ port: node.httpPort ?? 0, host: "acme.test", path: `/${path}` });

  it("answer 200 with their own bytes for all of the last five, through sshEdge and sftpTarget; what has no hash is as it is now", async () => {
    for (const version of versions) await publish(build(version));
    for (const node of nodes.all) {
      for (const version of versions) {
        for (const [path, body] of Object.entries(build(version))) {
          const expected = isPlain(path) ? build(6)[path] : body;
          expect(await get(node, path), `${node.name}: ${path} of version ${version}`).toMatchObject({
            status: 200,
            body: expected,
          });
        }
      }
    }
    // What is gone from the content and has no hash in its name is gone.
    await publish({ "index.html": "the last one" });
    for (const node of nodes.all) {
      expect((await get(node, "photo-20240101.jpg")).status, node.name).toBe(404);
      for (const path of Object.keys(build(6))) {
        if (!isPlain(path)) expect((await get(node, path)).status, `${node.name}: ${path}`).toBe(200);
      }
    }
    // And all of it when its time is over.
    await clock.advance(25 * 60 * minute);
    await publish({ "index.html": "much later" });
    for (const node of nodes.all) {
      for (const path of Object.keys(build(3))) {
        expect((await get(node, path)).status, `${node.name}: ${path}`).toBe(path === "index.html" ? 200 : 404);
      }
    }
  });
});

// Visitors under flips that come over SSH: a process reads the live link without a pause and a load generator asks nginx,
// while the live pointer flips as fast as it can.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, symlink } from "node:fs/promises";
import { setPriority } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { edgeConfig, type SshEdge, sftpTarget, sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import { type Target, unwrap } from "@hostelry/core/adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BundledScript, bundledScript } from "../../bench/harness/bundled-script.ts";
import { siteId, smallSite } from "../adapter-local/fixtures/small-site.ts";
import { newEdgeRoot } from "../adapter-ssh/fixtures/edge-root.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import {
  type SshNode,
  type SshNodeKind,
  type SshNodes,
  sshNodesAvailable,
  startSshNodes,
} from "../servers/ssh-nodes.ts";
import { rounds } from "../setup/rounds.ts";
import { type LoadReport, load } from "../web-server/wrk.ts";
import type { ReadReport } from "./read-versions.ts";

const bytesOfPage = 20_000;

/** Whoever reads takes what is left of the machine: otherwise flips would wait for readers, and not the other way round. */
const niceness = 10;

/** Of the flips of a target that can do it, every so manieth lays a release out and flips to it in one go. */
const oneGoEvery = 10;

const kinds: readonly { readonly kind: SshNodeKind; readonly target: string; readonly flips: number }[] = [
  { kind: "gnu", target: "sshEdge", flips: rounds(100_000, 150) },
  { kind: "busybox", target: "sshEdge", flips: rounds(100_000, 150) },
  { kind: "sftpOnly", target: "sftpTarget", flips: rounds(100_000, 300) },
];

let reader: BundledScript;
beforeAll(async () => {
  reader = await bundledScript(join(import.meta.dirname, "read-versions.ts"));
});
afterAll(() => reader.remove());

describe.each(kinds)("visitors of a node of kind $kind", ({ kind, target, flips }) => {
  const available = sshNodesAvailable(kind) && serverAvailable("wrk");
  it.skipIf(!available)(
    `see no gap and no mixture in ${flips} flips of ${target}`,
    async () => {
      const nodes = await startSshNodes({ [kind]: 1 });
      try {
        const { visitors, reads } = await flipping(nodes, nodes.one(kind), flips);
        expect(visitors, JSON.stringify(visitors.socketErrorKinds)).toMatchObject({
          refused: 0,
          mixed: 0,
          socketErrors: 0,
        });
        expect(reads).toMatchObject({ failed: 0, mixed: 0 });
        // They were among the flips, not before or after them: how often depends on what a busy machine leaves them.
        for (const count of visitors.perBody) expect(count).toBeGreaterThan(visitors.requests / 100);
        expect(reads.turns).toBeGreaterThan(Math.max(2, flips / 100));
      } finally {
        await nodes.stop();
      }
    },
    7_200_000,
  );
});

interface Reports {
  readonly visitors: LoadReport;
  readonly reads: ReadReport;
}

/** Flips to and fro, and says what became of those who looked. */
async function flipping(nodes: SshNodes, node: SshNode, flips: number): Promise<Reports> {
  const { outside, root } = await newEdgeRoot(node);
  const { target, edge, close } = connect(nodes, node, root);
  try {
    const sites = [smallSite(1, "one", bytesOfPage), smallSite(2, "two", bytesOfPage)] as const;
    for (const site of sites) await unwrap(target.stage({ siteId, fencingToken: 1, ...site }));
    const flipTo = (number: 0 | 1, fencingToken: number): ReturnType<Target["activate"]> =>
      target.activate({ siteId, fencingToken, slot: "live", release: sites[number].manifest.release });
    await unwrap(flipTo(0, 1));
    await mkdir(join(outside, "hosts"), { recursive: true });
    await symlink(`../sites/${siteId}`, join(outside, "hosts", "acme.test"));
    const port = node.httpPort ?? 0;
    const config = edgeConfig("nginx", { root: outside, listen: [{ address: "127.0.0.1", port }] });
    await node.serve(config._unsafeUnwrap());

    const endReading = await read(join(outside, "sites", siteId));
    const bodies = ["one\n", "two\n"].map((line) => line.repeat(bytesOfPage / 4));
    const visitors = await load({
      url: `http://127.0.0.1:${port}/`,
      host: "acme.test",
      bodies,
      connections: 4,
      niceness,
    });
    for (let flip = 1; flip <= flips; flip += 1) {
      const wanted = flip % 2 === 0 ? 0 : 1;
      const fencingToken = 1 + Math.floor(flip / 10);
      const { changed } =
        flip % oneGoEvery === 0 && edge !== undefined
          ? await publishAnew(edge, 2 + flip, fencingToken)
          : await unwrap(flipTo(wanted, fencingToken));
      if (!changed) throw new Error(`flip ${flip} changed nothing`);
    }
    return { visitors: await visitors.stop(), reads: await endReading() };
  } finally {
    await close();
  }
}

/** A release that was never there, with the bytes of the first; and the one of the last time taken away. */
async function publishAnew(
  edge: SshEdge,
  number: number,
  fencingToken: number,
): Promise<{ readonly changed: boolean }> {
  const site = smallSite(number, "one", bytesOfPage);
  const { activated } = await unwrap(edge.stageAndActivate({ siteId, fencingToken, slot: "live", ...site }));
  const before = smallSite(number - oneGoEvery, "one", bytesOfPage).manifest.release;
  await unwrap(edge.discard({ siteId, fencingToken, releases: [before] }));
  return activated;
}

interface Connected {
  readonly target: Target;
  /** The target, where it can lay out and flip in one go. */
  readonly edge?: SshEdge | undefined;
  close(): Promise<void>;
}

function connect(nodes: SshNodes, node: SshNode, root: string): Connected {
  const { kind, host, sshPort: port, user, hostKey } = node;
  const auth = { kind: "key", privateKey: nodes.clientKey } as const;
  if (kind === "sftpOnly") {
    const transport = sshTransport({ host, port, user, hostKey, auth, without: ["exec"] });
    return { target: sftpTarget(transport, root), close: () => transport.close() };
  }
  const transport = sshTransport({ host, port, user, hostKey, auth });
  const edge = sshEdge(transport, root, { durability: "none", prepares: false });
  return {
    target: edge,
    edge,
    close: async () => {
      await edge.close();
      await transport.close();
    },
  };
}

/** Reads the site in another process, until it is ended. */
async function read(site: string): Promise<() => Promise<ReadReport>> {
  const [program, ...parameters] = reader.command;
  const child = spawn(program, [...parameters, site], { stdio: ["pipe", "pipe", "inherit"] });
  if (child.pid !== undefined) setPriority(child.pid, niceness);
  const lines = createInterface(child.stdout);
  await once(lines, "line");
  return async () => {
    const said = once(lines, "line");
    child.stdin.end();
    const [line] = (await said) as [string];
    return JSON.parse(line) as ReadReport;
  };
}

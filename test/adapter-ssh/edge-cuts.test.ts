import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type SshEdge, sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import { unwrap } from "@hostelry/core/adapter";
import { seededRandom } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { siteId, smallSite } from "../adapter-local/fixtures/small-site.ts";
import { type FaultProxy, faultProxy } from "../servers/fault-proxy.ts";
import { type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { rounds } from "../setup/rounds.ts";
import { newEdgeRoot } from "./fixtures/edge-root.ts";

/** How many random places of a publish, by the kind of node. */
const cutsOf = { gnu: rounds(200, 50), busybox: rounds(40, 10) } as const;

describe.each(["gnu", "busybox"] as const)("a connection to a node of kind %s that is cut", (kind) => {
  const cuts = cutsOf[kind];
  describe.skipIf(!sshNodesAvailable(kind))("again and again", () => {
    let nodes: SshNodes;
    let proxy: FaultProxy;
    /** Named by the test, and by programs on the node. */
    let outside: string;
    let root: string;
    beforeAll(async () => {
      nodes = await startSshNodes({ [kind]: 1, web: false });
      const node = nodes.one(kind);
      proxy = await faultProxy(node.sshPort);
      ({ outside, root } = await newEdgeRoot(node));
    });
    afterAll(async () => {
      await proxy.close();
      await nodes.stop();
      rmSync(outside, { recursive: true, force: true });
    });

    async function connected<T>(work: (edge: SshEdge) => Promise<T>): Promise<T> {
      const { host, user, hostKey } = nodes.one(kind);
      const auth = { kind: "key", privateKey: nodes.clientKey } as const;
      const transport = sshTransport({ host, port: proxy.port, user, hostKey, auth, patienceMs: 0 });
      const edge = sshEdge(transport, root, { name: "edge", durability: "none", packing: "plain", prepares: false });
      try {
        return await work(edge);
      } finally {
        await edge.close();
        await transport.close();
      }
    }

    async function publish(edge: SshEdge, site: ReturnType<typeof smallSite>, token: number): Promise<boolean> {
      const staged = await edge.stage({ siteId, fencingToken: token, before: null, ...site });
      if (staged.isErr()) return false;
      const { release } = site.manifest;
      return (await edge.activate({ siteId, fencingToken: token, slot: "live", release })).isOk();
    }

    const served = (): string =>
      readFileSync(join(outside, "sites", siteId, "current/index.html"), "utf8").split("\n")[0] ?? "";

    it(`at each of ${cuts} random places of a publish serves one release, and the next publish is served as asked`, async () => {
      const random = seededRandom("cuts");
      let token = 1;
      const upBefore = proxy.bytes().up;
      expect(await connected((edge) => publish(edge, smallSite(token, "whole", 60_000), token))).toBe(true);
      const bytes = proxy.bytes().up - upBefore;
      let broken = 0;
      for (let round = 0; round < cuts; round += 1) {
        const before = served();
        token += 1;
        proxy.faults.cutAfterBytes = Buffer.from(random.bytes(4)).readUInt32BE() % bytes;
        const version = `version-${token}`;
        const done = await connected((edge) => publish(edge, smallSite(token, version, 60_000), token));
        proxy.faults.cutAfterBytes = Number.POSITIVE_INFINITY;
        if (!done) broken += 1;
        expect(done ? [version] : [before, version]).toContain(served());
        if (round % 10 !== 9) continue;
        token += 1;
        const next = smallSite(token, `version-${token}`, 60_000);
        await connected(async (edge) => {
          expect(await publish(edge, next, token)).toBe(true);
          expect(served()).toBe(`version-${token}`);
          const { releases } = await unwrap(edge.observe(siteId));
          await unwrap(edge.discard({ siteId, fencingToken: token + 1, releases }));
          token += 1;
          const seen = await unwrap(edge.observe(siteId));
          expect([seen.leftovers, seen.releases]).toEqual([0, [next.manifest.release]]);
          expect(await unwrap(edge.verify({ siteId, release: next.manifest.release }))).toEqual({ problems: [] });
        });
      }
      expect(broken).toBeGreaterThan(cuts / 2);
    });
  });
});

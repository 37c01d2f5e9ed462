import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type SshEdge, type SshTransportOptions, sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import { unwrap } from "@hostelry/core/adapter";
import { seededRandom } from "@hostelry/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
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
    afterEach(() => void vi.restoreAllMocks());
    afterAll(async () => {
      await proxy.close();
      await nodes.stop();
      rmSync(outside, { recursive: true, force: true });
    });

    async function connected<T>(
      work: (edge: SshEdge) => Promise<T>,
      more: Pick<SshTransportOptions, "keepAliveMisses" | "keepAliveMs"> = {},
    ): Promise<T> {
      const { host, user, hostKey } = nodes.one(kind);
      const auth = { kind: "key", privateKey: nodes.clientKey } as const;
      const transport = sshTransport({ host, port: proxy.port, user, hostKey, auth, patienceMs: 0, ...more });
      const edge = sshEdge(transport, root, { name: "edge", durability: "none", packing: "plain", prepares: false });
      try {
        return await work(edge);
      } finally {
        await edge.close();
        await transport.close();
      }
    }

    interface Went {
      readonly done: boolean;
      /** Whether the node may have been told to flip. */
      readonly told: boolean;
    }

    /** With even tokens in two steps, with odd ones in one go. */
    async function publish(edge: SshEdge, site: ReturnType<typeof smallSite>, token: number): Promise<Went> {
      const request = { siteId, fencingToken: token, before: null, slot: "live", ...site } as const;
      if (token % 2 === 1) {
        let told = false;
        const onFlip = (): void => {
          told = true;
        };
        return { done: (await edge.stageAndActivate(request, { onFlip })).isOk(), told };
      }
      if ((await edge.stage(request)).isErr()) return { done: false, told: false };
      const { release } = site.manifest;
      return { done: (await edge.activate({ ...request, release })).isOk(), told: true };
    }

    const served = (): string =>
      readFileSync(join(outside, "sites", siteId, "current/index.html"), "utf8").split("\n")[0] ?? "";

    it(`at each of ${cuts} random places of a publish serves one release, and the next publish is served as asked`, async () => {
      const random = seededRandom("cuts");
      let token = 1;
      const upBefore = proxy.bytes().up;
      const whole = await connected((edge) => publish(edge, smallSite(token, "whole", 60_000), token));
      expect(whole).toEqual({ done: true, told: true });
      const bytes = proxy.bytes().up - upBefore;
      let broken = 0;
      // Those of which the node was never told that it may show them: it never does, also not later.
      const never = new Set<string>();
      for (let round = 0; round < cuts; round += 1) {
        const before = served();
        token += 1;
        proxy.faults.cutAfterBytes = Buffer.from(random.bytes(4)).readUInt32BE() % bytes;
        const version = `version-${token}`;
        const { done, told } = await connected((edge) => publish(edge, smallSite(token, version, 60_000), token));
        proxy.faults.cutAfterBytes = Number.POSITIVE_INFINITY;
        if (!done) broken += 1;
        if (!told) never.add(version);
        expect(never).not.toContain(before);
        const now = served();
        expect(never).not.toContain(now);
        expect(done ? [version] : [before, version]).toContain(now);
        if (round % 10 !== 9) continue;
        token += 1;
        const next = smallSite(token, `version-${token}`, 60_000);
        await connected(async (edge) => {
          expect((await publish(edge, next, token)).done).toBe(true);
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
      expect(never.size).toBeGreaterThan(cuts / 4);
    });

    it("and that is silent instead leaves what it showed, or is done without when it was silent for long", async () => {
      const now = performance.now.bind(performance);
      let laterMs = 0;
      vi.spyOn(performance, "now").mockImplementation(() => now() + laterMs);
      const tokens = [10_001, 10_003, 10_005] as const;
      const siteOf = (token: number): ReturnType<typeof smallSite> => smallSite(token, `version-${token}`, 60_000);
      await connected(
        async (edge) => {
          expect(await publish(edge, siteOf(tokens[0]), tokens[0])).toEqual({ done: true, told: true });
          // Heard a moment ago: the flip goes along, and nobody knows what became of it.
          proxy.silenceAll();
          expect(await publish(edge, siteOf(tokens[1]), tokens[1])).toEqual({ done: false, told: true });
          expect(served()).toBe(`version-${tokens[0]}`);
          expect((await unwrap(edge.observe(siteId))).slots.get("live")).toBe(siteOf(tokens[0]).manifest.release);
          // As a cable that was pulled while nobody looked: it is tried with what can be asked again.
          proxy.silenceAll();
          laterMs = 20_000;
          expect(await publish(edge, siteOf(tokens[2]), tokens[2])).toEqual({ done: true, told: true });
          expect(served()).toBe(`version-${tokens[2]}`);
        },
        { keepAliveMs: 100, keepAliveMisses: 2 },
      );
    });
  });
});

// Servers that allow fewer sessions on a connection (`MaxSessions`) than would be used otherwise: everything takes longer, and nothing waits
// for something that keeps a session and does nothing.
import { checkNode, type SshEdge, sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import { ResultAsync, type SiteId, type Transport, unwrap } from "@hostelry/core/adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallSite } from "../adapter-local/fixtures/small-site.ts";
import { type SshNode, type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { newEdgeRoot } from "./fixtures/edge-root.ts";
import { optionsFor } from "./transport-harness.ts";

const sites = [1, 2, 3, 4].map((number) => `site-0000000000000000000${number}` as SiteId);
const { manifest, blobs } = smallSite(1, "one");

describe.skipIf(!sshNodesAvailable("gnu")).each([1, 2, 10])(
  "a server that allows %i sessions on a connection",
  (limit) => {
    let nodes: SshNodes;
    let node: SshNode;
    let transport: Transport;
    let root: string;
    let edge: SshEdge;
    beforeAll(async () => {
      nodes = await startSshNodes({ gnu: 1, web: false, sshdSettings: [`MaxSessions ${limit}`] });
      node = nodes.one("gnu");
      transport = sshTransport(optionsFor(nodes, node));
      ({ root } = await newEdgeRoot(node));
      edge = sshEdge(transport, root);
    });
    afterAll(async () => {
      await edge.close();
      await transport.close();
      await nodes.stop();
    });

    const runs = async (): Promise<void> => expect((await unwrap(transport.run({ argv: ["true"] }))).exitCode).toBe(0);
    const activate = (siteId: SiteId): ReturnType<SshEdge["activate"]> =>
      edge.activate({ siteId, fencingToken: 1, slot: "live", release: manifest.release });

    it("serves sites that are published side by side", async () => {
      await unwrap(
        ResultAsync.combine(sites.map((siteId) => edge.stage({ siteId, fencingToken: 1, manifest, blobs }))),
      );
      await unwrap(ResultAsync.combine(sites.map(activate)));
      for (const siteId of sites) {
        expect((await unwrap(edge.observe(siteId))).slots.get("live")).toBe(manifest.release);
      }
    });

    it("runs programs and moves files beside a target that keeps a session for later, in any order", async () => {
      await unwrap(edge.observe(sites[0] as SiteId));
      await runs();
      await unwrap(transport.files.look(root));
      await runs();
      await unwrap(edge.observe(sites[1] as SiteId));
      await unwrap(transport.files.look(root));
      await unwrap(edge.observe(sites[2] as SiteId));
      expect(transport.crowd?.isCrowded()).toBe(false);
    });

    it("has room for more targets than sessions, each of which keeps one", async () => {
      const targets = Array.from({ length: limit + 2 }, (_, index) =>
        sshEdge(transport, root, { name: `target ${index}` }),
      );
      for (let round = 0; round < 2; round += 1) {
        for (const target of targets) await unwrap(target.observe(sites[0] as SiteId));
      }
      await runs();
      for (const target of targets) await target.close();
    });

    it("is told by a check of the node, where it is fewer than a publish uses", async () => {
      // On a connection of its own, for what others use of one can't be counted.
      const own = sshTransport(optionsFor(nodes, node));
      const { findings, usable } = await unwrap(checkNode(own, { root }));
      const finding = findings.find(({ check }) => check === "sessions");
      expect(usable).toBe(true);
      if (limit === 10) expect(finding).toMatchObject({ status: "ok", facts: { sessions: 5 } });
      else {
        expect(finding).toMatchObject({ status: "warning", facts: { sessions: limit } });
        expect(finding?.nextStep).toContain("MaxSessions");
      }
      await runs();
    });
  },
);

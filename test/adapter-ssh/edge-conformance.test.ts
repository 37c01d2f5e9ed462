import { rmSync } from "node:fs";
import { sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import { registerConformance, type TargetHarness, targetConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { edgeSiteReader } from "../../packages/adapter-ssh/src/fixtures/edge-site-reader.ts";
import {
  newestOpensshAvailable,
  type SshNodeKind,
  type SshNodes,
  sshNodesAvailable,
  startSshNodes,
} from "../servers/ssh-nodes.ts";
import { newEdgeRoot } from "./fixtures/edge-root.ts";

const kinds: readonly (readonly [kind: SshNodeKind, what: string])[] = [
  ["gnu", "coreutils and this machine's sshd"],
  ["busybox", "BusyBox and nothing else"],
  ["newest", "the newest sshd"],
];

describe.each(kinds)("sshEdge on a node of kind %s: %s", (kind) => {
  const available = sshNodesAvailable(kind) && (kind !== "newest" || newestOpensshAvailable());
  describe.skipIf(!available)("over SSH", () => {
    let nodes: SshNodes;
    beforeAll(async () => {
      nodes = await startSshNodes({ [kind]: 1, web: false });
    });
    afterAll(() => nodes.stop());

    const harness: TargetHarness = {
      capabilities: { fencing: true, previews: true, servingState: true, verify: true, stageAndActivate: true },
      make: async () => {
        const node = nodes.one(kind);
        const { outside, root } = await newEdgeRoot(node);
        const transport = sshTransport({
          host: node.host,
          port: node.sshPort,
          user: node.user,
          hostKey: node.hostKey,
          auth: { kind: "key", privateKey: nodes.clientKey },
        });
        const subject = sshEdge(transport, root);
        return {
          subject,
          dispose: async () => {
            await subject.close();
            await transport.close();
            rmSync(outside, { recursive: true, force: true });
          },
          ...edgeSiteReader(outside),
        };
      },
    };

    registerConformance(targetConformance(harness), { describe, it });
  });
});

import { rmSync } from "node:fs";
import { sftpTarget, sshTransport } from "@hostelry/adapter-ssh";
import { registerConformance, type TargetHarness, targetConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { edgeSiteReader } from "../../packages/adapter-ssh/src/fixtures/edge-site-reader.ts";
import { type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { newEdgeRoot } from "./fixtures/edge-root.ts";

describe.skipIf(!sshNodesAvailable("sftpOnly"))("sftpTarget on a node where nothing but SFTP is allowed", () => {
  let nodes: SshNodes;
  beforeAll(async () => {
    nodes = await startSshNodes({ sftpOnly: 1, web: false });
  });
  afterAll(() => nodes.stop());

  const harness: TargetHarness = {
    capabilities: { fencing: false, previews: true, servingState: true, verify: true },
    make: async () => {
      const node = nodes.one("sftpOnly");
      const { outside, root } = await newEdgeRoot(node);
      const { host, sshPort: port, user, hostKey } = node;
      const auth = { kind: "key", privateKey: nodes.clientKey } as const;
      const transport = sshTransport({ host, port, user, hostKey, auth, without: ["exec"] });
      return {
        subject: sftpTarget(transport, root),
        dispose: async () => {
          await transport.close();
          rmSync(outside, { recursive: true, force: true });
        },
        ...edgeSiteReader(outside),
      };
    },
  };

  registerConformance(targetConformance(harness), { describe, it });
});

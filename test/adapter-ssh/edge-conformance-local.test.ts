import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localTransport } from "@hostelry/adapter-local";
import { sshEdge } from "@hostelry/adapter-ssh";
import { registerConformance, type TargetHarness, targetConformance } from "@hostelry/testing";
import { describe, it } from "vitest";
import { edgeSiteReader } from "../../packages/adapter-ssh/src/fixtures/edge-site-reader.ts";

const harness: TargetHarness = {
  capabilities: { fencing: true, previews: true, servingState: true, verify: true, stageAndActivate: true },
  make: async () => {
    const root = mkdtempSync(join(tmpdir(), "hostelry-edge-"));
    const transport = localTransport();
    const subject = sshEdge(transport, root);
    return {
      subject,
      dispose: async () => {
        await subject.close();
        await transport.close();
        rmSync(root, { recursive: true, force: true });
      },
      ...edgeSiteReader(root),
    };
  },
};

registerConformance(targetConformance(harness), { describe, it });

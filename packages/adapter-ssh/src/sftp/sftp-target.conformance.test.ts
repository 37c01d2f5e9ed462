import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localTransport } from "@hostelry/adapter-local";
import { registerConformance, type TargetHarness, targetConformance } from "@hostelry/testing";
import { describe, it } from "vitest";
import { edgeSiteReader } from "../fixtures/edge-site-reader.ts";
import { sftpTarget } from "./sftp-target.ts";

const harness: TargetHarness = {
  capabilities: { fencing: false, previews: true, servingState: true, verify: true },
  make: async () => {
    const root = mkdtempSync(join(tmpdir(), "hostelry-sftp-"));
    const transport = localTransport();
    return {
      subject: sftpTarget(transport, root),
      dispose: async () => {
        await transport.close();
        rmSync(root, { recursive: true, force: true });
      },
      ...edgeSiteReader(root),
    };
  },
};

registerConformance(targetConformance(harness), { describe, it });

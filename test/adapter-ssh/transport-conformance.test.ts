import { registerConformance, transportConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newestOpensshAvailable, type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { sshTransportHarness } from "./transport-harness.ts";

describe.skipIf(!sshNodesAvailable("busybox", "sftpOnly"))("an SSH transport", () => {
  const newest = newestOpensshAvailable();
  let nodes: SshNodes;
  let narrow: SshNodes;

  beforeAll(async () => {
    nodes = await startSshNodes({ gnu: 1, busybox: 1, sftpOnly: 1, newest: newest ? 1 : 0, web: false });
    narrow = await startSshNodes({ gnu: 1, web: false, sshdSettings: ["MaxSessions 2"] });
  });
  afterAll(async () => {
    await nodes.stop();
    await narrow.stop();
  });

  const register = (kind: "busybox" | "gnu" | "newest" | "sftpOnly", more = {}): void => {
    const harness = sshTransportHarness(() => ({ nodes, node: nodes.one(kind) }), more);
    registerConformance(transportConformance(harness), { describe, it });
  };
  const narrowHarness = sshTransportHarness(() => ({ nodes: narrow, node: narrow.one("gnu") }));
  describe("to this machine's OpenSSH and coreutils", () => register("gnu"));
  describe("to a machine that has BusyBox only", () => register("busybox"));
  describe("to an account that has SFTP only", () => register("sftpOnly", { without: ["exec"] }));
  describe.skipIf(!newest)("to the newest OpenSSH", () => register("newest"));
  describe("to a server that allows two sessions, where ten were expected", () => {
    registerConformance(transportConformance(narrowHarness), { describe, it });
  });
});

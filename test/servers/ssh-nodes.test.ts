import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireServer } from "./server-binary.ts";
import { newestOpensshAvailable, type SshNode, type SshNodes, sshNodesAvailable, startSshNodes } from "./ssh-nodes.ts";

const run = promisify(execFile);

describe.skipIf(!sshNodesAvailable("busybox", "sftpOnly"))("edge nodes on loopback", () => {
  let nodes: SshNodes;
  let tookMs = 0;

  beforeAll(async () => {
    const before = performance.now();
    nodes = await startSshNodes({ gnu: 8, busybox: 1, sftpOnly: 1, newest: newestOpensshAvailable() ? 1 : 0 });
    tookMs = performance.now() - before;
  });

  afterAll(async () => {
    await nodes.stop();
  });

  /** Runs a line on a node with the ordinary `ssh`. */
  async function ssh(node: SshNode, line: string): Promise<string> {
    const parameters = ["-i", nodes.clientKeyFile, "-p", String(node.sshPort), "-o", "BatchMode=yes"];
    parameters.push("-o", `UserKnownHostsFile=${nodes.knownHostsFile}`, "-o", "StrictHostKeyChecking=yes");
    return (await run(requireServer("ssh"), ["-F", "none", ...parameters, `${node.user}@${node.host}`, line])).stdout;
  }

  it("are up within seconds", () => {
    expect(tookMs).toBeLessThan(15_000);
    expect(new Set(nodes.all.map(({ sshPort }) => sshPort)).size).toBe(nodes.all.length);
  });

  it("take the client's key and run programs as accounts of their own", async () => {
    const shells = nodes.all.filter(({ kind }) => kind !== "sftpOnly");
    const answers = await Promise.all(
      shells.map((node) => ssh(node, `id -u; touch ${node.root}/x && ls ${node.root}`)),
    );
    expect(answers).toEqual(shells.map(({ uid }) => `${uid}\nx\n`));
  });

  it("are what they say they are", async () => {
    expect(await ssh(nodes.one("busybox"), "readlink -f /bin/ls; ls /")).toMatch(/^\/bin\/busybox\nbin\ndev\netc\n/);
    await expect(ssh(nodes.one("sftpOnly"), "true")).rejects.toThrow();
    if (newestOpensshAvailable())
      expect(await ssh(nodes.one("newest"), "/usr/sbin/sshd -V 2>&1")).toMatch(/^OpenSSH_1\d/);
  });

  it("serve sites by host name", async () => {
    for (const { outside, httpPort, name } of nodes.all) {
      await mkdir(join(outside, "hosts"), { recursive: true });
      await mkdir(join(outside, "sites/s/releases/1"), { recursive: true });
      await writeFile(join(outside, "sites/s/releases/1/index.html"), name);
      await symlink("releases/1", join(outside, "sites/s/current"));
      await symlink("../sites/s", join(outside, "hosts/localhost"));
      expect(await (await fetch(`http://localhost:${httpPort}/`)).text()).toBe(name);
    }
  });

  it("can be cut off, and be down and up again", async () => {
    const [node] = nodes.all as readonly [SshNode, ...SshNode[]];
    const hanging = ssh(node, "echo on >/dev/null; sleep 600");
    const cut = expect(hanging).rejects.toThrow();
    while (node.commands().length === 0) await new Promise((resolve) => setImmediate(resolve));
    node.cutConnections();
    await cut;
    await node.stopSshd();
    await expect(ssh(node, "true")).rejects.toThrow(/refused/);
    await node.startSshd();
    expect(await ssh(node, "echo back")).toBe("back\n");
  });
});

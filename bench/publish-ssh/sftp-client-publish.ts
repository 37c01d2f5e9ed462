import { mkdirSync, rmSync } from "node:fs";
import { chown } from "node:fs/promises";
import { join } from "node:path";
import SftpClient from "ssh2-sftp-client";
import type { Contender, Figures, Run } from "../harness/bench.ts";
import { measureHere } from "../harness/own-figures.ts";
import type { BenchNode } from "./bench-node.ts";

/**
 * `uploadDir` of ssh2-sftp-client on a fresh connection. It takes minutes at a distance, so it is measured once and that
 * figure is given again.
 */
export function sftpClientPublish(node: BenchNode, folder: string): Contender {
  let measured: Figures | undefined;
  return {
    name: "ssh2-sftp-client uploadDir (one run)",
    async prepare(): Promise<Run> {
      return { measure: async () => (measured ??= await measureOnce(node, folder)) };
    },
  };
}

async function measureOnce(node: BenchNode, folder: string): Promise<Figures> {
  const target = join(node.outside, `sftp-${node.nextNumber()}`);
  mkdirSync(target);
  await chown(target, node.uid, node.uid);
  const client = new SftpClient();
  try {
    return await measureHere(async () => {
      const { host, port, user: username, clientKey: privateKey } = node;
      await client.connect({ host, port, username, privateKey });
      await client.uploadDir(folder, join(target, "1"));
      await client.end();
    });
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

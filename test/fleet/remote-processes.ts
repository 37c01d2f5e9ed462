// What a publisher that is gone has left running on a node.
import { readFileSync } from "node:fs";
import { unwrap } from "@hostelry/core";
import { processesOf } from "../servers/ssh-node/daemon.ts";
import type { SshNode } from "../servers/ssh-nodes.ts";
import type { ConnectedNode } from "./fleet-place.ts";

/** Resolves when nothing runs on the node any more that came over another connection than this one. */
export async function othersEnded(node: SshNode, own: ConnectedNode): Promise<void> {
  const { stdout } = await unwrap(own.transport.run({ argv: ["sh", "-c", 'printf %s "$SSH_CONNECTION"'] }));
  const ownConnection = new TextDecoder().decode(stdout);
  const deadline = performance.now() + 30_000;
  for (;;) {
    const others = processesOf(node.uid).filter((pid) => {
      const connection = connectionOf(pid);
      return connection?.endsWith(` ${node.sshPort}`) === true && connection !== ownConnection;
    });
    if (others.length === 0) return;
    if (performance.now() > deadline) throw new Error(`${others.length} processes still run on ${node.name}`);
    // They are nobody's children here: the kernel tells their end to nobody.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The connection over which a process was started: sshd writes it into the environment, and children inherit it. */
function connectionOf(pid: number): string | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return variables.find((each) => each.startsWith("SSH_CONNECTION="))?.slice("SSH_CONNECTION=".length);
  } catch {
    return undefined; // It ended while we looked.
  }
}

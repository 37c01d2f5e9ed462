import { tmpdir } from "node:os";
import { type SshNodes, startSshNodes } from "../../test/servers/ssh-nodes.ts";
import { distance } from "./distant-node.ts";

/** A node as the contenders reach it. */
export interface BenchNode {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly uid: number;
  readonly hostKey: string;
  readonly clientKey: string;
  readonly clientKeyFile: string;
  readonly knownHostsFile: string;
  /** The directory for sites. */
  readonly outside: string;
  /** For names that are used once. */
  nextNumber(): number;
  /** Bytes towards the node since the last call; `NaN` where nobody counts. */
  takeBytesUp(): Promise<number>;
}

/** One node, near and far. */
export interface BenchNodes {
  /** Without anything in between: a proxy would take a good part of the machine. */
  readonly near: BenchNode;
  readonly far: BenchNode;
  readonly roundTripMs: number;
  stop(): Promise<void>;
}

/** Starts a node and a way of 50 ms to it. */
export async function benchNodes(): Promise<BenchNodes> {
  const roundTripMs = 50;
  const nodes = await startSshNodes({ gnu: 1, web: false, parent: tmpdir() });
  const node = nodes.one("gnu");
  const way = await distance(node.sshPort, roundTripMs).catch(async (cause) => {
    await nodes.stop();
    throw cause;
  });
  let number = 0;
  const near: BenchNode = {
    ...facts(nodes),
    port: node.sshPort,
    nextNumber: () => {
      number += 1;
      return number;
    },
    takeBytesUp: () => Promise.resolve(Number.NaN),
  };
  return {
    near,
    far: { ...near, port: way.port, takeBytesUp: () => way.takeBytesUp() },
    roundTripMs,
    stop: async () => {
      await way.close();
      await nodes.stop();
    },
  };
}

function facts(nodes: SshNodes): Omit<BenchNode, "port" | "nextNumber" | "takeBytesUp"> {
  const { host, user, uid, hostKey, outside } = nodes.one("gnu");
  const { clientKey, clientKeyFile, knownHostsFile } = nodes;
  return { host, user, uid, hostKey, outside, clientKey, clientKeyFile, knownHostsFile };
}

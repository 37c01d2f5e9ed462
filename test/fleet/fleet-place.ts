// The nodes of a site, as any process can reach them.
import { readFileSync } from "node:fs";
import { type SshEdge, sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import type { Transport } from "@hostelry/core/adapter";

/** One node, as a test tells it to another process: plain data. */
export interface NodePlace {
  /** The target's name. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
  readonly clientKeyFile: string;
  /** The target's root, as programs on the node see it. */
  readonly root: string;
}

/** A target of this process, with its connection. */
export interface ConnectedNode {
  readonly edge: SshEdge;
  readonly transport: Transport;
  close(): Promise<void>;
}

/** Connects a target to a node, when it is first needed. What can't be reached fails at once. */
export function connectNode(place: NodePlace): ConnectedNode {
  const { name, host, port, user, hostKey, clientKeyFile, root } = place;
  const auth = { kind: "key", privateKey: readFileSync(clientKeyFile, "utf8") } as const;
  const transport = sshTransport({ name, host, port, user, hostKey, auth, patienceMs: 0 });
  const edge = sshEdge(transport, root, { durability: "none" });
  return {
    edge,
    transport,
    close: async () => {
      await edge.close();
      await transport.close();
    },
  };
}

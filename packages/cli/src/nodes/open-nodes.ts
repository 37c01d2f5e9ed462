import type { SshAuthentication, SshEdge, SshPlace, StalenessReport } from "@hostelry/adapter-ssh";
import type { Target } from "@hostelry/core";
import type { Transport } from "@hostelry/core/adapter";
import type { CommandContext } from "../command-line/command.ts";
import type { NodeEntry, PlaceEntry } from "./node-entry.ts";
import { readCertificateFile, readKeyFile, readSecret } from "./read-secret.ts";

/** A node that can be worked with. Nothing is connected before something is asked of it. */
export interface OpenNode {
  readonly entry: NodeEntry;
  readonly transport: Transport;
  readonly target: Target;
  /** Takes expired previews away on the node; an SFTP account can't. */
  readonly sweep?: SshEdge["sweep"] | undefined;
}

/** Nodes that can be worked with. */
export interface OpenNodes {
  readonly nodes: readonly OpenNode[];
  /** What each node's web server was seen to keep after a flip; those that were asked and answered. */
  readonly staleness: ReadonlyMap<string, StalenessReport>;
  /** Ends all sessions and connections. */
  close(): Promise<void>;
}

type Adapter = typeof import("@hostelry/adapter-ssh");

/**
 * Makes nodes ready: reads keys and passphrases from where the nodes file says.
 *
 * @throws `INVALID_INPUT` for a key file or variable that is not there.
 */
export async function openNodes(entries: readonly NodeEntry[], env: CommandContext["env"]): Promise<OpenNodes> {
  // Loaded when it is asked for: other commands need no SSH.
  const adapter = await import("@hostelry/adapter-ssh");
  const staleness = new Map<string, StalenessReport>();
  const nodes: OpenNode[] = [];
  const closing: (() => Promise<void>)[] = [];
  for (const entry of entries) {
    const place = await placeOf(entry.place, env);
    const without = entry.kind === "sftp" ? (["exec"] as const) : [];
    const transport = adapter.sshTransport({ ...place, name: entry.name, without });
    closing.push(() => transport.close());
    if (entry.kind === "sftp") {
      nodes.push({ entry, transport, target: adapter.sftpTarget(transport, entry.root) });
      continue;
    }
    const edge = adapter.sshEdge(transport, entry.root);
    closing.unshift(() => edge.close());
    nodes.push({ entry, transport, target: watched(adapter, entry, transport, edge, staleness), sweep: edge.sweep });
  }
  return {
    nodes,
    staleness,
    close: async () => {
      for (const close of closing) await close();
    },
  };
}

/** The target, which also finds out what its web server keeps, where the nodes file says how to ask. */
function watched(
  { readStaleness, withStaleness }: Adapter,
  { name, root, webServer }: NodeEntry,
  transport: Transport,
  edge: SshEdge,
  staleness: Map<string, StalenessReport>,
): Target {
  if (webServer === undefined) return edge;
  return withStaleness(edge, {
    read: (options) => readStaleness(transport, { ...webServer, ...options, root }),
    onReport: (report) => void staleness.set(name, report),
  });
}

async function placeOf(place: PlaceEntry, env: CommandContext["env"]): Promise<SshPlace> {
  const { host, port, user, hostKey, auth, jump } = place;
  const ways: SshAuthentication[] = [];
  for (const way of auth) {
    if (way.kind === "agent") {
      const { socket = env["SSH_AUTH_SOCK"], fingerprint, certificateFile, at } = way;
      const certificate = certificateFile === undefined ? undefined : await readCertificateFile(certificateFile, at);
      ways.push({ kind: "agent", socket, fingerprint, certificate });
    } else if (way.kind === "password") {
      ways.push({ kind: "password", password: readSecret(env, way.variable, way.at) });
    } else {
      const { file, passphraseVariable, certificateFile, at } = way;
      const passphrase = passphraseVariable === undefined ? undefined : readSecret(env, passphraseVariable, at);
      const privateKey = await readKeyFile(file, at);
      if (certificateFile === undefined) ways.push({ kind: "key", privateKey, passphrase });
      else {
        const certificate = await readCertificateFile(certificateFile, at);
        ways.push({ kind: "certificate", privateKey, passphrase, certificate });
      }
    }
  }
  const expected = "pins" in hostKey ? { hostKey: hostKey.pins } : { knownHosts: hostKey.knownHostsFile };
  return { host, port, user, auth: ways, jump: jump && (await placeOf(jump, env)), ...expected };
}

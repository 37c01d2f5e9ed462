/**
 * Edge nodes on loopback: real sshd and nginx, each with a directory and, as root, an account of its own.
 *
 *   const nodes = await startSshNodes({ gnu: 8, busybox: 1, sftpOnly: 1, newest: 1 });
 *   const [node] = nodes.all;            // node.kind tells what it is; node.host, node.sshPort, node.user, node.hostKey
 *   nodes.clientKey                      // private key that every node accepts (OpenSSH format, no passphrase)
 *   nodes.knownHostsFile                 // all nodes' host keys, as `[127.0.0.1]:port ssh-ed25519 …`
 *   node.root / node.outside             // the writable directory for sites, as the node sees it / as the test sees it
 *   `http://127.0.0.1:${node.httpPort}/` // nginx: host name → <root>/hosts/<name>/current; `serve()` takes other blocks
 *   node.cutConnections()                // kills sshd's session processes: clients see the connection reset
 *   node.killCommands()                  // kills what runs in the sessions, and leaves the connections
 *   await node.stopSshd(); await node.startSshd();   // the machine is "down", and back
 *   await nodes.stop();                  // everything is ended by its process id and removed
 *
 * `gnu`: this machine's OpenSSH and coreutils. `busybox`: a chroot that has BusyBox and nothing else. `sftpOnly`: a chroot
 * where only SFTP is allowed. `newest`: OpenSSH of Debian's unstable suite in a root of its own, penalties switched on as it
 * comes. `busybox` and `sftpOnly` need root; `newest` needs `newestOpensshAvailable()`. Ask `sshNodesAvailable()` first, for
 * `describe.skipIf`. For delays, cuts and silence put a `faultProxy` (fault-proxy.ts) before a node's port.
 */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { requireServer, serverAvailable } from "./server-binary.ts";
import { isRoot } from "./ssh-node/account.ts";
import { freePorts } from "./ssh-node/free-ports.ts";
import { accountPrefix, claim, sweepLeftovers } from "./ssh-node/leftovers.ts";
import { type SshNode, type SshNodeKind, startNode } from "./ssh-node/ssh-node.ts";

export { newestOpensshAvailable } from "./ssh-node/newest-openssh.ts";
export type { SshNode, SshNodeKind } from "./ssh-node/ssh-node.ts";

const run = promisify(execFile);

/** How many of each kind; default none of a kind, and nginx on all. */
export interface SshNodesOptions {
  readonly gnu?: number | undefined;
  readonly busybox?: number | undefined;
  readonly sftpOnly?: number | undefined;
  readonly newest?: number | undefined;
  /** nginx beside each sshd. Default true. */
  readonly web?: boolean | undefined;
  /** An authority whose certificates of users every sshd trusts (`TrustedUserCAKeys`). Default: none. */
  readonly userAuthority?: boolean | undefined;
  /** More lines for every sshd's configuration, e.g. `MaxSessions 2`. Default: as OpenSSH comes. */
  readonly sshdSettings?: readonly string[] | undefined;
  /** Where the nodes' directories are made. Default: a place that fits every kind; below /tmp there is no SFTP-only node. */
  readonly parent?: string | undefined;
}

/** Running nodes. */
export interface SshNodes {
  readonly all: readonly SshNode[];
  /** The first node of a kind; throws when there is none. */
  one(kind: SshNodeKind): SshNode;
  /** Private key, OpenSSH format. */
  readonly clientKey: string;
  readonly clientKeyFile: string;
  readonly knownHostsFile: string;
  /** Private key of the authority for users' certificates, for `ssh-keygen -s`; there is one only when it was asked for. */
  readonly userAuthorityFile: string;
  /** A directory of the test's own, removed by `stop`. */
  readonly directory: string;
  stop(): Promise<void>;
}

/** Whether `startSshNodes` can start nodes of these kinds here. With CI=true, what is missing is an error. */
export function sshNodesAvailable(...kinds: readonly SshNodeKind[]): boolean {
  if (!serverAvailable("sshd", "ssh-keygen", "nginx", "busybox", "bwrap", "setpriv", "unshare")) return false;
  return isRoot() || !kinds.some((kind) => kind === "busybox" || kind === "sftpOnly");
}

/** Starts nodes; resolves when all of them can be signed in to and answer on HTTP. */
export async function startSshNodes(options: SshNodesOptions): Promise<SshNodes> {
  // Not below /tmp: sshd refuses a chroot below a directory that others can write to.
  const base = options.parent ?? (isRoot() ? "/run" : tmpdir());
  await sweepLeftovers(base, "hostelry-nodes-");
  const directory = await mkdtemp(join(base, "hostelry-nodes-"));
  await chmod(directory, 0o755);
  await claim(directory);
  const clientKeyFile = join(directory, "client");
  const makeKey = (file: string): Promise<unknown> =>
    run(requireServer("ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-C", "hostelry", "-f", file]);
  await makeKey(clientKeyFile);
  const userAuthorityFile = join(directory, "user_authority");
  if (options.userAuthority === true) await makeKey(userAuthorityFile);
  const kinds: readonly SshNodeKind[] = (["gnu", "busybox", "sftpOnly", "newest"] as const).flatMap((kind) =>
    Array.from({ length: options[kind] ?? 0 }, () => kind),
  );
  const ports = await freePorts(kinds.length * 2);
  const starting = kinds.map((kind, index) =>
    startNode({
      kind,
      name: `${kind}${index + 1}`,
      account: `${accountPrefix(directory)}${index + 1}`,
      directory: join(directory, `${kind}${index + 1}`),
      authorizedKeysFile: `${clientKeyFile}.pub`,
      userAuthorityFile: options.userAuthority === true ? `${userAuthorityFile}.pub` : undefined,
      sshPort: ports[2 * index] ?? 0,
      httpPort: options.web === false ? null : (ports[2 * index + 1] ?? 0),
      settings: options.sshdSettings ?? [],
    }),
  );
  const settled = await Promise.allSettled(starting);
  const all = settled.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((node) => node.stop()));
    await rm(directory, { recursive: true, force: true });
  };
  const failed = settled.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  const knownHostsFile = join(directory, "known_hosts");
  await writeFile(knownHostsFile, all.map(({ sshPort, hostKey }) => `[127.0.0.1]:${sshPort} ${hostKey}\n`).join(""));
  return {
    all,
    one: (kind) => {
      const node = all.find((each) => each.kind === kind);
      if (node === undefined) throw new Error(`no node of kind ${kind} was asked for`);
      return node;
    },
    clientKey: await readFile(clientKeyFile, "utf8"),
    clientKeyFile,
    knownHostsFile,
    userAuthorityFile,
    directory,
    stop,
  };
}

// One edge node: its directories, its account, its sshd and its nginx.
import { execFile } from "node:child_process";
import { chmod, chown, copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { requireServer } from "../server-binary.ts";
import { type Account, isRoot, makeAccount } from "./account.ts";
import { makeBusyboxRoot, withMounts } from "./busybox-root.ts";
import { type Daemon, descendantsOf, killAll, processesOf, programOf } from "./daemon.ts";
import { withinNewestOpenssh } from "./newest-openssh.ts";
import { defaultServerBlocks, startNginx } from "./nginx.ts";
import { type SshdOptions, startSshd } from "./sshd.ts";

const run = promisify(execFile);

/** What a node is made of. */
export type SshNodeKind = "gnu" | "busybox" | "sftpOnly" | "newest";

/** A running node. */
export interface SshNode {
  readonly name: string;
  readonly kind: SshNodeKind;
  readonly host: "127.0.0.1";
  readonly sshPort: number;
  /** `null` when nodes were started without web servers. */
  readonly httpPort: number | null;
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  /** An empty directory that the user may write to, as programs on the node name it. */
  readonly root: string;
  /** The same directory, as the test names it. */
  readonly outside: string;
  /** sshd's last words. */
  sshdLog(): string;
  /** Kills the sshd processes of all sessions: clients see a reset, programs in the sessions are left to themselves. */
  cutConnections(): void;
  /** Kills all that runs in sessions; the connections stay. */
  killCommands(): void;
  /** Processes that run as the node's account in sessions, sshd's own not counted. */
  commands(): readonly number[];
  /** Ends sshd with all sessions; the port then refuses connections. */
  stopSshd(): Promise<void>;
  startSshd(): Promise<void>;
  /** Starts nginx anew with other `server { … }` blocks; they must listen on `127.0.0.1:${httpPort}`. */
  serve(blocks: string): Promise<void>;
  stop(): Promise<void>;
}

/** What {@link startNode} needs to know. */
export interface SshNodeOptions {
  readonly kind: SshNodeKind;
  readonly name: string;
  /** Name for an account of its own. */
  readonly account: string;
  /** Everything the node has is below. */
  readonly directory: string;
  readonly authorizedKeysFile: string;
  /** Public key of an authority whose certificates of users are trusted. */
  readonly userAuthorityFile?: string | undefined;
  readonly sshPort: number;
  readonly httpPort: number | null;
  readonly settings: readonly string[];
}

/** The directory that a chroot node sees as its root. */
const chrootOf = (directory: string): string => join(directory, "chroot");

/** Starts a node. */
export async function startNode(options: SshNodeOptions): Promise<SshNode> {
  const { kind, name, directory, sshPort, httpPort } = options;
  const confined = kind === "busybox" || kind === "sftpOnly";
  const sshdDirectory = join(directory, "sshd");
  await mkdir(sshdDirectory, { recursive: true });
  const home = confined ? "/home" : join(directory, "home");
  const inside = confined ? chrootOf(directory) : directory;
  const root = confined ? "/sites" : join(directory, "sites");
  const outside = join(inside, "sites");

  const account = await makeAccount(options.account, home);
  await mkdir(inside, { recursive: true });
  if (kind === "busybox") await makeBusyboxRoot(inside);
  for (const folder of [join(inside, "home"), outside, join(directory, "web")]) {
    await mkdir(folder, { recursive: true });
    await chown(folder, account.uid, account.gid);
  }
  const hostKeyFile = join(sshdDirectory, "hostkey");
  await run(requireServer("ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", hostKeyFile]);
  await copyFile(options.authorizedKeysFile, join(sshdDirectory, "authorized_keys"));
  await chmod(join(sshdDirectory, "authorized_keys"), 0o644);
  const settings = [...options.settings];
  if (options.userAuthorityFile !== undefined) {
    const authority = join(sshdDirectory, "user_authority.pub");
    await copyFile(options.userAuthorityFile, authority);
    await chmod(authority, 0o644);
    settings.push(`TrustedUserCAKeys ${authority}`);
  }
  // sshd demands it as the home of its unprivileged part.
  if (isRoot()) await mkdir("/run/sshd", { recursive: true });

  const sshdOptions: SshdOptions = {
    directory: sshdDirectory,
    port: sshPort,
    user: account.name,
    ...startOf({ ...options, settings }, account, home),
  };
  let sshd: Daemon | undefined = await startSshd(sshdOptions);
  const place = { directory: join(directory, "web"), root: outside, port: httpPort ?? 0 };
  let nginx = httpPort === null ? undefined : await startNginx(place, account, defaultServerBlocks(place));

  const below = (): readonly number[] => (sshd === undefined ? [] : descendantsOf(sshd.pid));
  const isSshd = (pid: number): boolean => programOf(pid)?.startsWith("sshd") === true;
  /** From OpenSSH 9.8 on the one that listens has a name of its own, and below bwrap it is a descendant itself. */
  const sessions = (): readonly number[] =>
    below().filter((pid) => isSshd(pid) && !(kind === "newest" && programOf(pid) === "sshd"));
  const commands = (): readonly number[] =>
    below().filter((pid) => !isSshd(pid) && programOf(pid) !== "bwrap" && programOf(pid) !== undefined);

  const stopSshd = async (): Promise<void> => {
    killAll(sessions());
    await sshd?.stop();
    sshd = undefined;
  };
  return {
    name,
    kind,
    host: "127.0.0.1",
    sshPort,
    httpPort,
    user: account.name,
    uid: account.uid,
    gid: account.gid,
    hostKey: (await readFile(`${hostKeyFile}.pub`, "utf8")).split(" ").slice(0, 2).join(" "),
    root,
    outside,
    sshdLog: () => sshd?.log() ?? "",
    cutConnections: () => killAll(sessions()),
    killCommands: () => killAll(commands()),
    commands,
    stopSshd,
    startSshd: async () => {
      sshd ??= await startSshd(sshdOptions);
    },
    serve: async (blocks) => {
      await nginx?.stop();
      nginx = await startNginx(place, account, blocks);
    },
    stop: async () => {
      await stopSshd();
      await nginx?.stop();
      // Only an account of the node's own: the one that runs the tests runs the tests too.
      if (isRoot()) await endAllOf(account.uid);
      await account.remove();
    },
  };
}

/** Kills what an account still runs until nothing is left: an account that is in use can't be removed. */
async function endAllOf(uid: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (let left = processesOf(uid); left.length > 0; left = processesOf(uid)) {
    if (performance.now() > deadline) throw new Error(`processes of account ${uid} do not end: ${left.join(", ")}`);
    killAll(left);
    // They are not our children, so nobody tells of their end.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What makes one kind of node differ from the others. */
function startOf(options: SshNodeOptions, account: Account, home: string): Partial<SshdOptions> {
  const { kind, directory, settings } = options;
  const chroot = [`ChrootDirectory ${chrootOf(directory)}`];
  switch (kind) {
    case "gnu":
      return { settings };
    case "busybox":
      return { settings: [...settings, ...chroot], within: withMounts(chrootOf(directory)) };
    case "sftpOnly":
      return { settings: [...settings, ...chroot, "ForceCommand internal-sftp", "AllowTcpForwarding no"] };
    case "newest": {
      const passwd = [
        "root:x:0:0:root:/root:/bin/sh",
        "sshd:x:65533:65534:sshd:/run/sshd:/usr/sbin/nologin",
        "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin",
        `${account.name}:x:${account.uid}:${account.gid}::${home}:/bin/sh`,
      ];
      return { settings, within: withinNewestOpenssh(directory, `${passwd.join("\n")}\n`), program: "/usr/sbin/sshd" };
    }
  }
}

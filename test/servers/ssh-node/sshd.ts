// The real sshd on a port of loopback.
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireServer } from "../server-binary.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

/** What an sshd is to be like. */
export interface SshdOptions {
  /** A directory for its configuration; holds `hostkey` and `authorized_keys`. */
  readonly directory: string;
  readonly port: number;
  readonly user: string;
  /** More lines of configuration; the first word of a kind counts, so these win. */
  readonly settings?: readonly string[] | undefined;
  /** What the server is started with: a root of its own, a namespace. Default: nothing. */
  readonly within?: readonly string[] | undefined;
  /** Default: this machine's. */
  readonly program?: string | undefined;
}

/** Starts it; resolves when it listens. */
export async function startSshd(options: SshdOptions): Promise<Daemon> {
  const { directory, port, user } = options;
  const file = join(directory, "sshd_config");
  const configuration = [
    ...(options.settings ?? []),
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(directory, "hostkey")}`,
    `AuthorizedKeysFile ${join(directory, "authorized_keys")}`,
    "PidFile none",
    `AllowUsers ${user}`,
    "StrictModes no",
    "UsePAM no",
    "UseDNS no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "MaxStartups 100:30:200",
    "LogLevel VERBOSE",
    "Subsystem sftp internal-sftp",
  ];
  await writeFile(file, `${configuration.join("\n")}\n`);
  await chmod(file, 0o644);
  return startDaemon({
    argv: [...(options.within ?? []), options.program ?? requireServer("sshd"), "-D", "-e", "-f", file],
    ready: /^Server listening on /,
  });
}

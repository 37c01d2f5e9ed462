// A stand-in for a machine: an sshd on a free port of loopback, run by whoever runs this, with keys of its own.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { SshPlace } from "@hostelry/adapter-ssh";

const run = promisify(execFile);

/** A machine that can be published to. */
export interface ExampleNode {
  readonly name: string;
  /** The directory that sites are published to. */
  readonly root: string;
  /** Where it is, whose key it shows, and how to sign in. */
  readonly place: SshPlace;
  start(): Promise<void>;
  /** Ends sshd with all its sessions, as if the machine were switched off. */
  stop(): Promise<void>;
}

/** What this machine lacks for the example, in one line; `undefined`: nothing. */
export function missingPrograms(): string | undefined {
  const missing = ["sshd", "ssh-keygen"].filter((name) => find(name) === undefined);
  if (missing.length === 0) return undefined;
  return `This example needs ${missing.join(" and ")}: install OpenSSH's server (Debian: apt-get install openssh-server).`;
}

/** Makes a machine and starts it. */
export async function startNode(directory: string, name: string): Promise<ExampleNode> {
  const [own, root] = [join(directory, name), join(directory, name, "srv")];
  await mkdir(root, { recursive: true });
  for (const key of ["host_key", "client_key"])
    await run(program("ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-f", join(own, key)]);
  const [port, user] = [await freePort(), userInfo().username];
  // sshd insists on this directory when root starts it; the system's own sshd has it, too.
  if (user === "root") await mkdir("/run/sshd", { recursive: true });
  const configuration = join(own, "sshd_config");
  const settings = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(own, "host_key")}`,
    `AuthorizedKeysFile ${join(own, "client_key.pub")}`,
    "AuthenticationMethods publickey",
    "StrictModes no",
    "PidFile none",
  ];
  await writeFile(configuration, `${settings.join("\n")}\n`);
  let stop = async (): Promise<void> => undefined;
  const start = async (): Promise<void> => {
    const sshd = spawn(program("sshd"), ["-D", "-e", "-f", configuration], { stdio: ["ignore", "ignore", "pipe"] });
    const ended = once(sshd, "exit");
    process.once("exit", () => sshd.kill());
    for await (const line of createInterface(sshd.stderr)) if (line.startsWith("Server listening")) break;
    sshd.stderr.resume();
    stop = async () => {
      // Its sessions outlive it; each is ended by its id.
      for (const pid of await descendantsOf(sshd.pid ?? 0)) end(pid);
      sshd.kill();
      await ended;
    };
  };
  await start();
  const hostKey = await readFile(join(own, "host_key.pub"), "utf8");
  const privateKey = await readFile(join(own, "client_key"));
  const place = { host: "127.0.0.1", port, user, hostKey, auth: { kind: "key", privateKey } } as const;
  return { name, root, place, start, stop: () => stop() };
}

async function descendantsOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid="]);
  const processes = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) for (const [child = 0, of] of processes) if (of === parent) found.push(child);
  return found.slice(1);
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (cause) {
    // It has ended with its parent.
    if (!(cause instanceof Error && "code" in cause && cause.code === "ESRCH")) throw cause;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new TypeError("A TCP server has a port.");
  return address.port;
}

/** sshd wants to be called by its whole path, and lies where ordinary accounts do not look. */
function find(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path.startsWith("/");
  } catch {
    return false;
  }
}

function program(name: string): string {
  const path = find(name);
  if (path === undefined) throw new Error(`There is no ${name} here.`);
  return path;
}

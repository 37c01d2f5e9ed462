// A throw-away PostgreSQL for a suite: a cluster of its own below the temporary directory, reached through a socket file,
// so that no port can be taken. As root it runs as `nobody`, for the server refuses to run as root.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { requireServer } from "./server-binary.ts";

const run = promisify(execFile);

/** A running server. */
export interface PostgresServer {
  /** How `pg` reaches it. `host` is the directory of the socket file. */
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
  };
  /** Ends it at once and removes everything. */
  stop(): Promise<void>;
}

/** How the server is to run. */
export interface PostgresOptions {
  /** Sync to disk, as in production. Default false: fast, and safe for a cluster that is thrown away. */
  readonly durable?: boolean | undefined;
  /** More settings, e.g. `{ default_transaction_isolation: "serializable" }`. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/** Makes a cluster and starts a server on it; resolves when it accepts connections. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), "hostelry-pg-"));
  const account = await serverAccount();
  const data = join(directory, "data");
  await mkdir(data);
  if ("uid" in account) {
    await chown(directory, account.uid, account.gid);
    await chown(data, account.uid, account.gid);
  }
  const environment = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };
  await run(
    requireServer("initdb"),
    ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"],
    { ...account, cwd: directory, env: environment },
  );
  const quick = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  const settings: Record<string, string> = {
    listen_addresses: "",
    unix_socket_directories: directory,
    max_connections: "100",
    shared_buffers: "64MB",
    logging_collector: "off",
    ...(options.durable === true ? {} : quick),
    ...options.settings,
  };
  const server = spawn(
    requireServer("postgres"),
    ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { ...account, cwd: directory, env: environment, stdio: ["ignore", "ignore", "pipe"] },
  );
  const stop = async (): Promise<void> => {
    await end(server);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await readiness(server);
  } catch (cause) {
    await stop();
    throw cause;
  }
  return { connection: { host: directory, port: 5432, user: "postgres", database: "postgres" }, stop };
}

/** Resolves with the server's own word that it is ready; rejects with its log when it ends before. */
function readiness(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const log: string[] = [];
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`postgres ended with ${code}:\n${log.join("\n")}`)));
    if (server.stderr === null) return reject(new Error("postgres has no log"));
    // Read to the end also after that: a full pipe would stop the server.
    createInterface(server.stderr).on("line", (line) => {
      if (line.includes("ready to accept connections")) resolve();
      else if (log.length < 100) log.push(line);
    });
  });
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  // "Immediate" shutdown: nothing in the cluster is to be kept.
  server.kill("SIGQUIT");
  await ended;
}

/** Who runs the server: `nobody` instead of root, otherwise whoever runs the tests. */
async function serverAccount(): Promise<{ readonly uid: number; readonly gid: number } | Record<string, never>> {
  if (process.getuid?.() !== 0) return {};
  const idOf = async (which: string): Promise<number> => Number((await run("id", [which, "nobody"])).stdout);
  return { uid: await idOf("-u"), gid: await idOf("-g") };
}

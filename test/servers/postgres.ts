// A throw-away PostgreSQL for a suite: a cluster of its own below the temporary directory, reached through a socket file,
// so that no port can be taken. As root it runs as `nobody`, for the server refuses to run as root.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
  /** Where its files are: `data` is the cluster. */
  readonly directory: string;
  /** Ends it as a crash would, without a word to anybody, and starts it again: it recovers what was committed. */
  restart(): Promise<void>;
  /** Ends it as a crash would and leaves its files. */
  crash(): Promise<void>;
  /** Ends it at once and removes everything. */
  stop(): Promise<void>;
}

/** How the server is to run. */
export interface PostgresOptions {
  /** Sync to disk, as in production. Default false: fast, and safe for a cluster that is thrown away. */
  readonly durable?: boolean | undefined;
  /** More settings, e.g. `{ default_transaction_isolation: "serializable" }`. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** Where to put the cluster. Default: the temporary directory. */
  readonly parent?: string | undefined;
  /** The files of a cluster, put into place by this instead of being made new. */
  readonly restore?:
    | ((data: string, account: { readonly uid?: number; readonly gid?: number }) => Promise<void>)
    | undefined;
}

/** Runs a program that comes with the server (`pg_dump`, `pgbench` …) against it; gives what it prints. */
export async function runPostgresProgram(
  { connection }: PostgresServer,
  program: string,
  parameters: readonly string[],
): Promise<string> {
  const { host, port, user, database } = connection;
  const path = join(dirname(requireServer("postgres")), program);
  const env = {
    LC_ALL: "C",
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    PATH: process.env["PATH"],
  };
  const { stdout } = await run(path, [...parameters], { env, maxBuffer: 2 ** 28 });
  return stdout;
}

/** Makes a cluster and starts a server on it; resolves when it accepts connections. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const directory = await mkdtemp(join(options.parent ?? tmpdir(), "hostelry-pg-"));
  const account = await serverAccount();
  const data = join(directory, "data");
  await mkdir(data, { mode: 0o700 });
  if ("uid" in account) {
    await chown(directory, account.uid, account.gid);
    await chown(data, account.uid, account.gid);
  }
  const environment = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };
  if (options.restore !== undefined) await options.restore(data, account);
  else
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
  const start = async (): Promise<ChildProcess> => {
    const server = spawn(
      requireServer("postgres"),
      ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      { ...account, cwd: directory, env: environment, stdio: ["ignore", "ignore", "pipe"] },
    );
    try {
      await readiness(server);
      return server;
    } catch (cause) {
      await end(server);
      throw cause;
    }
  };
  let server: ChildProcess | undefined;
  const crash = async (): Promise<void> => {
    const running = server;
    server = undefined;
    if (running !== undefined) await end(running);
  };
  const stop = async (): Promise<void> => {
    await crash();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    server = await start();
  } catch (cause) {
    await stop();
    throw cause;
  }
  return {
    connection: { host: directory, port: 5432, user: "postgres", database: "postgres" },
    directory,
    restart: async () => {
      await crash();
      server = await start();
    },
    crash,
    stop,
  };
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
  // "Immediate" shutdown: as a crash, but of all its processes together.
  server.kill("SIGQUIT");
  await ended;
}

/** Who runs the server: `nobody` instead of root, otherwise whoever runs the tests. */
async function serverAccount(): Promise<{ readonly uid: number; readonly gid: number } | Record<string, never>> {
  if (process.getuid?.() !== 0) return {};
  const idOf = async (which: string): Promise<number> => Number((await run("id", [which, "nobody"])).stdout);
  return { uid: await idOf("-u"), gid: await idOf("-g") };
}

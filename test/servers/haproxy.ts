// The real HAProxy on loopback, as master and worker, with a map that routes host names and a socket to change it by.
import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { haproxyLines } from "@hostelry/adapter-haproxy";
import { requireServer } from "./server-binary.ts";
import { startDaemon } from "./ssh-node/daemon.ts";
import { inFreshPlace } from "./web/web-server.ts";

/** A running HAProxy. */
export interface HaproxyServer {
  readonly port: number;
  /** The master's. */
  readonly pid: number;
  readonly socketPath: string;
  readonly mapFile: string;
  /** The backends, each of which answers with its own name. */
  readonly backends: readonly [string, string];
  /** Says a command, as an operator would. */
  say(command: string): Promise<string>;
  /** What a visitor of a host gets: a backend's name, `→ name`, or `null` for 404. Throws for anything else. */
  visit(hostname: string): Promise<string | null>;
  /** Reads the configuration and the map's file again, with a new worker; resolves when that one answers. */
  reload(): Promise<void>;
  /** Nothing is routed, neither in memory nor in the file. */
  clear(): Promise<void>;
  readMapFile(): Promise<string>;
  writeMapFile(text: string): Promise<void>;
  stop(): Promise<void>;
}

const patienceMs = 10_000;

/** Starts HAProxy; resolves when it answers. */
export async function startHaproxy(): Promise<HaproxyServer> {
  const backends = ["web-one", "web-two"] as const;
  let [socketPath, mapFile] = ["", ""];
  const server = await inFreshPlace("haproxy", async ({ directory, port }) => {
    socketPath = join(directory, "admin.sock");
    mapFile = join(directory, "hosts.map");
    const configFile = join(directory, "haproxy.cfg");
    await writeFile(mapFile, "");
    await writeFile(configFile, configuration({ port, socketPath, mapFile, backends }));
    const argv = [requireServer("haproxy"), "-W", "-f", configFile, "-p", join(directory, "haproxy.pid")];
    return { configFile, daemon: await startDaemon({ argv, ready: /Loading success/ }) };
  });
  const say = (command: string): Promise<string> => ask(socketPath, command);
  const visit = (hostname: string): Promise<string | null> => visitAt(server.port, hostname);
  return {
    port: server.port,
    pid: server.pid,
    socketPath,
    mapFile,
    backends,
    say,
    visit,
    reload: async () => {
      const before = await workerOf(socketPath);
      process.kill(server.pid, "SIGUSR2");
      await until(async () => (await workerOf(socketPath)) !== before);
    },
    clear: async () => {
      await writeFile(mapFile, "");
      await say(`clear map ${mapFile}`);
    },
    readMapFile: () => readFile(mapFile, "utf8"),
    writeMapFile: (text) => writeFile(mapFile, text),
    stop: server.stop,
  };
}

function configuration(place: {
  readonly port: number;
  readonly socketPath: string;
  readonly mapFile: string;
  readonly backends: readonly string[];
}): string {
  const { port, socketPath, mapFile, backends } = place;
  const answers = backends.map(
    (name) => `backend ${name}\n    http-request return status 200 content-type text/plain string "${name}"\n`,
  );
  return `global
    stats socket ${socketPath} mode 600 level admin expose-fd listeners
    stats timeout 10s
    maxconn 500
defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
frontend web
    bind 127.0.0.1:${port}
${haproxyLines({ mapFile })}
${answers.join("")}`;
}

/** It tells nobody when a new worker has taken over: asking is the only way. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error("HAProxy has not been reloaded in time");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function workerOf(socketPath: string): Promise<string | undefined> {
  try {
    return /^Pid: (\d+)$/m.exec(await ask(socketPath, "show info"))?.[1];
  } catch {
    return undefined; // Between two workers nobody answers for a moment.
  }
}

function ask(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ path }, () => socket.write(`${command}\n`));
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => {
      answer += part;
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(answer));
  });
}

function visitAt(port: number, hostname: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    // A connection of its own: one that is kept is closed by the worker that a reload ends.
    const place = { host: "127.0.0.1", port, path: "/p?q=1", agent: false } as const;
    const sent = request({ ...place, headers: { host: hostname } }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.once("error", reject);
      response.once("end", () => {
        const [, name] = /^https:\/\/([^/]+)\/p\?q=1$/.exec(response.headers.location ?? "") ?? [];
        if (response.statusCode === 200) resolve(text);
        else if (response.statusCode === 404) resolve(null);
        else if (response.statusCode === 308 && name !== undefined) resolve(`→ ${name}`);
        else reject(new Error(`${hostname}: ${response.statusCode} ${response.headers.location ?? ""} ${text}`));
      });
    });
    sent.once("error", reject);
    sent.end();
  });
}

// The real PowerDNS Authoritative Server on loopback, with its records in a SQLite file.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { requireServer } from "./server-binary.ts";
import { startDaemon } from "./ssh-node/daemon.ts";
import { freePorts } from "./ssh-node/free-ports.ts";
import { inFreshPlace } from "./web/web-server.ts";

const run = promisify(execFile);
const schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

/** A running server. */
export interface PowerdnsServer {
  /** Of its web server, e.g. `http://127.0.0.1:18081`. */
  readonly url: string;
  readonly apiKey: string;
  /** Where it answers questions, UDP and TCP. */
  readonly dnsPort: number;
  /** The SQLite file. */
  readonly database: string;
  /** Asks its API, without the adapter. Throws when the answer is no success. */
  api(method: string, path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts PowerDNS; resolves when it answers. */
export async function startPowerdns(): Promise<PowerdnsServer> {
  const apiKey = randomBytes(12).toString("hex");
  const [dnsPort = 0] = await freePorts(1);
  let database = "";
  const server = await inFreshPlace("pdns", async ({ directory, port }) => {
    database = join(directory, "pdns.sqlite3");
    await run(requireServer("sqlite3"), [database, await readFile(schema, "utf8")]);
    const configFile = join(directory, "pdns.conf");
    await writeFile(configFile, configuration({ directory, database, apiKey, dnsPort, port }));
    const argv = [requireServer("pdns_server"), `--config-dir=${directory}`];
    return { configFile, daemon: await startDaemon({ argv, ready: /Done launching threads/ }) };
  });
  const url = `http://127.0.0.1:${server.port}`;
  const api: PowerdnsServer["api"] = async (method, path, body) => {
    const response = await fetch(`${url}/api/v1/servers/localhost${path}`, {
      method,
      headers: { "x-api-key": apiKey },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  return { url, apiKey, dnsPort, database, api, stop: server.stop };
}

function configuration(place: {
  readonly directory: string;
  readonly database: string;
  readonly apiKey: string;
  readonly dnsPort: number;
  readonly port: number;
}): string {
  const settings: Record<string, string | number> = {
    launch: "gsqlite3",
    "gsqlite3-database": place.database,
    "gsqlite3-dnssec": "yes",
    // What its owners ship is WAL and a full sync; the data here is thrown away.
    "gsqlite3-pragma-synchronous": 0,
    "local-address": "127.0.0.1",
    "local-port": place.dnsPort,
    api: "yes",
    "api-key": place.apiKey,
    webserver: "yes",
    "webserver-address": "127.0.0.1",
    "webserver-port": place.port,
    "webserver-allow-from": "127.0.0.0/8",
    "socket-dir": place.directory,
    daemon: "no",
    guardian: "no",
    "disable-syslog": "yes",
    // It would ask a server of its makers for security news.
    "security-poll-suffix": "",
    // New records and zones are to be seen at once.
    "zone-cache-refresh-interval": 0,
    "query-cache-ttl": 0,
    "negquery-cache-ttl": 0,
    "cache-ttl": 0,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

// The real BIND on loopback, with zones that are changed by RFC 2136 updates, signed with a TSIG key.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireServer } from "./server-binary.ts";
import { startDaemon } from "./ssh-node/daemon.ts";
import { inFreshPlace } from "./web/web-server.ts";

/** A key that updates and transfers are signed with. */
export interface BindKey {
  readonly name: string;
  readonly algorithm: "hmac-sha256" | "hmac-sha512";
  /** Base64. */
  readonly secret: string;
}

/** A running server. */
export interface BindServer {
  readonly port: number;
  /** May change everything, and transfer zones. */
  readonly key: BindKey;
  /** May change TXT records at `_acme-challenge` of each zone, and nothing else. */
  readonly limitedKey: BindKey;
  /** Names of its zones. They have SOA and NS records. */
  readonly zones: readonly string[];
  /** Sends an update as `nsupdate` does, without the adapter: its own lines, e.g. `update add x.zone-0.test. 60 A 192.0.2.1`. */
  update(zone: string, ...lines: readonly string[]): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** Starts BIND with so many zones, `zone-0.test` and on; resolves when it answers. */
export async function startBind(zoneCount: number): Promise<BindServer> {
  const key = newKey("full-key", "hmac-sha256");
  const limitedKey = newKey("limited-key", "hmac-sha512");
  const zones = Array.from({ length: zoneCount }, (_, index) => `zone-${index}.test`);
  let keyFile = "";
  let log = (): string => "";
  const server = await inFreshPlace("bind", async ({ directory, port }) => {
    keyFile = join(directory, "full.key");
    await writeFile(keyFile, keyBlock(key));
    for (const zone of zones) await writeFile(join(directory, `${zone}.zone`), emptyZone(zone));
    const configFile = join(directory, "named.conf");
    await writeFile(configFile, configuration({ directory, port, zones, keys: [key, limitedKey] }));
    const argv = [requireServer("named"), "-g", "-c", configFile, "-n", "1"];
    const daemon = await startDaemon({ argv, ready: /\ball zones loaded$/ });
    log = daemon.log;
    return { configFile, daemon };
  });
  return {
    port: server.port,
    key,
    limitedKey,
    zones,
    log: () => log(),
    stop: server.stop,
    update: (zone, ...lines) =>
      nsupdate(keyFile, [`server 127.0.0.1 ${server.port}`, `zone ${zone}.`, ...lines, "send"]),
  };
}

function newKey(name: string, algorithm: BindKey["algorithm"]): BindKey {
  return { name, algorithm, secret: randomBytes(32).toString("base64") };
}

function keyBlock({ name, algorithm, secret }: BindKey): string {
  return `key "${name}" { algorithm ${algorithm}; secret "${secret}"; };\n`;
}

function emptyZone(zone: string): string {
  return `$TTL 300
@ IN SOA ns1.servers.test. hostmaster.${zone}. 1 3600 900 604800 300
@ IN NS ns1.servers.test.
`;
}

function configuration(place: {
  readonly directory: string;
  readonly port: number;
  readonly zones: readonly string[];
  readonly keys: readonly [BindKey, BindKey];
}): string {
  const { directory, port, zones, keys } = place;
  const [full, limited] = keys;
  const blocks = zones.map(
    (zone) => `zone "${zone}" {
  type primary; file "${zone}.zone";
  update-policy { grant ${full.name} zonesub ANY; grant ${limited.name} name _acme-challenge.${zone}. TXT; };
};
`,
  );
  return `${keyBlock(full)}${keyBlock(limited)}options {
  directory "${directory}"; pid-file "${directory}/named.pid"; session-keyfile "${directory}/session.key";
  lock-file none; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; allow-query { 127.0.0.1; }; allow-transfer { key ${full.name}; };
  dnssec-validation no; notify no; check-integrity no;
};
controls { };
${blocks.join("")}`;
}

function nsupdate(keyFile: string, lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(requireServer("nsupdate"), ["-v", "-k", keyFile], { stdio: ["pipe", "ignore", "pipe"] });
    let problem = "";
    child.stderr.on("data", (bytes: Buffer) => {
      problem += bytes.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`nsupdate: ${problem}`))));
    child.stdin.end(`${lines.join("\n")}\n`);
  });
}

// A throw-away Ceph cluster of one monitor, one store in memory and one object gateway, on this machine's loopback: a real S3 server with strict
// signatures. Its programs run in a root of their own (see rgw-root.ts); nothing of it outlives `stop`.
import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import aws4 from "aws4";
import { requireServer } from "../server-binary.ts";
import { type Daemon, startDaemon } from "../ssh-node/daemon.ts";
import { freePorts } from "../ssh-node/free-ports.ts";
import { type RgwGeneration, rgwRoot } from "./rgw-root.ts";

const run = promisify(execFile);

/** A running gateway. */
export interface Rgw {
  readonly generation: RgwGeneration;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Makes a bucket. */
  createBucket(name: string): Promise<void>;
  /** Asks something of it with nothing but a signature: what tests know without the adapter. The path is encoded. */
  ask(method: string, path: string, body?: Uint8Array): Promise<RgwAnswer>;
  /** The last lines of what the gateway wrote. */
  log(): string;
  /** Ends it, with everything it holds. */
  stop(): Promise<void>;
}

/** What it answered. */
export interface RgwAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Where the cluster's files are, as its programs see it. */
const inside = "/run/cluster";

/** Starts a gateway; resolves when it takes requests. */
export async function startRgw(generation: RgwGeneration): Promise<Rgw> {
  const directory = await mkdtemp(join(tmpdir(), `hostelry-rgw-${generation}-`));
  const [gatewayPort = 0, monitorPort = 0] = await freePorts(2);
  const daemons: Daemon[] = [];
  const stop = async (): Promise<void> => {
    // Those that need others first.
    for (const daemon of daemons.reverse()) await daemon.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    for (const folder of ["mon", "osd", "crash"]) await mkdir(join(directory, folder));
    const cluster = randomUUID();
    await writeFile(join(directory, "ceph.conf"), configuration({ cluster, gatewayPort, monitorPort }));
    const bwrap = confined(generation, directory);
    const command = async (...parameters: readonly string[]): Promise<void> => {
      const [program = "", ...rest] = [...bwrap, ...parameters];
      await run(program, rest);
    };
    const daemon = async (ready: RegExp, ...parameters: readonly string[]): Promise<void> => {
      daemons.push(await startDaemon({ argv: [...bwrap, ...parameters], ready }));
    };
    const conf = ["-c", `${inside}/ceph.conf`];
    const keyring = `${inside}/keyring`;
    const monitorMap = `${inside}/monmap`;

    await keys(command, keyring);
    await command(
      ...["monmaptool", "--create", "--fsid", cluster, "--addv", "a", `[v2:127.0.0.1:${monitorPort}]`, monitorMap],
    );
    await command("ceph-mon", ...conf, "-i", "a", "--mkfs", "--monmap", monitorMap, "--keyring", keyring);
    await daemon(/mon\.a.* is new leader|won leader election|quorum/, "ceph-mon", ...conf, "-i", "a", "-d");
    const osd = randomUUID();
    await command("ceph", ...conf, "osd", "new", osd, "0");
    await command("ceph", ...conf, "auth", "import", "-i", keyring);
    await command("ceph-osd", ...conf, "-i", "0", "--mkfs", "--osd-uuid", osd);
    await daemon(/done with init/, "ceph-osd", ...conf, "-i", "0", "-d");
    await daemon(/starting handler: beast/, "radosgw", ...conf, "-n", "client.rgw", "-d");
    const credentials = { accessKeyId: "hostelry-test", secretAccessKey: randomBytes(20).toString("hex") };
    await command(
      ...["radosgw-admin", ...conf, "user", "create", "--uid", "test", "--display-name", "test"],
      ...["--access-key", credentials.accessKeyId, "--secret-key", credentials.secretAccessKey],
    );
    const gateway = daemons.at(-1);
    const region = "default";
    const ask: Rgw["ask"] = async (method, path, body) => {
      const host = `127.0.0.1:${gatewayPort}`;
      const bytes = body === undefined ? undefined : Buffer.from(body);
      const signed = aws4.sign(
        { service: "s3", region, method, path, headers: { host }, ...(bytes === undefined ? {} : { body: bytes }) },
        credentials,
      );
      const { host: _, ...headers } = signed.headers as Record<string, string>;
      const answer = await fetch(`http://${host}${path}`, {
        method,
        headers,
        ...(bytes === undefined ? {} : { body: bytes }),
      });
      return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) };
    };
    return {
      generation,
      endpoint: `http://127.0.0.1:${gatewayPort}`,
      region,
      credentials,
      ask,
      createBucket: async (name) => {
        const { status, body } = await ask("PUT", `/${name}`);
        if (status !== 200) throw new Error(`bucket ${name}: ${status} ${Buffer.from(body).toString()}`);
      },
      log: () => gateway?.log() ?? "",
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** Who may do what: the monitor, an administrator, the gateway, the store. */
async function keys(command: (...parameters: readonly string[]) => Promise<void>, keyring: string): Promise<void> {
  const all = (of: string): readonly string[] => ["--cap", of, "allow *"];
  await command("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", ...all("mon"));
  for (const name of ["client.admin", "client.rgw", "osd.0"]) {
    await command("ceph-authtool", keyring, "--gen-key", "-n", name, ...all("mon"), ...all("osd"), ...all("mgr"));
  }
}

/** Runs what follows in the generation's root, read-only, with the cluster's directory; it ends with this process. */
function confined(generation: RgwGeneration, directory: string): readonly string[] {
  const own = ["--ro-bind", rgwRoot(generation), "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"];
  const rest = ["--tmpfs", "/run", "--bind", directory, inside, "--setenv", "HOME", "/tmp", "--chdir", "/"];
  return [requireServer("bwrap"), ...own, ...rest, "--die-with-parent", "--"];
}

interface Ports {
  readonly cluster: string;
  readonly gatewayPort: number;
  readonly monitorPort: number;
}

/** Quick to start and to decide, and nothing on the disk: the data are thrown away. */
function configuration({ cluster, gatewayPort, monitorPort }: Ports): string {
  return `[global]
fsid = ${cluster}
mon host = [v2:127.0.0.1:${monitorPort}/0]
public addr = 127.0.0.1
auth allow insecure global id reclaim = true
run dir = ${inside}
log to file = false
mon cluster log to file = false
log to stderr = true
admin socket =
crash dir = ${inside}/crash
mon data = ${inside}/mon
osd data = ${inside}/osd
keyring = ${inside}/keyring
osd objectstore = memstore
memstore device bytes = 4294967296
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
osd class load list = *
osd class default list = *
mon osd report timeout = 3600
paxos propose interval = 0.05
paxos min wait = 0.01
mon tick interval = 1
osd heartbeat interval = 3
osd memory target = 939524096
ms bind ipv6 = false
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort} tcp_nodelay=1
rgw enable apis = s3, admin
rgw data = ${inside}
rgw dns name =
rgw thread pool size = 64
rgw gc obj min wait = 5
rgw cache enabled = true
debug rgw = 0
`;
}

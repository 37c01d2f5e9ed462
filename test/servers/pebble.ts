// Pebble on loopback: a certificate authority for tests, by the makers of Let's Encrypt. That of Debian's unstable suite, unpacked beside this
// machine's programs: the stable one knows neither renewal information nor profiles.
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { canFetchPackages, fetchDebianRoot } from "./debian-root.ts";
import { opensslAuthority } from "./openssl-authority.ts";
import { findServer } from "./server-binary.ts";
import { startDaemon } from "./ssh-node/daemon.ts";
import { freePorts } from "./ssh-node/free-ports.ts";
import { inFreshPlace } from "./web/web-server.ts";

const cache: string = fileURLToPath(new URL("../../node_modules/.cache/hostelry-servers/pebble-sid", import.meta.url));
const program = join(cache, "usr/bin/pebble");

/** Whether it is there: `npm run servers` fetches it. With CI=true, where it can be had, it must be. */
export function pebbleAvailable(): boolean {
  const there = findServer("openssl") !== undefined && existsSync(program);
  if (!there && process.env["CI"] === "true" && canFetchPackages()) throw new Error("missing: Pebble");
  return there;
}

/** Fetches it, unless it is there. Says why it could not. */
export function fetchPebble(): { readonly problem?: string } {
  if (existsSync(program)) return {};
  return fetchDebianRoot({ suite: "sid", packages: ["pebble"], directory: cache });
}

/** A running authority. */
export interface PebbleServer {
  readonly directoryUrl: string;
  /** PEM: what its own server is trusted by. */
  readonly serverRoot: string;
  /** PEM: what the certificates that it issues end at. */
  readonly issuingRoot: string;
  /** Says what it advises for a certificate, PEM, from now on. */
  advise(certificatePem: string, windowStart: Date, windowEnd: Date): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** How it is to be. */
export interface PebbleOptions {
  /** The DNS server that it asks. */
  readonly dnsPort: number;
  /** Where it asks for HTTP-01, in place of 80. */
  readonly httpPort: number;
  /** So many nonces of a hundred are refused. Default 0. */
  readonly refusedNonces?: number | undefined;
  /** Credentials by key id, base64url; then every account needs one. */
  readonly externalAccounts?: Readonly<Record<string, string>> | undefined;
}

/** Starts Pebble; resolves when it answers. */
export async function startPebble(options: PebbleOptions): Promise<PebbleServer> {
  const authority = await opensslAuthority();
  const root = await authority.make("Root", {
    extensions: ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"],
  });
  const alternatives = "subjectAltName=DNS:localhost,IP:127.0.0.1";
  const own = await authority.make("localhost", { extensions: [alternatives], issuer: root });
  await authority.remove();
  const [managementPort = 0, tlsPort = 0] = await freePorts(2);
  let log = (): string => "";
  const server = await inFreshPlace("pebble", async ({ directory, port }) => {
    await writeFile(join(directory, "cert.pem"), own.certificatePem);
    await writeFile(join(directory, "key.pem"), own.privateKeyPem, { mode: 0o600 });
    const configFile = join(directory, "pebble.json");
    const settings = configuration({ directory, port, managementPort, tlsPort, ...options });
    await writeFile(configFile, JSON.stringify({ pebble: settings }));
    const argv = [program, "-config", configFile, "-dnsserver", `127.0.0.1:${options.dnsPort}`, "-strict=true"];
    const environment = {
      PEBBLE_VA_NOSLEEP: "1",
      PEBBLE_WFE_NONCEREJECT: String(options.refusedNonces ?? 0),
      PEBBLE_AUTHZREUSE: "0",
    };
    const daemon = await startDaemon({ argv, environment, ready: /ACME directory available at/ });
    log = daemon.log;
    return { configFile, daemon };
  });
  const management = `https://127.0.0.1:${managementPort}`;
  // It says that it is ready before it listens.
  for (const url of [`https://127.0.0.1:${server.port}/dir`, `${management}/roots/0`]) {
    await untilListening(() => ask(root.certificatePem, url));
  }
  return {
    directoryUrl: `https://127.0.0.1:${server.port}/dir`,
    serverRoot: root.certificatePem,
    issuingRoot: await ask(root.certificatePem, `${management}/roots/0`),
    advise: async (certificatePem, windowStart, windowEnd) => {
      const advice = { suggestedWindow: { start: windowStart.toISOString(), end: windowEnd.toISOString() } };
      const body = JSON.stringify({ certificate: certificatePem, ariResponse: JSON.stringify(advice) });
      await ask(root.certificatePem, `${management}/set-renewal-info/`, body);
    },
    log: () => log(),
    stop: server.stop,
  };
}

function configuration(
  place: {
    readonly directory: string;
    readonly port: number;
    readonly managementPort: number;
    readonly tlsPort: number;
  } & PebbleOptions,
): object {
  const { directory, port, managementPort, tlsPort, httpPort, externalAccounts } = place;
  return {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: join(directory, "cert.pem"),
    privateKey: join(directory, "key.pem"),
    httpPort,
    tlsPort,
    ocspResponderURL: "",
    externalAccountBindingRequired: externalAccounts !== undefined,
    externalAccountMACKeys: externalAccounts ?? {},
    domainBlocklist: ["blocked.test"],
    retryAfter: { authz: 1, order: 1 },
    keyAlgorithm: "ecdsa",
    profiles: {
      default: { description: "ninety days", validityPeriod: 90 * 86_400 },
      shortlived: { description: "six days", validityPeriod: 6 * 86_400 },
    },
  };
}

async function untilListening(look: () => Promise<unknown>): Promise<void> {
  const endMs = performance.now() + 10_000;
  for (;;) {
    try {
      await look();
      return;
    } catch (cause) {
      const isRefused = cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED";
      if (!isRefused || performance.now() > endMs) throw cause;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Asks the management address; throws when the answer is no success. */
function ask(root: string, url: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { ca: root, method: body === undefined ? "GET" : "POST", headers: { "user-agent": "tests" } },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
        });
        response.once("error", reject);
        response.once("end", () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${url}: ${response.statusCode} ${text}`));
        });
      },
    );
    sent.once("error", reject);
    sent.end(body);
  });
}

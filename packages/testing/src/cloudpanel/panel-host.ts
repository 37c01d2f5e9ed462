// A machine with CloudPanel's layout that exists for one test: real sshd, nginx and useradd behind an overlay of this machine, and the emulator.
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { emulatorCalls, emulatorOrders, type PanelCall, type PanelOrder } from "./emulator-logs.ts";
import { makePanelHostDirectory, type PanelHostDirectory, tellEmulator } from "./panel-host-directory.ts";
import { panelHostProblem } from "./panel-host-problem.ts";
import { freePorts, type PanelHostProcess, PortTakenError, startPanelHostProcess } from "./panel-host-process.ts";

/** How the machine is to be. */
export interface PanelHostOptions {
  /** As `dpkg` tells it: 2.2 to 2.5. Default `2.5.4-3+clp-bookworm`. */
  readonly version?: string | undefined;
  /** What root's shell runs first, e.g. `echo Welcome`. Default: nothing. */
  readonly bashrc?: string | undefined;
}

/** What can happen inside a command: killed there, an error there, an answer nobody expects, no answer. */
export type PanelFaultKind = "fail" | "hang" | "kill" | "silent" | "slow" | "strange" | "timeout";

/** One thing that goes wrong, once. */
export interface PanelFault {
  /** E.g. `site:add:static`; `any` for the next command that reaches the moment. */
  readonly command: string;
  /** After which effect, e.g. `after-user`; `before` anything. The reference lists the moments of each command. */
  readonly moment: string;
  readonly kind: PanelFaultKind;
}

/** What the machine's surroundings are like. */
export interface PanelSurroundings {
  /** `blocked`: the public suffix list can't be fetched, and no site can be added. Default `open`. */
  readonly egress?: "blocked" | "open" | undefined;
  /** `none`: no active server, an error without a word. `down`: one that refuses. Default `running`. */
  readonly databaseServer?: "down" | "none" | "running" | undefined;
  /** The web server takes a change up so much later. Default 0: with the end of the command. */
  readonly reloadDelayMs?: number | undefined;
  /** Each command takes so much longer. Default 0. */
  readonly delayMs?: number | undefined;
  /** Life of the certificates that the emulated authority issues. Default 90. */
  readonly certificateDays?: number | undefined;
}

/** A name that the emulated authority refuses. */
export interface PanelCertificateRefusal {
  /** A name, or `*` for all. */
  readonly name: string;
  /** The last part of the ACME error type, e.g. `connection`, `unauthorized`, `rateLimited`. */
  readonly type: string;
  readonly detail: string;
}

/** A running stand-in for a CloudPanel server. */
export interface PanelHost {
  readonly host: "127.0.0.1";
  readonly sshPort: number;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly user: "root";
  /** Private key that root accepts, OpenSSH format, no passphrase. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  /** PEM of the authority behind `lets-encrypt:install:certificate`. */
  readonly authorityPem: string;
  /** The last lines of sshd and nginx. */
  log(): string;
  /** What `ps` shows to everybody on that machine. */
  commandLines(): readonly (readonly string[])[];
  /** Every call of the emulator, with the arguments that it got. */
  calls(): Promise<readonly PanelCall[]>;
  /** Every order that was placed at the emulated authority. */
  orders(): Promise<readonly PanelOrder[]>;
  /** Databases and accounts of the emulated database server, also those that the panel knows nothing of: `database <name>`, `user <name> <password>`. */
  databaseServer(): Promise<readonly string[]>;
  /** Lets something go wrong, once, in a later command. */
  inject(fault: PanelFault): Promise<void>;
  /** How many injected faults have not happened yet. */
  pendingFaults(): Promise<number>;
  /** What is left out is as by default. */
  surround(surroundings: PanelSurroundings): Promise<void>;
  /** Replaces what the authority refuses. */
  refuseCertificates(refusals: readonly PanelCertificateRefusal[]): Promise<void>;
  /** Ends everything in it and takes it away. */
  stop(): Promise<void>;
}

/** Least number of an account in it. Accounts of the outside are others. */
const firstAccount = 20_000;

/**
 * Starts a machine with CloudPanel's layout: a `clpctl` that does what CloudPanel's does, behind a real sshd, with real accounts and a real
 * nginx, all on loopback. The machine outside is untouched: it sees processes and nothing else. Ask {@link panelHostProblem} first.
 * Throws when it can't be started.
 */
export async function startPanelHost(options: PanelHostOptions = {}): Promise<PanelHost> {
  const problem = panelHostProblem();
  if (problem !== undefined) throw new Error(problem);
  const version = options.version ?? "2.5.4-3+clp-bookworm";
  if (!/^2\.[2-9]\.\d+[-+.\w]*$/.test(version)) throw new TypeError(`${version} is no version of CloudPanel 2`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnFreePorts(version, options.bashrc ?? "");
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === mostAttempts) throw error;
    }
  }
}

/** Ports are free when they are looked for, and a moment later somebody else's, e.g. of a second machine that starts at the same time. */
const mostAttempts = 5;

async function startOnFreePorts(version: string, bashrc: string): Promise<PanelHost> {
  const place = await makePanelHostDirectory(bashrc);
  const [sshPort = 0, httpPort = 0, httpsPort = 0] = await freePorts(3);
  const settings = { version, httpPort, httpsPort };
  const abandon = (): Promise<void> => rm(place.directory, { recursive: true, force: true });
  try {
    await writeSettings(place, settings, {});
    const script = fileURLToPath(new URL("./panel-machine.sh", import.meta.url));
    const ports = [sshPort, httpPort, httpsPort].map(String);
    const machine: PanelHostProcess = await startPanelHostProcess([
      script,
      place.directory,
      ...ports,
      version,
      String(firstAccount),
    ]);
    let faults = 0;
    const readLog = (name: string): Promise<string> => readFile(join(place.emulator, name), "utf8");
    return {
      host: "127.0.0.1",
      sshPort,
      httpPort,
      httpsPort,
      user: "root",
      privateKey: place.privateKey,
      hostKey: place.hostKey,
      authorityPem: place.authorityPem,
      log: machine.log,
      commandLines: machine.commandLines,
      calls: async () => emulatorCalls(await readLog("calls")),
      orders: async () => emulatorOrders(await readLog("orders")),
      databaseServer: async () => (await readLog("database-server")).split("\n").filter((line) => line !== ""),
      inject: async ({ command, moment, kind }) => {
        faults += 1;
        const name = join(place.emulator, "faults", String(faults).padStart(6, "0"));
        // The emulator must not see half of it.
        await writeFile(join(place.directory, "fault"), `${command} ${moment} ${kind}\n`);
        await rename(join(place.directory, "fault"), name);
      },
      pendingFaults: async () => (await readdir(join(place.emulator, "faults"))).length,
      surround: (surroundings) => writeSettings(place, settings, surroundings),
      refuseCertificates: async (refusals) => {
        await writeFile(join(place.emulator, "refusals"), "");
        for (const { name, type, detail } of refusals)
          await tellEmulator(place, "refusals", `${name} ${type} ${detail}`);
      },
      stop: async () => {
        await machine.stop();
        await abandon();
      },
    };
  } catch (cause) {
    await abandon();
    throw cause;
  }
}

async function writeSettings(
  { directory, emulator }: PanelHostDirectory,
  fixed: { readonly version: string; readonly httpPort: number; readonly httpsPort: number },
  { egress, databaseServer, reloadDelayMs, delayMs, certificateDays }: PanelSurroundings,
): Promise<void> {
  const lines = [
    `CLP_VERSION=${fixed.version}`,
    `CLP_HTTP_PORT=${fixed.httpPort}`,
    `CLP_HTTPS_PORT=${fixed.httpsPort}`,
    `CLP_EGRESS=${egress ?? "open"}`,
    `CLP_DATABASE_SERVER=${databaseServer ?? "running"}`,
    `CLP_RELOAD_DELAY=${(reloadDelayMs ?? 0) / 1000}`,
    `CLP_DELAY=${(delayMs ?? 0) / 1000}`,
    `CLP_CERTIFICATE_DAYS=${certificateDays ?? 90}`,
  ];
  const file = join(directory, "settings");
  await writeFile(file, `${lines.join("\n")}\n`);
  await rename(file, join(emulator, "settings"));
}

// Installs the real programs that the suites test against, where that is possible without asking: as root on Debian.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { fetchPebble } from "../test/servers/pebble.ts";
import { fetchRgw } from "../test/servers/s3/rgw-root.ts";
import { debianPackageOf, findServer, type ServerName, serverNames } from "../test/servers/server-binary.ts";
import { fetchNewestOpenssh } from "../test/servers/ssh-node/newest-openssh.ts";

/**
 * The programs that are missing after the attempt to install them. The newest OpenSSH, the newest Pebble, and two generations of Ceph's object gateway, are fetched beside
 * this machine's own programs.
 */
export function ensureServers(): readonly ServerName[] {
  const missing = installMissing();
  const { problem } = fetchNewestOpenssh();
  if (problem !== undefined) console.log(`the newest OpenSSH is not here: ${problem}`);
  const pebble = fetchPebble();
  if (pebble.problem !== undefined) console.log(`Pebble is not here: ${pebble.problem}`);
  for (const generation of ["20", "18"] as const) {
    const gateway = fetchRgw(generation);
    if (gateway.problem !== undefined) console.log(`Ceph RGW ${generation} is not here: ${gateway.problem}`);
  }
  return missing;
}

function installMissing(): readonly ServerName[] {
  const missing = (): readonly ServerName[] => serverNames.filter((name) => findServer(name) === undefined);
  if (missing().length === 0) return [];
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return missing();
  const packages = [...new Set(missing().flatMap((name) => debianPackageOf(name).split(" ")))];
  console.log(`installing ${packages.join(", ")}`);
  if (!install(packages)) {
    aptGet(["update"]);
    install(packages);
  }
  return missing();
}

function install(packages: readonly string[]): boolean {
  return aptGet(["install", "-y", "--no-install-recommends", ...packages]);
}

/** RUNLEVEL=1 keeps Debian's scripts from starting what they install: suites start their own, with their own data. */
function aptGet(parameters: readonly string[]): boolean {
  const outcome = spawnSync("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300", ...parameters], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  if (outcome.status !== 0)
    console.error(`apt-get ${parameters[0]}: ${outcome.error?.message ?? outcome.stderr.trim()}`);
  return outcome.status === 0;
}

/** Says in one line what will not be run. With CI=true that is a failure. */
export function reportServers(missing: readonly ServerName[]): boolean {
  if (missing.length === 0) return true;
  console.log(`not run here, because these programs are missing: ${missing.join(", ")}`);
  return process.env["CI"] !== "true";
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href && !reportServers(ensureServers()))
  process.exitCode = 1;

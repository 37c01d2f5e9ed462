// Real programs that some suites test against. They come from the system's packages; `tools/ensure-servers.ts` installs them.
import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** All programs that suites may ask for. */
export const serverNames = [
  "postgres",
  "initdb",
  "rsync",
  "zip",
  "unzip",
  "7z",
  "bsdtar",
  "python3",
  "sshd",
  "ssh",
  "ssh-keygen",
  "ssh-agent",
  "nginx",
  "busybox",
  "bwrap",
  "wrk",
  "setpriv",
  "flock",
  "unshare",
  "caddy",
  "apache2",
  "php-cgi",
  "openssl",
  "pdns_server",
  "sqlite3",
  "named",
  "nsupdate",
  "haproxy",
  "socat",
] as const;

/** A program that suites may ask for. */
export type ServerName = (typeof serverNames)[number];

const debianPackages: Readonly<Record<ServerName, string>> = {
  postgres: "postgresql",
  initdb: "postgresql",
  rsync: "rsync",
  zip: "zip",
  unzip: "unzip",
  "7z": "p7zip-full",
  bsdtar: "libarchive-tools",
  python3: "python3",
  sshd: "openssh-server",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  "ssh-agent": "openssh-client",
  nginx: "nginx-light",
  busybox: "busybox-static",
  bwrap: "bubblewrap",
  wrk: "wrk",
  setpriv: "util-linux",
  flock: "util-linux",
  unshare: "util-linux",
  caddy: "caddy",
  apache2: "apache2-bin",
  "php-cgi": "php-cgi",
  openssl: "openssl",
  // The server and its database are packages of their own.
  pdns_server: "pdns-server pdns-backend-sqlite3",
  sqlite3: "sqlite3",
  named: "bind9",
  nsupdate: "bind9-dnsutils",
  haproxy: "haproxy",
  socat: "socat",
};

/** The Debian package that has the program; several, with a space between, where it takes more than one. */
export function debianPackageOf(name: ServerName): string {
  return debianPackages[name];
}

/** The absolute path of the program, or `undefined` when this machine does not have it. */
export function findServer(name: ServerName): string | undefined {
  const folders = [...postgresFolders(), ...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/**
 * For the head of a suite: `describe.skipIf(!serverAvailable("postgres"))`. A suite is skipped where somebody works without the program;
 * with CI=true nothing is skipped, and a missing program is an error.
 */
export function serverAvailable(...names: readonly [ServerName, ...ServerName[]]): boolean {
  const missing = names.filter((name) => findServer(name) === undefined);
  if (missing.length === 0) return true;
  if (process.env["CI"] === "true") {
    throw new Error(`missing: ${missing.map((name) => `${name} (package ${debianPackageOf(name)})`).join(", ")}`);
  }
  return false;
}

/** The absolute path of a program that is known to be there; for use inside a suite. */
export function requireServer(name: ServerName): string {
  const path = findServer(name);
  if (path === undefined) throw new Error(`missing: ${name} (package ${debianPackageOf(name)})`);
  return path;
}

/** Debian keeps each major version's programs in a folder of their own; the newest comes first. */
function postgresFolders(): readonly string[] {
  const base = "/usr/lib/postgresql";
  try {
    return readdirSync(base)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(base, version, "bin"));
  } catch {
    return []; // No PostgreSQL of Debian's layout here; PATH may have one.
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";

/** Programs that a stand-in's machine is made of, with the Debian package of each. */
const programs: Readonly<Record<string, string>> = {
  bash: "bash",
  chroot: "coreutils",
  dpkg: "dpkg",
  flock: "util-linux",
  nginx: "nginx-light",
  openssl: "openssl",
  setpriv: "util-linux",
  sqlite3: "sqlite3",
  "ssh-keygen": "openssh-client",
  sshd: "openssh-server",
  unshare: "util-linux",
  useradd: "passwd",
};

/**
 * Why no stand-in for a CloudPanel server can be started here, in one line; `undefined` when it can. It takes root on Debian or Ubuntu,
 * and a few programs.
 */
export function panelHostProblem(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) {
    return "a stand-in for a CloudPanel server needs root on Debian or Ubuntu";
  }
  const missing = Object.keys(programs).filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((name) => programs[name]))];
  return `a stand-in for a CloudPanel server needs ${missing.join(", ")} (packages ${packages.join(", ")})`;
}

/** Where a program is. Those of the administrator are not on everybody's path. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  return folders
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // The next folder may have it.
  }
}

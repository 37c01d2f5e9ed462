// OpenSSH of Debian's unstable suite, beside this machine's: unpacked into a directory, not installed.
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { canFetchPackages, fetchDebianRoot } from "../debian-root.ts";
import { findServer, requireServer } from "../server-binary.ts";

const cache: string = fileURLToPath(
  new URL("../../../node_modules/.cache/hostelry-servers/openssh-sid", import.meta.url),
);
const packages = [
  "openssh-server",
  "openssh-sftp-server",
  "dash",
  "coreutils",
  "tar",
  "gzip",
  "findutils",
  "sed",
  "grep",
];

/** Whether it is there: `npm run servers` fetches it. With CI=true, where it can be had, it must be. */
export function newestOpensshAvailable(): boolean {
  const there = findServer("bwrap") !== undefined && existsSync(join(cache, "usr/sbin/sshd"));
  if (!there && process.env["CI"] === "true" && canFetchPackages()) throw new Error("missing: the newest OpenSSH");
  return there;
}

/** Fetches it, unless it is there. Says why it could not. */
export function fetchNewestOpenssh(): { readonly problem?: string } {
  if (existsSync(join(cache, "usr/sbin/sshd"))) return {};
  return fetchDebianRoot({ suite: "sid", packages, directory: cache });
}

/** What to start its sshd with: its own root, read-only, with one directory of the machine at its own place. */
export function withinNewestOpenssh(directory: string, passwd: string): readonly string[] {
  writeFileSync(join(directory, "passwd"), passwd);
  // Parents that bwrap makes by itself are closed to everybody but root.
  const parent = ["--perms", "0755", "--dir", dirname(directory)];
  const shared = [...parent, "--bind", directory, directory, "--ro-bind", join(directory, "passwd"), "/etc/passwd"];
  const own = ["--ro-bind", cache, "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run"];
  return [requireServer("bwrap"), ...own, "--dir", "/run/sshd", ...shared, "--die-with-parent", "--"];
}

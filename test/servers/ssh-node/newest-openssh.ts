// OpenSSH of Debian's unstable suite, beside this machine's: unpacked into a directory, not installed.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
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
  if (!there && process.env["CI"] === "true" && canFetch()) throw new Error("missing: the newest OpenSSH");
  return there;
}

/** Fetches it, unless it is there. Says why it could not. */
export function fetchNewestOpenssh(): { readonly problem?: string } {
  if (existsSync(join(cache, "usr/sbin/sshd"))) return {};
  const mirror = debianMirror();
  if (!canFetch() || mirror === undefined) return { problem: "needs apt of Debian" };
  rmSync(cache, { recursive: true, force: true });
  const unpacked = `${cache}.new`;
  const state = `${cache}.apt`;
  for (const folder of [unpacked, state]) rmSync(folder, { recursive: true, force: true });
  try {
    const environment = aptState(state, mirror);
    for (const parameters of [["update"], ["install", "-y", "--download-only", ...packages]]) {
      const { status, stderr } = spawnSync("apt-get", ["-q", ...parameters], { env: environment, encoding: "utf8" });
      if (status !== 0) return { problem: `apt-get ${parameters[0]}: ${stderr.trim()}` };
    }
    mkdirSync(unpacked, { recursive: true });
    const archives = join(state, "cache/archives");
    for (const file of readdirSync(archives).filter((name) => name.endsWith(".deb"))) {
      const { status, stderr } = spawnSync("dpkg-deb", ["-x", join(archives, file), unpacked], { encoding: "utf8" });
      if (status !== 0) return { problem: `dpkg-deb: ${stderr.trim()}` };
    }
    for (const folder of ["bin", "sbin", "lib", "lib64"]) {
      if (!existsSync(join(unpacked, folder))) symlinkSync(`usr/${folder}`, join(unpacked, folder));
    }
    for (const folder of ["proc", "dev", "tmp", "run", "etc"]) mkdirSync(join(unpacked, folder), { recursive: true });
    for (const file of ["passwd", "group"]) writeFileSync(join(unpacked, "etc", file), "");
    renameSync(unpacked, cache);
    return {};
  } finally {
    for (const folder of [unpacked, state]) rmSync(folder, { recursive: true, force: true });
  }
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

function canFetch(): boolean {
  return existsSync("/etc/debian_version") && process.getuid?.() === 0;
}

/** The mirror that this machine installs from: the newest suite is there too. */
function debianMirror(): string | undefined {
  const folder = "/etc/apt/sources.list.d";
  const files = [
    "/etc/apt/sources.list",
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ];
  const text = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, "utf8"));
  return /^(?:URIs:|deb\b).*?(https?:\/\/\S+\/debian\/?)(?=\s|$)/m.exec(text.join("\n"))?.[1];
}

/** A package state of its own, in which nothing is installed, so that what is downloaded is whole. */
function aptState(state: string, mirror: string): NodeJS.ProcessEnv {
  for (const folder of ["state/lists/partial", "cache/archives/partial", "etc"]) {
    mkdirSync(join(state, folder), { recursive: true });
  }
  writeFileSync(join(state, "status"), "");
  const keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
  writeFileSync(join(state, "sources.list"), `deb [signed-by=${keys}] ${mirror} sid main\n`);
  const settings: Readonly<Record<string, string>> = {
    "Dir::Etc::SourceList": join(state, "sources.list"),
    "Dir::Etc::SourceParts": join(state, "etc"),
    "Dir::Etc::Preferences": join(state, "none"),
    "Dir::Etc::PreferencesParts": join(state, "etc"),
    "Dir::State": join(state, "state"),
    "Dir::State::status": join(state, "status"),
    "Dir::Cache": join(state, "cache"),
    "Debug::NoLocking": "1",
    "APT::Sandbox::User": "root",
    "APT::Install-Recommends": "0",
    "Acquire::Languages": "none",
    // A machine whose clock is ahead would refuse the suite's signature as too old.
    "Acquire::Check-Valid-Until": "false",
  };
  const file = join(state, "apt.conf");
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(""),
  );
  mkdirSync(dirname(file), { recursive: true });
  return { ...process.env, APT_CONFIG: file, DEBIAN_FRONTEND: "noninteractive" };
}

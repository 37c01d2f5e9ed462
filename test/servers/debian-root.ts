// Programs of another Debian suite, beside this machine's: unpacked into a directory of their own, not installed.
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

/** What to unpack, and where to. */
export interface DebianRoot {
  readonly suite: "sid" | "trixie" | "bookworm";
  /** With all that they depend on. */
  readonly packages: readonly string[];
  /** The directory that becomes a root of its own. */
  readonly directory: string;
  /** Folders that nothing needs, relative to the root. */
  readonly without?: readonly string[] | undefined;
}

/** Whether this machine can fetch packages. */
export function canFetchPackages(): boolean {
  return existsSync("/etc/debian_version") && process.getuid?.() === 0;
}

/** Fetches and unpacks packages; what was in the directory before is gone. Says why it could not. */
export function fetchDebianRoot({ suite, packages, directory, without = [] }: DebianRoot): {
  readonly problem?: string;
} {
  const mirror = debianMirror();
  if (!canFetchPackages() || mirror === undefined) return { problem: "needs apt of Debian" };
  rmSync(directory, { recursive: true, force: true });
  const unpacked = `${directory}.new`;
  const state = `${directory}.apt`;
  for (const folder of [unpacked, state]) rmSync(folder, { recursive: true, force: true });
  try {
    const environment = aptState(state, mirror, suite);
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
    for (const folder of without) rmSync(join(unpacked, folder), { recursive: true, force: true });
    for (const folder of ["bin", "sbin", "lib", "lib64"]) {
      if (!existsSync(join(unpacked, folder))) symlinkSync(`usr/${folder}`, join(unpacked, folder));
    }
    for (const folder of ["proc", "dev", "tmp", "run", "etc"]) mkdirSync(join(unpacked, folder), { recursive: true });
    for (const file of ["passwd", "group"]) writeFileSync(join(unpacked, "etc", file), "");
    renameSync(unpacked, directory);
    return {};
  } finally {
    for (const folder of [unpacked, state]) rmSync(folder, { recursive: true, force: true });
  }
}

/** The mirror that this machine installs from: the other suites are there too. */
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
function aptState(state: string, mirror: string, suite: DebianRoot["suite"]): NodeJS.ProcessEnv {
  for (const folder of ["state/lists/partial", "cache/archives/partial", "etc"]) {
    mkdirSync(join(state, folder), { recursive: true });
  }
  writeFileSync(join(state, "status"), "");
  const keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
  writeFileSync(join(state, "sources.list"), `deb [signed-by=${keys}] ${mirror} ${suite} main\n`);
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
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(""),
  );
  return { ...process.env, APT_CONFIG: file, DEBIAN_FRONTEND: "noninteractive" };
}

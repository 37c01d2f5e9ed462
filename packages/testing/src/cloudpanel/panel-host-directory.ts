import { execFile } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const prefix = "hostelry-panel-";

/** What a stand-in's machine is made from, and what both sides see of each other. */
export interface PanelHostDirectory {
  readonly directory: string;
  /** Seen by the emulator too: settings, faults, and the logs of calls and orders. */
  readonly emulator: string;
  /** OpenSSH format; root accepts it. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  /** PEM of the authority that the emulated Let's Encrypt signs with. */
  readonly authorityPem: string;
}

/** Makes keys, an authority and empty logs in a new directory. Takes away what killed processes have left. */
export async function makePanelHostDirectory(bashrc: string): Promise<PanelHostDirectory> {
  await sweep();
  const directory = await mkdtemp(join(tmpdir(), prefix));
  await writeFile(join(directory, "owner"), String(process.pid));
  const emulator = join(directory, "emulator");
  await mkdir(join(emulator, "faults"), { recursive: true });
  for (const log of ["calls", "orders", "refusals", "database-server"]) await writeFile(join(emulator, log), "");
  await writeFile(join(directory, "bashrc"), bashrc);
  const key = (file: string): Promise<unknown> =>
    run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "panel", "-f", join(directory, file)]);
  const authority = join(emulator, "authority");
  const subject = "/O=Emulated Let's Encrypt/CN=E1";
  await Promise.all([
    key("client"),
    key("hostkey"),
    run("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650"],
      ...["-subj", subject, "-keyout", `${authority}.key`, "-out", `${authority}.crt`],
    ]),
  ]);
  return {
    directory,
    emulator,
    privateKey: await readFile(join(directory, "client"), "utf8"),
    hostKey: (await readFile(join(directory, "hostkey.pub"), "utf8")).split(" ").slice(0, 2).join(" "),
    authorityPem: await readFile(`${authority}.crt`, "utf8"),
  };
}

/** Adds a line to one of the files that the emulator reads. */
export function tellEmulator({ emulator }: PanelHostDirectory, file: string, line: string): Promise<void> {
  return appendFile(join(emulator, file), `${line}\n`);
}

async function sweep(): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((entry) => entry.startsWith(prefix))) {
    const directory = join(tmpdir(), name);
    const owner = await readFile(join(directory, "owner"), "utf8").catch(() => "");
    if (owner !== "" && !lives(Number(owner))) await rm(directory, { recursive: true, force: true });
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // Nobody has this number.
  }
}

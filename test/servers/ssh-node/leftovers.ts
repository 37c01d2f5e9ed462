// What a test process that was killed could not take away: its nodes' directories and accounts.
import { execFile } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { isRoot } from "./account.ts";
import { killAll, processesOf } from "./daemon.ts";

const run = promisify(execFile);

/** Notes whose directory it is. */
export async function claim(directory: string): Promise<void> {
  await writeFile(join(directory, "owner"), `${process.pid} ${await startOf(process.pid)}`);
}

/** Takes away the sets of nodes whose owners are gone. Their servers ended with the owners. */
export async function sweepLeftovers(base: string, prefix: string): Promise<void> {
  for (const name of (await readdir(base)).filter((entry) => entry.startsWith(prefix))) {
    const directory = join(base, name);
    const owner = await readFile(join(directory, "owner"), "utf8").catch(() => undefined);
    if (owner === undefined) continue; // Just being made.
    const [pid, start] = owner.split(" ");
    if ((await startOf(Number(pid))) === start) continue;
    for (const account of isRoot() ? await accountsOf(directory) : []) {
      killAll(processesOf(account.uid));
      // Another test process may be sweeping too.
      await run("userdel", [account.name]).catch(() => undefined);
    }
    await rm(directory, { recursive: true, force: true });
  }
}

/** Names of the accounts that were made for a set of nodes. */
export function accountPrefix(directory: string): string {
  return `hostelry-${basename(directory)
    .slice(-6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "0")}-`;
}

async function accountsOf(directory: string): Promise<readonly { readonly name: string; readonly uid: number }[]> {
  const accounts = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  return accounts
    .map(([name = "", , uid]) => ({ name, uid: Number(uid) }))
    .filter(({ name }) => name.startsWith(accountPrefix(directory)));
}

/** When a process was started, in the kernel's ticks: with it a process id is never mistaken for a later one. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => undefined);
  // The name, in parentheses, may contain anything; the start is the twentieth field after it.
  return text?.slice(text.lastIndexOf(")") + 2).split(" ")[19];
}

// Who signs in to a node: an account of its own when the tests run as root, otherwise whoever runs them.
import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/** An account of this machine. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Takes it away again, if it was made. */
  remove(): Promise<void>;
}

/** Whether the tests may make accounts, root directories and mounts of their own. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Makes an account that can sign in with a key and with nothing else. */
export async function makeAccount(name: string, home: string): Promise<Account> {
  if (!isRoot()) {
    const { username, uid, gid } = userInfo();
    return { name: username, uid, gid, remove: async () => undefined };
  }
  // "*" is no password; the "!" that useradd writes by itself counts as locked, and sshd then refuses keys too.
  await run("useradd", ["-M", "-d", home, "-s", "/bin/sh", "-p", "*", name]);
  const idOf = async (which: string): Promise<number> => Number((await run("id", [which, name])).stdout);
  return {
    name,
    uid: await idOf("-u"),
    gid: await idOf("-g"),
    remove: async () => {
      await run("userdel", [name]);
    },
  };
}

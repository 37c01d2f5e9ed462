import { chown, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Gives a folder and all that is in it to the account a server runs as; nothing to do where that is our own. */
export async function chownTree(
  folder: string,
  account: { readonly uid?: number | undefined; readonly gid?: number | undefined },
): Promise<void> {
  const { uid, gid } = account;
  if (uid === undefined || gid === undefined) return;
  await chown(folder, uid, gid);
  for (const name of await readdir(folder, { recursive: true })) await chown(join(folder, name), uid, gid);
}

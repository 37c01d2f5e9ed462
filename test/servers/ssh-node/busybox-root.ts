// A machine that has nothing but BusyBox, as a directory to `chroot` to.
import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { requireServer } from "../server-binary.ts";

const run = promisify(execFile);

/** Fills a directory: the static BusyBox under the name of everything it can be. */
export async function makeBusyboxRoot(directory: string): Promise<void> {
  const busybox = requireServer("busybox");
  for (const folder of ["bin", "dev", "proc", "etc", "tmp", "home"]) await mkdir(join(directory, folder));
  await chmod(join(directory, "tmp"), 0o1777);
  await copyFile(busybox, join(directory, "bin/busybox"));
  await chmod(join(directory, "bin/busybox"), 0o755);
  const { stdout } = await run(busybox, ["--list"]);
  for (const name of stdout.trim().split("\n")) {
    if (name !== "busybox") await symlink("busybox", join(directory, "bin", name));
  }
  await symlink("bin", join(directory, "sbin"));
  await mkdir(join(directory, "usr"));
  await symlink("../bin", join(directory, "usr/bin"));
  await symlink("../bin", join(directory, "usr/sbin"));
  await writeFile(join(directory, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
  await writeFile(join(directory, "etc/group"), "root:x:0:\n");
}

/**
 * What to start a server with so that the directory has `/proc` and `/dev` while the server runs. The mounts are in a
 * namespace of the server's and are gone with it, however it ends.
 */
export function withMounts(directory: string): readonly string[] {
  const script =
    'mount --make-rprivate / && mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && shift && exec "$@"';
  return [requireServer("unshare"), "--mount", "--", "sh", "-c", script, "sh", directory];
}

import { unwrap } from "@hostelry/core/adapter";
import type { SftpSite } from "./sftp-site.ts";
import { sideBySide } from "./side-by-side.ts";

/** Removes a file, a link, or a directory with all that is in it. Links are not followed. Absent is success. */
export async function removeTree(site: SftpSite, path: string): Promise<void> {
  const { files, signal } = site;
  const facts = await unwrap(files.look(path, { signal }));
  if (facts === null) return;
  if (facts.kind !== "directory") {
    await unwrap(files.removeFile(path, { signal }));
    return;
  }
  const entries = await unwrap(files.list(path, { signal }));
  await sideBySide(entries, async ({ name, kind }) => {
    if (kind === "directory") await removeTree(site, `${path}/${name}`);
    else await unwrap(files.removeFile(`${path}/${name}`, { signal }));
  });
  await unwrap(files.removeDirectory(path, { signal }));
}

import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";

/** A site of the demo: its archive as a customer would send it, and the files that must be served. */
export interface PackedSite {
  readonly archive: Uint8Array;
  /** Bytes by path. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Packs a folder with yazl, a ZIP writer that is not ours, inside one wrapping folder as people do. */
export async function packSite(folder: string): Promise<PackedSite> {
  const zip = new ZipFile();
  const files = new Map<string, Buffer>();
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const name of names.sort()) {
    const path = relative(folder, name).split(sep).join("/");
    const bytes = await readFile(name);
    files.set(path, bytes);
    zip.addBuffer(bytes, `the-lantern/${path}`, { compress: true });
  }
  zip.end();
  return { archive: await buffer(zip.outputStream), files };
}

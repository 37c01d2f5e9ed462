import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";

/** Writes a ZIP with a writer that is not ours. */
export async function writeZip(path: string, files: Readonly<Record<string, string>>): Promise<string> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(files)) {
    zip.addBuffer(Buffer.from(text), name, { mtime: new Date("2026-01-01T00:00:00Z") });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

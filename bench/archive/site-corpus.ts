import { execFile } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** A site to be packed: text that packs about 4:1, and pictures that do not pack. */
export interface SiteSpec {
  readonly files: number;
  /** Unpacked. */
  readonly bytes: number;
  /** Share of files, and so of bytes, that are pictures. */
  readonly pictures: number;
}

const run = promisify(execFile);
const packages = join(import.meta.dirname, "../../node_modules");
const textName = /\.(?:html|css|js|mjs|json|md|svg)$/;
const leastTextBytes = 2000;
const mostTextBytes = 1e6;
const textBytes = 32 * 1024 * 1024;
const noiseBytes = 16 * 1024 * 1024;

/** Bytes that do not pack and are the same each time. */
function noise(bytes: number): Buffer {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16, 1), Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

/**
 * Text as sites have it, out of the installed packages: pages, styles, scripts, notes. Invented words will not do: they
 * pack half as well and unpack half as fast, so that only zlib would be measured.
 */
async function text(bytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  const names = await readdir(packages, { recursive: true });
  for (const name of names.filter((path) => textName.test(path)).sort()) {
    const file = join(packages, name);
    const found = await stat(file);
    if (size >= bytes) break;
    if (!found.isFile() || found.size < leastTextBytes || found.size > mostTextBytes) continue;
    parts.push(await readFile(file));
    size += found.size;
  }
  if (size < bytes) throw new Error(`${packages} has too little text.`);
  return Buffer.concat(parts);
}

/** What stands at `start` of a ring of bytes. */
function cut(ring: Buffer, start: number, length: number): Buffer {
  const rounds = Math.ceil((start + length) / ring.length);
  const long = rounds > 1 ? Buffer.concat(Array.from({ length: rounds }, () => ring)) : ring;
  return long.subarray(start, start + length);
}

/** Writes the site and packs it with `zip -r`. The same archive each time with the same packages, up to the times in it. */
export async function packSite(directory: string, archive: string, spec: SiteSpec): Promise<void> {
  const pictures = noise(noiseBytes);
  const pages = await text(textBytes);
  const average = spec.bytes / spec.files;
  for (let file = 0; file < spec.files; file += 1) {
    const random = pictures.readUInt32LE((file * 64) % (pictures.length - 4)) / 2 ** 32;
    // A few large files, most of them smaller than the average.
    const length = Math.round(average * (file % 50 === 0 ? 4 : 0.94) * (0.2 + 1.6 * random));
    const picture = (file * 0.618034) % 1 < spec.pictures;
    const pool = picture ? pictures : pages;
    const start = Math.floor(random * pool.length);
    const name = file === 0 ? "index.html" : `${file % 100}/${file % 10}/file-${file}.${picture ? "jpg" : "html"}`;
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, cut(pool, start, length));
  }
  await run("zip", ["-qr", archive, "."], { cwd: directory });
}

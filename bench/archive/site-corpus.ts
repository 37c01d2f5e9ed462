import { execFile } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** A site to be packed: text that packs about 2.5:1, and pictures that do not pack. */
export interface SiteSpec {
  readonly files: number;
  /** Unpacked. */
  readonly bytes: number;
  /** Share of files that are pictures. */
  readonly pictures: number;
}

const run = promisify(execFile);
const poolBytes = 8 * 1024 * 1024;
const wordCount = 6000;

/** Bytes that do not pack and are the same each time. */
function noise(bytes: number): Buffer {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16, 1), Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

/** Text of invented words; frequent ones come often, as in a language. */
function text(bytes: number, random: Buffer): Buffer {
  const words = Array.from({ length: wordCount }, (_, word) => {
    const length = 2 + ((random[word] ?? 0) % 9);
    return Array.from({ length }, (_, at) => String.fromCharCode(97 + ((random[word * 7 + at] ?? 0) % 26))).join("");
  });
  const parts: string[] = [];
  let size = 0;
  for (let at = 0; size < bytes; at = (at + 4) % (random.length - 4)) {
    const share = random.readUInt32LE(at) / 2 ** 32;
    const word = words[Math.floor(share * share * share * wordCount)] ?? "";
    parts.push(word, (random[at] ?? 0) % 12 === 0 ? ".\n" : " ");
    size += word.length + 1;
  }
  return Buffer.from(parts.join(""));
}

/** Writes the site and packs it with `zip -r`. The same archive each time, up to the times in it. */
export async function packSite(directory: string, archive: string, spec: SiteSpec): Promise<void> {
  const pictures = noise(poolBytes * 2);
  const pages = text(poolBytes, pictures);
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
    const twice = Buffer.concat([pool.subarray(start), pool.subarray(0, Math.max(0, length - (pool.length - start)))]);
    await writeFile(path, twice.subarray(0, length));
  }
  await run("zip", ["-qr", archive, "."], { cwd: directory });
}

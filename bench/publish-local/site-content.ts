import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { seededRandom } from "@hostelry/testing";

/** Files of a site, path → bytes. */
export type SiteContent = ReadonlyMap<string, Uint8Array>;

const words =
  "about blog class content design div docs element footer grid header hosting image index item label layout";
const vocabulary = words.split(" ");

/**
 * A site as they are found: pages, style sheets, scripts that compress well, and images that do not; many small files and
 * a few large ones, in folders. Always the same for the same numbers. 2,000 files are about 60 MB.
 */
export function siteContent(files: number): SiteContent {
  const content = new Map<string, Uint8Array>([["index.html", textOf("index.html", 9_000)]]);
  for (let number = 1; number < files; number += 1) {
    const [path, size, isText] = fileOf(number);
    content.set(path, isText ? textOf(path, size) : seededRandom(path).bytes(size));
  }
  return content;
}

/** The same site with every hundredth file changed. */
export function changedContent(content: SiteContent): SiteContent {
  let number = 0;
  return new Map(
    [...content].map(([path, bytes]) => {
      number += 1;
      return [path, number % 100 === 1 ? textOf(`${path}, changed`, bytes.length + 17) : bytes];
    }),
  );
}

/**
 * Writes a site into a folder. Times are long ago and the same in every copy, except for files that `before` has with other
 * bytes: as in a working copy.
 */
export function writeSite(folder: string, content: SiteContent, before?: SiteContent): void {
  const seconds = 1_700_000_000;
  for (const [path, bytes] of content) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    const isChanged = before !== undefined && before.get(path) !== bytes;
    utimesSync(file, seconds + (isChanged ? 60 : 0), seconds + (isChanged ? 60 : 0));
  }
}

function fileOf(number: number): readonly [path: string, size: number, isText: boolean] {
  const spread = (number * 7919) % 1000;
  const folder = `${vocabulary[number % vocabulary.length]}/${Math.floor(number / 40)}`;
  if (number % 200 === 0) return [`media/${number}.jpg`, 600_000 + spread * 1000, false];
  if (number % 4 === 0) return [`${folder}/${number}.webp`, 20_000 + spread * 50, false];
  if (number % 4 === 1) return [`assets/${folder}/${number}.js`, 3_000 + spread * 60, true];
  if (number % 4 === 2) return [`assets/${folder}/${number}.css`, 1_000 + spread * 20, true];
  return [`${folder}/${number}/index.html`, 4_000 + spread * 30, true];
}

function textOf(seed: string, size: number): Uint8Array {
  const random = seededRandom(seed).bytes(256);
  const lines: string[] = [];
  for (let length = 0, index = 0; length < size; index += 1) {
    const word = (offset: number): string =>
      vocabulary[(random[(index + offset) % 256] ?? 0) % vocabulary.length] ?? "";
    const line = `<div class="${word(0)}-${index}"><a href="/${word(7)}/${word(31)}">${word(101)} ${word(3)}</a></div>\n`;
    lines.push(line);
    length += line.length;
  }
  return new TextEncoder().encode(lines.join("").slice(0, size));
}

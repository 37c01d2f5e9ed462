import { gzipSync } from "node:zlib";
import { seededRandom } from "@hostelry/testing";
import type { SiteContent } from "../publish-local/site-content.ts";

/**
 * A site of many small files: pages, styles and scripts that shrink to about a quarter, and a fifth of pictures that do not
 * shrink. About 27 kB a file. Always the same for the same numbers.
 */
export function siteContent(files: number): SiteContent {
  const content = new Map<string, Uint8Array>([["index.html", textOf("index.html", 9_000)]]);
  for (let number = 1; number < files; number += 1) content.set(pathOf(number), bytesOf(number, "first"));
  return content;
}

/** The same site with every hundredth file, and one at least, of other bytes and about the same size. */
export function changedContent(content: SiteContent): SiteContent {
  let number = -1;
  return new Map(
    [...content].map(([path, bytes]) => {
      number += 1;
      return [path, number % 100 === 42 ? bytesOf(number, "changed") : bytes];
    }),
  );
}

/** 10 % more than all changed bytes packed together by `gzip -6`, and 200 for each changed file. */
export function wireBytes(content: SiteContent, changed: SiteContent): number {
  const files = [...changed].flatMap(([path, bytes]) => (content.get(path) === bytes ? [] : [bytes]));
  return Math.round(gzipSync(Buffer.concat(files), { level: 6 }).length * 1.1) + 200 * files.length;
}

const endings = ["html", "js", "css", "js", "webp"] as const;

function pathOf(number: number): string {
  const ending = endings[number % endings.length] ?? "html";
  return `${ending === "html" ? "pages" : "assets"}/${Math.floor(number / 100)}/file-${number}.${ending}`;
}

function bytesOf(number: number, version: string): Uint8Array {
  const size = 5_000 + ((number * 7919) % 1000) * 45;
  const path = pathOf(number);
  return path.endsWith(".webp") ? seededRandom(`${path} ${version}`).bytes(size) : textOf(`${path} ${version}`, size);
}

const syllables = "ba con der es fi gra hou in jo ka lum mi nor o pra qui res sta tion un ver wo xe ya zen".split(" ");

/** Text of made-up words between tags. */
function textOf(seed: string, size: number): Uint8Array {
  const random = seededRandom(seed).bytes(size);
  const words: string[] = [];
  for (let length = 0, at = 0; length < size; at += 3) {
    const [first = 0, second = 0, third = 0] = random.subarray(at, at + 3);
    const tag = third % 8 === 0 ? `</p>\n<p class="text-${third % 64}">` : " ";
    const word = `${syllables[first % 26] ?? ""}${syllables[second % 26] ?? ""}${tag}`;
    words.push(word);
    length += word.length;
  }
  return new TextEncoder().encode(words.join("").slice(0, size));
}

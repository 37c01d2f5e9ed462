/** Lines in the order of `LC_ALL=C sort`: by their bytes in UTF-8. JavaScript's own order differs beyond U+FFFF. */
export function sortedLines(lines: readonly string[]): readonly string[] {
  if (lines.every(isPlain)) return [...lines].sort();
  const keyed = lines.map((line) => ({ line, bytes: Buffer.from(line, "utf8") }));
  return keyed.sort((left, right) => Buffer.compare(left.bytes, right.bytes)).map(({ line }) => line);
}

const beyondAscii = /[^\0-\x7f]/;

function isPlain(line: string): boolean {
  return !beyondAscii.test(line);
}

/**
 * A TXT record is a list of strings of at most 255 bytes, which everybody reads as one. Here it is one text: UTF-8, and a
 * byte that is not UTF-8 is kept as a lone surrogate U+DC80 to U+DCFF, so that nothing is lost on the way through.
 */
const escapeBase = 0xdc00;
const maxStringBytes = 255;

/** The text of bytes. */
export function textOfBytes(bytes: Uint8Array): string {
  const whole = Buffer.from(bytes);
  const text = whole.toString("utf8");
  if (!text.includes("\ufffd") && Buffer.byteLength(text) === whole.length) return text;
  let read = "";
  for (let at = 0; at < whole.length; ) {
    const length = [1, 2, 3, 4].find((size) => isOneCharacter(whole.subarray(at, at + size))) ?? 0;
    read += length === 0 ? String.fromCharCode(escapeBase + (whole[at] ?? 0)) : whole.toString("utf8", at, at + length);
    at += Math.max(1, length);
  }
  return read;
}

/** The bytes of a text. */
export function bytesOfText(text: string): Uint8Array {
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    const escaped = character.length === 1 && code >= escapeBase + 0x80 && code <= escapeBase + 0xff;
    parts.push(escaped ? Buffer.of(code - escapeBase) : Buffer.from(character));
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** The strings that a text is divided into on the wire; an empty text is one empty string. */
export function txtStrings(text: string): readonly Uint8Array[] {
  const bytes = bytesOfText(text);
  const count = Math.max(1, Math.ceil(bytes.length / maxStringBytes));
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * maxStringBytes, (index + 1) * maxStringBytes),
  );
}

/** A text as zone files have it: `"…" "…"`, with a backslash before quotes, and `\DDD` for what is not printable ASCII. */
export function quotedTxt(text: string): string {
  return txtStrings(text)
    .map((string) => quotedString(string))
    .join(" ");
}

/** One string as zone files have it. */
export function quotedString(bytes: Uint8Array): string {
  const escaped = Array.from(bytes, (byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, "0")}`;
  });
  return `"${escaped.join("")}"`;
}

/** The text that a zone file means; `undefined` when it is not a list of quoted (or spaceless) strings. */
export function parseQuotedTxt(source: string): string | undefined {
  const bytes: number[] = [];
  let rest = source.trim();
  if (rest === "") return undefined;
  while (rest !== "") {
    const [whole, quoted, bare] = /^(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s"]+))\s*/.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    const string = unescaped(quoted ?? bare ?? "");
    if (string === undefined) return undefined;
    bytes.push(...string);
    rest = rest.slice(whole.length);
  }
  return textOfBytes(Uint8Array.from(bytes));
}

function unescaped(source: string): readonly number[] | undefined {
  const bytes: number[] = [];
  for (const [piece, code, character] of source.matchAll(/\\(\d{3})|\\([\s\S])|[^\\]+/g)) {
    const byte = Number(code ?? 0);
    if (byte > 255) return undefined;
    if (code !== undefined) bytes.push(byte);
    else bytes.push(...bytesOfText(character ?? piece));
  }
  return bytes;
}

function isOneCharacter(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString("utf8");
  return text !== "" && !text.includes("\ufffd") && [...text].length === 1;
}

/** Bytes that stand for themselves in a request's word. */
const plain = /^[A-Za-z0-9._/@+=:,~-]$/;

/**
 * A text as one word of a request: every byte that could mean something to anybody becomes `\0ooo`, which `printf %b`
 * reads back byte for byte (POSIX XCU printf).
 */
export function escapedText(text: string): string {
  if (/^[A-Za-z0-9._/@+=:,~-]+$/.test(text)) return text;
  let escaped = "";
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte);
    escaped += plain.test(character) ? character : `\\0${byte.toString(8).padStart(3, "0")}`;
  }
  return escaped;
}

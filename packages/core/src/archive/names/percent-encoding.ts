// IIS and old application servers also decode %uXXXX; overlong UTF-8, of two
// bytes (%c0%af) up to six, is decoded to a separator by some.
const percentEscape = /%(?:u([0-9a-f]{4})|([0-9a-f]{2}))/gi;
const overlong =
  /(?:[\u00c0\u00c1]|(?:\u00e0|\u00f0\u0080|\u00f8\u0080\u0080|\u00fc\u0080\u0080\u0080)[\u0080\u0081])[\u0080-\u00bf]/g;
const rounds = 3;

function decodeOnce(text: string): string {
  return text
    .replace(percentEscape, (_all, wide: string | undefined, byte: string | undefined) =>
      String.fromCharCode(Number.parseInt(wide ?? byte ?? "0", 16)),
    )
    .replace(overlong, (bytes) => {
      const [upper, lower] = [bytes.charCodeAt(bytes.length - 2), bytes.charCodeAt(bytes.length - 1)];
      return String.fromCharCode(((upper & 1) << 6) | (lower & 0x3f));
    });
}

/** What a name is after its percent escapes were decoded, up to three times over. */
export function percentDecoded(text: string): string {
  let decoded = text;
  for (let round = 0; round < rounds && decoded.includes("%"); round += 1) decoded = decodeOnce(decoded);
  return decoded;
}

/** Whether decoding percent escapes, up to three times over, makes a separator, a NUL or a climbing segment appear. */
export function hidesTraversal(path: string): boolean {
  if (!path.includes("%")) return false;
  let text = path;
  for (let round = 0; round < rounds; round += 1) {
    const decoded = decodeOnce(text);
    if (decoded === text) return false;
    const before = text.split("/").length;
    if (decoded.split("/").length !== before || decoded.includes("\\") || decoded.includes("\0")) return true;
    if (decoded.split("/").includes("..")) return true;
    text = decoded;
  }
  return false;
}

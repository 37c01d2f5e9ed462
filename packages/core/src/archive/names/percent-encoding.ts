// IIS and old application servers also decode %uXXXX; overlong UTF-8 (%c0%af) is decoded to a separator by some.
const percentEscape = /%(?:u([0-9a-f]{4})|([0-9a-f]{2}))/gi;
const overlong = /(?:\u00e0[\u0080\u0081]|[\u00c0\u00c1])[\u0080-\u00bf]/g;
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

/** A secret shorter than this is looked for as it is, and in no other form: its encodings would be found by chance. */
const leastEncoded = 8;

/** A line of a secret with several lines is a secret of its own from this length on. */
const leastLine = 8;

/** A piece of base64 that is shorter says too little to be looked for. */
const leastBase64 = 10;

/**
 * The texts that give a secret away: itself, without the white space around it; with the other kind of line end; each of its
 * lines; and, from eight characters on, in the forms that programs print without meaning to: URL-encoded, in JSON, in hex, and
 * in base64 (both alphabets, also in the midst of a longer value, as in `Authorization: Basic`). Not: compressed, encrypted,
 * reversed, spelled out, or base64 that is wrapped.
 */
export function secretForms(secret: string): readonly string[] {
  const plain = secret.trim();
  if (plain === "") return [];
  const forms = new Set([plain, plain.replace(/\r\n|\n/g, "\n"), plain.replace(/\r\n|\n/g, "\r\n")]);
  if (plain.length >= leastEncoded) for (const form of encodedForms(plain)) forms.add(form);
  for (const line of plain.split(/\r\n|\n|\r/)) {
    const text = line.trim();
    if (text.length >= leastLine) forms.add(text);
  }
  return [...forms];
}

function encodedForms(plain: string): readonly string[] {
  const bytes = Buffer.from(plain);
  // Half of a surrogate pair has no URL form.
  const inAddress = encodeURIComponent(bytes.toString());
  const hex = bytes.toString("hex");
  return [
    inAddress,
    inAddress.replaceAll("%20", "+"),
    inAddress.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
    JSON.stringify(plain).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...base64Forms(bytes),
  ];
}

/**
 * What every base64 text has in it that encodes these bytes somewhere: three bytes are four characters, so there are three
 * ways to begin, and the characters at both ends also depend on what is beside.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((bytesBefore) => {
    const text = Buffer.concat([Buffer.alloc(bytesBefore), bytes]).toString("base64");
    const own = text.slice(Math.ceil((bytesBefore * 8) / 6), Math.floor(((bytesBefore + bytes.byteLength) * 8) / 6));
    return own.length < leastBase64 ? [] : [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

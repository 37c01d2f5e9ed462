// Writes the few forms of DER (ITU-T X.690) that certificates consist of. A library does it at fifty times the cost, and a simulated year of ten
// thousand certificates has sixty thousand. What others wrote is read with a library.

/** One element: its tag, its length, and the parts inside. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

/** A sequence of elements. */
export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, ...parts);
}

/** Bytes in hexadecimal, as they are. */
export function hex(text: string): Buffer {
  return Buffer.from(text, "hex");
}

/** A moment, which is in one form up to 2049 and in another one from then on (RFC 5280, section 4.1.2.5). */
export function derTime(moment: Date): Buffer {
  const digits = moment.toISOString().replace(/[-:T]|\.\d+/g, "");
  const isEarly = moment.getUTCFullYear() < 2050;
  return der(isEarly ? 0x17 : 0x18, Buffer.from(isEarly ? digits.slice(2) : digits));
}

/** An extension of a certificate: its identifier in DER without tag and length, in hexadecimal. */
export function derExtension(identifier: string, isCritical: boolean, value: Uint8Array): Buffer {
  const flag = isCritical ? [hex("0101ff")] : [];
  return sequence(der(0x06, hex(identifier)), ...flag, der(0x04, value));
}

/** The subject alternative name of DNS names. */
export function derAlternativeNames(names: readonly string[]): Buffer {
  return derExtension("551d11", true, sequence(...names.map((name) => der(0x82, Buffer.from(name, "latin1")))));
}

/** PEM of DER. */
export function pemOf(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

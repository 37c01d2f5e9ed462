/** Where blobs are below a prefix: `sha256/<64 hex digits>`, so that a listing has them in the order of their names. */
export function blobKey(prefix: string, sha256: string): string {
  return `${blobsBelow(prefix)}${sha256}`;
}

/** What the keys of all blobs begin with. */
export function blobsBelow(prefix: string): string {
  return `${prefix}sha256/`;
}

/** The blob that is under a key; `undefined` for a key that is no blob's. */
export function blobOfKey(prefix: string, key: string): string | undefined {
  const below = blobsBelow(prefix);
  const name = key.slice(below.length);
  return key.startsWith(below) && isBlobName(name) ? name : undefined;
}

const namePattern = /^[0-9a-f]{64}$/;

/** Whether a text is the name of a blob: 64 lower-case hex digits. */
export function isBlobName(text: string): boolean {
  return namePattern.test(text);
}

/** Guards keys: a name that is none is a bug of the caller. */
export function assertBlobName(text: string): void {
  if (!isBlobName(text)) throw new TypeError(`Not a SHA-256 in lower-case hex: ${JSON.stringify(text)}`);
}

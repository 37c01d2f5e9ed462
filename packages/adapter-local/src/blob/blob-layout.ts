/** Where a directory blob store keeps things. */
export interface BlobLayout {
  readonly root: string;
  /** `sha256/`: one directory for each pair of first digits. */
  readonly names: string;
  /** `incoming/`: bytes that have no name yet. On the same file system, so that a rename gives them one. */
  readonly incoming: string;
  /** `leaving/`: blobs that a remover is looking at, as `<hash>~<remover>`. There only for moments. */
  readonly leaving: string;
  /** The directory of a blob's name. */
  directoryOf(sha256: string): string;
  /** A blob's file. */
  pathOf(sha256: string): string;
}

/** The layout below a root. */
export function blobLayout(root: string): BlobLayout {
  const names = `${root}/sha256`;
  const directoryOf = (sha256: string): string => `${names}/${sha256.slice(0, 2)}`;
  return {
    root,
    names,
    incoming: `${root}/incoming`,
    leaving: `${root}/leaving`,
    directoryOf,
    pathOf: (sha256) => `${directoryOf(sha256)}/${sha256}`,
  };
}

const namePattern = /^[0-9a-f]{64}$/;

/** Whether a text is the name of a blob: 64 lower-case hex digits. */
export function isBlobName(text: string): boolean {
  return namePattern.test(text);
}

/** Guards paths: a name that is none is a bug of the caller. */
export function assertBlobName(text: string): void {
  if (!isBlobName(text)) throw new TypeError(`Not a SHA-256 in lower-case hex: ${JSON.stringify(text)}`);
}

import { buildZip, type EntrySpec, type ZipSpec } from "./zip-builder.ts";

/** A named archive with the verdict it must get. */
export interface CorpusCase {
  readonly id: string;
  /** What it is, and where the attack or the shape comes from. */
  readonly what: string;
  readonly bytes: () => Buffer;
  /** Codes of which the first error must be one; absent for archives that must be accepted. */
  readonly codes?: readonly string[];
  /** Published paths and their content; for archives that must be accepted. */
  readonly tree?: () => Readonly<Record<string, Buffer | string>>;
  /** Codes of warnings that must be among the findings. */
  readonly warnings?: readonly string[];
}

/** The page every case starts from. */
export const index: EntrySpec = {
  name: "index.html",
  data: "<!doctype html><title>Site</title><h1>Hello</h1>\n".repeat(8),
};
export const style: EntrySpec = { name: "css/site.css", data: "body { margin: 0; color: #123 }\n".repeat(20) };
/** {@link index} as it is published. */
export const indexTree: Readonly<Record<string, Buffer | string>> = { "index.html": index.data ?? "" };

/** An archive that must be rejected: a plain site with something wrong beside it. */
export function hostile(id: string, what: string, codes: string, spec: () => ZipSpec | Buffer): CorpusCase {
  const bytes = (): Buffer => {
    const built = spec();
    return Buffer.isBuffer(built) ? built : buildZip(built);
  };
  return { id, what, codes: codes.split(" "), bytes };
}

/** A site with further entries, rejected because of them. */
export function hostileEntries(id: string, what: string, codes: string, ...entries: readonly EntrySpec[]): CorpusCase {
  return hostile(id, what, codes, () => ({ entries: [index, ...entries] }));
}

/** A site with one more file of a bad name. */
export function hostileName(
  id: string,
  what: string,
  codes: string,
  name: string | Buffer,
  more: Partial<EntrySpec> = {},
): CorpusCase {
  return hostileEntries(id, what, codes, { name, data: "content", ...more });
}

/** An archive that must be accepted with exactly this tree. */
export function benign(
  id: string,
  what: string,
  spec: () => ZipSpec | Buffer,
  tree: () => Readonly<Record<string, Buffer | string>>,
  warnings: readonly string[] = [],
): CorpusCase {
  return {
    id,
    what,
    tree,
    warnings,
    bytes: () => {
      const built = spec();
      return Buffer.isBuffer(built) ? built : buildZip(built);
    },
  };
}

import { benign, type CorpusCase, index, indexTree } from "./corpus-case.ts";
import type { EntrySpec } from "./zip-builder.ts";

/** Content of a page that packs well. */
export const page: Buffer = Buffer.from("<h1>page</h1>".repeat(9));

/** An entry with nothing special. */
export const plain: EntrySpec = { name: "page.html", data: page };

/** A site of the index and these entries; the tree has the index and what is given. */
export const site = (
  id: string,
  what: string,
  tree: Readonly<Record<string, Buffer | string>>,
  ...entries: readonly EntrySpec[]
): CorpusCase =>
  benign(
    id,
    what,
    () => ({ entries: [index, ...entries] }),
    () => ({ ...indexTree, ...tree }),
  );

/** A site of the index and one entry. */
export const one = (id: string, what: string, entry: EntrySpec): CorpusCase =>
  site(id, what, { [String(entry.name)]: entry.data ?? "" }, entry);

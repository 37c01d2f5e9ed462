import { hostingError } from "@hostelry/core/adapter";
import type { Pointer } from "./pointer.ts";
import { readObject } from "./read-object.ts";
import { decodeSiteDocument, emptyDocument, type SiteDocument } from "./site-document.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";

/** Reads a site's pointer. Something else in its place is `TARGET_LAYOUT_INVALID`. */
export async function readPointer(
  { name, bucket }: Pick<TargetParts, "bucket" | "name">,
  { keys, signal }: Pick<SiteCall, "keys" | "signal">,
): Promise<Pointer> {
  const read = await readObject(bucket, keys.pointer, signal);
  if (read === undefined) return { document: emptyDocument, etag: undefined };
  const document = decodeSiteDocument(read.bytes);
  if (document !== undefined) return { document, etag: read.etag };
  const problem = "there is something that is not a site's pointer";
  const details = { target: name, path: keys.pointer, problem };
  throw hostingError("TARGET_LAYOUT_INVALID", `${keys.pointer} can't be used: ${problem}.`, details);
}

/** Reads what a site's pointer says now. */
export async function readDocument(parts: TargetParts, call: SiteCall): Promise<SiteDocument> {
  return (await readPointer(parts, call)).document;
}

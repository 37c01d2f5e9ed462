import type { FakeS3Bucket, FakeS3Object } from "./fake-bucket.ts";

/** The document of one page of a listing (`list-type=2`). */
export function listingDocument({ objects }: FakeS3Bucket, query: URLSearchParams, exactTimes: boolean): string {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const token = query.get("continuation-token");
  const after = token === null ? (query.get("start-after") ?? "") : Buffer.from(token, "base64url").toString();
  const limit = Math.min(Number(query.get("max-keys") ?? "1000"), 1000);
  const encoded = query.get("encoding-type") === "url" ? formEncoded : escaped;
  const entries: string[] = [];
  let last: string | undefined;
  let truncated = false;
  let folder: string | undefined;
  for (const [key, object] of sortedByBytes(objects, prefix)) {
    if (compareBytes(key, after) <= 0) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const inFolder = cut === -1 ? undefined : key.slice(0, cut + delimiter.length);
    if (inFolder !== undefined && inFolder === folder) {
      last = key;
      continue;
    }
    if (entries.length === limit) {
      truncated = true;
      break;
    }
    last = key;
    folder = inFolder;
    entries.push(
      inFolder === undefined
        ? contents(encoded(key), object, exactTimes)
        : `<CommonPrefixes><Prefix>${encoded(inFolder)}</Prefix></CommonPrefixes>`,
    );
  }
  const next = truncated && last !== undefined ? Buffer.from(last).toString("base64url") : undefined;
  return listing(prefix, query, entries, { truncated, next });
}

/** A page without anything in it that says there is more. */
export function emptyListing(query: URLSearchParams, token: string): string {
  return listing(query.get("prefix") ?? "", query, [], { truncated: true, next: token });
}

function listing(
  prefix: string,
  query: URLSearchParams,
  entries: readonly string[],
  { truncated, next }: { readonly truncated: boolean; readonly next: string | undefined },
): string {
  const encoding = query.get("encoding-type") === "url" ? "<EncodingType>url</EncodingType>" : "";
  const token = next === undefined ? "" : `<NextContinuationToken>${escaped(next)}</NextContinuationToken>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Prefix>${escaped(prefix)}</Prefix><KeyCount>${entries.length}</KeyCount>${encoding}<IsTruncated>${truncated}</IsTruncated>${token}${entries.join("")}</ListBucketResult>`;
}

function contents(key: string, { etag, lastModified, bytes }: FakeS3Object, exactTimes: boolean): string {
  const time = exactTimes ? lastModified.toISOString() : lastModified.toISOString().replace(/\.\d{3}Z$/, ".000Z");
  return `<Contents><Key>${key}</Key><LastModified>${time}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${bytes.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
}

/** Keys of a prefix in the order of their UTF-8 bytes, which is not that of JavaScript's strings. */
function sortedByBytes(objects: FakeS3Bucket["objects"], prefix: string): readonly (readonly [string, FakeS3Object])[] {
  return [...objects].filter(([key]) => key.startsWith(prefix)).sort(([left], [right]) => compareBytes(left, right));
}

function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  // The same order, and much faster, unless a character beyond the first plane is in one of them.
  if (!/[\ud800-\uffff]/.test(left + right)) return left < right ? -1 : 1;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function formEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll("%20", "+").replaceAll("%2F", "/");
}

/** A text inside a document. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

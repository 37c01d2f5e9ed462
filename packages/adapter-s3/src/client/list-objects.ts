import { type AnswerElement, answerDocument, answerText } from "./answer-document.ts";
import type { ListedObject, ListOptions, ObjectPage } from "./object-client.ts";
import { answeredAt, bareTag } from "./object-headers.ts";
import type { StoreRequests } from "./store-requests.ts";

/** Sorts behind every key that begins with what it is put behind. */
const behindAll = "\u{10FFFF}";

interface RawPage extends ObjectPage {
  readonly truncated: boolean;
  readonly token: string | undefined;
}

/**
 * Lists one page by where the last one ended, not by the store's token: some stores give the same token again. A token is used only where a
 * page holds nothing although more is to come, and never twice.
 */
export async function listObjects(
  requests: StoreRequests,
  prefix: string,
  { after, limit = 1000, delimiter, signal }: ListOptions,
): Promise<ObjectPage> {
  const query = {
    "list-type": "2",
    "encoding-type": "url",
    prefix,
    "max-keys": String(Math.min(Math.max(Math.trunc(limit), 1), 1000)),
    ...(delimiter === undefined ? {} : { delimiter }),
  };
  const isFolder = after !== undefined && delimiter !== undefined && after.endsWith(delimiter);
  let place: Readonly<Record<string, string>> =
    after === undefined ? {} : { "start-after": isFolder ? `${after}${behindAll}` : after };
  const tokens = new Set<string>();
  for (;;) {
    const raw = await ask(requests, { ...query, ...place }, signal);
    assertOrder(raw, isFolder ? `${after}${behindAll}` : after);
    const next = raw.truncated ? lastOf(raw) : undefined;
    if (!raw.truncated || next !== undefined) {
      const { objects, folders, at } = raw;
      return next === undefined ? { objects, folders, at } : { objects, folders, at, next };
    }
    if (raw.token === undefined || tokens.has(raw.token)) throw new Error("The listing does not come to an end.");
    tokens.add(raw.token);
    place = { "continuation-token": raw.token };
  }
}

function ask(
  requests: StoreRequests,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<RawPage> {
  return requests.ask({
    operation: "list",
    request: { method: "GET", query },
    expects: [200],
    signal,
    read: async ({ headers, body }) => {
      const root = answerDocument(await answerText(body));
      const text = root.value("EncodingType") === "url" ? decoded : (raw: string): string => raw;
      const token = root.value("NextContinuationToken");
      return {
        objects: root.all("Contents").map((entry) => listedObject(entry, text)),
        folders: root.all("CommonPrefixes").map((entry) => text(entry.value("Prefix") ?? "")),
        truncated: root.value("IsTruncated") === "true",
        token: token === "" ? undefined : token,
        at: answeredAt(headers),
      };
    },
  });
}

function listedObject(entry: AnswerElement, text: (raw: string) => string): ListedObject {
  return {
    key: text(entry.value("Key") ?? ""),
    etag: bareTag(entry.value("ETag") ?? ""),
    size: Number(entry.value("Size") ?? Number.NaN),
    lastModified: new Date(entry.value("LastModified") ?? Number.NaN),
  };
}

/** As a form encodes it: a space is a plus in some stores, and a plus is never left as it is. */
function decoded(raw: string): string {
  return decodeURIComponent(raw.replaceAll("+", " "));
}

function lastOf({ objects, folders }: ObjectPage): string | undefined {
  const [key, folder] = [objects.at(-1)?.key, folders.at(-1)];
  if (key === undefined || folder === undefined) return key ?? folder;
  return Buffer.compare(Buffer.from(key), Buffer.from(folder)) > 0 ? key : folder;
}

/** A store that takes no notice of where a page begins, or has another order, would be listed for ever, or in part. */
function assertOrder({ objects, folders }: ObjectPage, after: string | undefined): void {
  for (const names of [objects.map(({ key }) => key), folders]) {
    let before = after === undefined ? undefined : Buffer.from(after);
    for (const name of names) {
      const bytes = Buffer.from(name);
      if (before !== undefined && Buffer.compare(before, bytes) >= 0) {
        throw new Error("The store lists the same keys again, or in another order than that of their bytes.");
      }
      before = bytes;
    }
  }
}

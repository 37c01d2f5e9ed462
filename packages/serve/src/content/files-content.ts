import { createHash } from "node:crypto";
import {
  type ContentSource,
  type ContentView,
  mediaTypeOf,
  okAsync,
  parseRules,
  type ReleaseFile,
  type ReleaseId,
  type SiteContent,
} from "@hostelry/core/adapter";

/** A content source of one site, given as it is, at every address. Content that is never published, in tests and tools. */
export function filesContent(files: Readonly<Record<string, string | Uint8Array>>, now: Date): ContentSource {
  const bytes = new Map<string, Uint8Array>();
  for (const [path, content] of Object.entries(files)) {
    bytes.set(
      path.startsWith("/") ? path.slice(1) : path,
      typeof content === "string" ? Buffer.from(content) : content,
    );
  }
  const listed = new Map<string, ReleaseFile>();
  for (const [path, content] of bytes) listed.set(path, releaseFile(path, content, now));
  const { rules } = parseRules({ _redirects: bytes.get("_redirects"), _headers: bytes.get("_headers") });
  const view: ContentView = {
    release: "1-000000000000" as ReleaseId,
    rules,
    file: (path) => listed.get(path),
    read: (path, { start = 0, end } = {}) => {
      const content = bytes.get(path);
      if (content === undefined) throw new TypeError(`There is no ${JSON.stringify(path)}; ask file() first.`);
      return okAsync(once(content.subarray(start, end)));
    },
  };
  const content: SiteContent = { servingState: "live", view };
  return { spec: "content-source/1", name: "files", look: () => okAsync(content), glance: () => content };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}

function releaseFile(path: string, bytes: Uint8Array, now: Date): ReleaseFile {
  return {
    path,
    size: bytes.byteLength,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    mode: 0o644,
    mtimeSeconds: Math.floor(now.getTime() / 1000),
    mediaType: mediaTypeOf(path),
  };
}

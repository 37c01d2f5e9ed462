import {
  type BlobStore,
  errAsync,
  hostingError,
  okAsync,
  type ReleaseFile,
  type ReleaseManifest,
  releaseIdOf,
  type SiteId,
  type StageOutcome,
  type Target,
} from "@hostelry/core/adapter";
import { bytesOf, hashOf, streamOf } from "../blob-store/bytes.ts";
import { expectOk } from "../expectation.ts";

/** What a case publishes: files by path. */
export type Files = Readonly<Record<string, string>>;

/** A release's manifest, and the blobs to lay it out from. */
export interface Content {
  readonly manifest: ReleaseManifest;
  readonly blobs: Pick<BlobStore, "read">;
  /** Hashes that were asked for, in order. */
  readonly reads: readonly string[];
}

/** A small site's files. */
export const smallSite: Files = { "assets/app.css": "body{}", "index.html": "<h1>one</h1>", "robots.txt": "" };

/** Publication `number` of some files. */
export function contentOf(number: number, files: Files): Content {
  const bytes = new Map<string, Uint8Array>();
  const listed = Object.entries(files)
    .map(([path, text]): ReleaseFile => {
      const content = bytesOf(text);
      const sha256 = hashOf(content);
      bytes.set(sha256, content);
      return { path, sha256, size: content.length, mode: 0o644, mtimeSeconds: 1_770_000_000, mediaType: "text/html" };
    })
    .sort((left, right) => Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)));
  const manifestDigest = hashOf(bytesOf(JSON.stringify(listed)));
  const reads: string[] = [];
  return {
    manifest: { release: releaseIdOf(number, manifestDigest), manifestDigest, files: listed },
    reads,
    blobs: {
      read: (sha256) => {
        reads.push(sha256);
        const content = bytes.get(sha256);
        if (content === undefined)
          return errAsync(hostingError("BLOB_NOT_FOUND", "There is no such blob.", { sha256 }));
        return okAsync(streamOf(content));
      },
    },
  };
}

/** Stages content under its publication's number. */
export function stage(target: Target, siteId: SiteId, content: Content, fencingToken: number): Promise<StageOutcome> {
  return expectOk(target.stage({ siteId, fencingToken, ...content }));
}

/** Stages files as publication `number` and points the live slot to them. */
export async function goLive(target: Target, siteId: SiteId, number: number, files: Files): Promise<Content> {
  const content = contentOf(number, files);
  await stage(target, siteId, content, number);
  const { release } = content.manifest;
  await expectOk(target.activate({ siteId, fencingToken: number, slot: "live", release }));
  return content;
}

/** What a reader of a slot sees of some paths. */
export async function visible(
  readFile: (path: string) => Promise<Uint8Array | null>,
  paths: readonly string[],
): Promise<Readonly<Record<string, string | null>>> {
  const seen: Record<string, string | null> = {};
  for (const path of paths) {
    const bytes = await readFile(path);
    seen[path] = bytes === null ? null : Buffer.from(bytes).toString("utf8");
  }
  return seen;
}

/** Files whose names trip programs that take a path for something else. */
export function oddFiles(): Files {
  const names = [
    "-rf",
    "--help.html",
    "with space.txt",
    'it\'s "quoted" $(x) `y` ; & | * ?.txt',
    "grüße/日本/🏨.html",
    ".well-known/acme-challenge/token",
    `deep/${"d/".repeat(40)}leaf.txt`,
    `${"n".repeat(250)}.js`,
    "back\\slash.txt",
    "percent%2Fencoded.txt",
  ];
  return { ...Object.fromEntries(names.map((name, index) => [name, `file ${index}`])), "empty.txt": "" };
}

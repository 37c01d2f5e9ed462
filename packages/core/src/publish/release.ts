import type { ManifestFile } from "../archive/manifest.ts";
import type { SiteRules } from "../routing/site-rules.ts";

/**
 * A release's name, `<publication>-<first 12 hex digits of the manifest digest>`: one per act of publishing, so a
 * release that was once staged never changes, also when the same content is published again later.
 */
export type ReleaseId = string & { readonly __brand: "ReleaseId" };

/** Makes the name of the release that publication `number` of content `manifestDigest` lays out. */
export function releaseIdOf(number: number, manifestDigest: string): ReleaseId {
  return `${number}-${manifestDigest.slice(0, 12)}` as ReleaseId;
}

const pattern = /^([1-9][0-9]{0,15})-[0-9a-f]{12}$/;

/** Whether a name (of a directory, say) is a release's name. */
export function isReleaseId(name: string): name is ReleaseId {
  return pattern.test(name);
}

/** The publication number in a release's name. */
export function publicationOfRelease(release: ReleaseId): number {
  return Number(release.slice(0, release.indexOf("-")));
}

/** A file as it is laid out and served: the manifest's facts, and what only publishing knows. */
export interface ReleaseFile extends ManifestFile {
  /**
   * Modification time in whole seconds since 1970, chosen by the publisher and never by a node's clock: equal bytes keep
   * theirs from release to release, changed bytes get a later one. So validators made of time and size stay right.
   */
  readonly mtimeSeconds: number;
  /** Content type to serve, e.g. `text/html; charset=utf-8`. */
  readonly mediaType: string;
  /**
   * Set on a file that is another one compressed: its path is that file's with `.br` or `.gz` behind it, where web servers
   * with precompressed files look for it, and its media type is that file's. Never served under its own path by us.
   */
  readonly coding?: ContentCoding | undefined;
  /**
   * Set on an asset that the content no longer has: pages of the release before still ask for it. Seconds since 1970 after
   * which a publication leaves it out.
   */
  readonly keptUntilSeconds?: number | undefined;
  /**
   * Set on a file whose path had other bytes in a release before this one, as long as it is there. Such a path is not named
   * after its content, whatever it looks like: the file is not kept when the content no longer has it.
   */
  readonly pathReused?: true | undefined;
}

/** How a file can be compressed in advance. */
export type ContentCoding = "br" | "gzip";

/** What a compressed file's name ends in. */
export const codingSuffix: Readonly<Record<ContentCoding, string>> = { br: ".br", gzip: ".gz" };

/** Whether a file is in the revision's content, and not something that publishing has put beside it. */
export function isContentFile(file: ReleaseFile): boolean {
  return file.coding === undefined && file.keptUntilSeconds === undefined;
}

/** Everything a target needs to know to lay a release out and to check it. */
export interface ReleaseManifest {
  readonly release: ReleaseId;
  /** Digest of the manifest: the content's identity. */
  readonly manifestDigest: string;
  /**
   * The modification time that this publication gave to files it changed, in seconds since 1970: later than that of any
   * publication of the site before it, also of one that failed. Absent where it is not known.
   */
  readonly stampSeconds?: number | undefined;
  /** Sorted by the UTF-8 bytes of the path. */
  readonly files: readonly ReleaseFile[];
  /** What the site's `_redirects` and `_headers` say, as it was read when the release was made; absent: nothing. */
  readonly rules?: SiteRules | undefined;
}

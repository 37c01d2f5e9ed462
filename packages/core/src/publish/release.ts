import type { ManifestFile } from "../archive/manifest.ts";

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
}

/** Everything a target needs to know to lay a release out and to check it. */
export interface ReleaseManifest {
  readonly release: ReleaseId;
  /** Digest of the manifest: the content's identity. */
  readonly manifestDigest: string;
  /** Sorted by the UTF-8 bytes of the path. */
  readonly files: readonly ReleaseFile[];
}

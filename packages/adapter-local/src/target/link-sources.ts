import type { ReleaseFile, ReleaseId, ReleaseManifest } from "@hostelry/core/adapter";
import { hasCode } from "@hostelry/core/adapter";
import type { TimeSlices } from "../file-system/time-slices.ts";
import { siteContents } from "../site/site-contents.ts";
import type { SiteLayout } from "../site/site-layout.ts";
import { readStoredManifest } from "../site/stored-manifest.ts";
import type { TargetParts } from "./target-parts.ts";

/** A file of an earlier release. */
export interface LinkSource {
  readonly path: string;
  readonly file: ReleaseFile;
}

/** Where the bytes of files are found in earlier releases. */
export interface LinkSources {
  /** The same bytes, time and mode: can be linked. */
  same(file: ReleaseFile): LinkSource | undefined;
  /** The same bytes: can be copied. */
  sameBytes(file: ReleaseFile): LinkSource | undefined;
}

/** The mode a file is laid out with: whoever may be a web server must be able to read it, and nothing is set-uid. */
export function laidOutMode(file: Pick<ReleaseFile, "mode">): number {
  return (file.mode & 0o777) | 0o444;
}

/**
 * Looks a manifest's files up in the manifests of earlier releases, the newest first, until all are found. By name
 * only: whether the file still is what its manifest says is looked at when it is used (`isAsStaged`).
 */
export async function findLinkSources(
  parts: TargetParts,
  layout: SiteLayout,
  manifest: Pick<ReleaseManifest, "files">,
  slices: TimeSlices,
): Promise<LinkSources> {
  const same = new Map<string, LinkSource>();
  const sameBytes = new Map<string, LinkSource>();
  const wanted = new Set(manifest.files.map((file) => file.sha256));
  const wantedKeys = new Set(manifest.files.map(keyOf));
  for (const release of siteContents(parts.fileSystem, layout).releases.toReversed()) {
    if (same.size === wantedKeys.size) break;
    await slices.next();
    for (const file of filesOf(parts, layout, release)) {
      if (!wanted.has(file.sha256)) continue;
      const source = { path: `${layout.releases}/${release}/${file.path}`, file };
      if (!sameBytes.has(file.sha256)) sameBytes.set(file.sha256, source);
      const key = keyOf(file);
      if (wantedKeys.has(key) && !same.has(key)) same.set(key, source);
    }
  }
  return { same: (file) => same.get(keyOf(file)), sameBytes: (file) => sameBytes.get(file.sha256) };
}

/** Whether a source is a plain file with the size, time and mode it was laid out with. */
export function isAsStaged(parts: TargetParts, source: LinkSource): boolean {
  const { path, file } = source;
  const facts = parts.fileSystem.lstatSync(path, { throwIfNoEntry: false });
  if (facts?.isFile() !== true || facts.size !== file.size) return false;
  return facts.mtimeMs === file.mtimeSeconds * 1000 && (facts.mode & 0o7777) === laidOutMode(file);
}

function keyOf(file: ReleaseFile): string {
  return `${file.sha256} ${file.mtimeSeconds} ${laidOutMode(file)}`;
}

/** None for a release that `verify` found damaged, or whose manifest is: its files would carry the damage on. */
function filesOf(parts: TargetParts, layout: SiteLayout, release: ReleaseId): readonly ReleaseFile[] {
  const { fileSystem, name } = parts;
  if (fileSystem.lstatSync(`${layout.damaged}/${release}`, { throwIfNoEntry: false }) !== undefined) return [];
  try {
    return readStoredManifest(fileSystem, layout, release, name)?.files ?? [];
  } catch (cause) {
    if (hasCode(cause, "RELEASE_CORRUPT")) return [];
    throw cause;
  }
}

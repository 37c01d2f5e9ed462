import { decodeReleaseManifest, hostingError, type ReleaseId, type ReleaseManifest } from "@hostelry/core/adapter";
import type { FileSystem } from "../file-system/file-system.ts";
import { readWhole } from "../file-system/read-file.ts";
import { unlessAbsent } from "../file-system/system-error.ts";
import { manifestPath, type SiteLayout } from "./site-layout.ts";

/**
 * The manifest that was stored with a release; `undefined` when there is none, so no such release. One that can't be
 * read, or is another release's, is `RELEASE_CORRUPT`.
 *
 * @param into where its bytes may be put meanwhile: for whoever reads many.
 */
export function readStoredManifest(
  fileSystem: FileSystem,
  layout: SiteLayout,
  release: ReleaseId,
  target: string,
  into?: Uint8Array | undefined,
): ReleaseManifest | undefined {
  const bytes = unlessAbsent(() => readWhole(fileSystem, manifestPath(layout, release), into));
  if (bytes === undefined) return undefined;
  const manifest = decodeReleaseManifest(bytes);
  if (manifest.isOk() && manifest.value.release === release) return manifest.value;
  throw hostingError(
    "RELEASE_CORRUPT",
    `The stored manifest of release ${release} can't be read.`,
    { target, release, paths: [`.hostelry/manifests/${release}.json`] },
    manifest.isErr() ? { cause: manifest.error } : {},
  );
}

import { createHash } from "node:crypto";
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeReleaseManifest, type ReleaseFile, releaseIdOf } from "@hostelry/core/adapter";

/** The id of the site of a number, as it is in host names. */
export function siteId(number: number | "*"): string {
  return `site-${number === "*" ? "*" : String(number).padStart(20, "0")}`;
}

/** Files for the sites: path → content. */
export type SiteFiles = Readonly<Record<string, Buffer>>;

/**
 * Lays out sites that all have the same release, as the directory target does. Only the files that will be asked for are
 * there; the manifest lists the others, too. Bytes are shared by hard links.
 */
export function layOutSites(root: string, count: number, files: SiteFiles, listed: number): void {
  const release = releaseIdOf(1, "0".repeat(64));
  const all = [
    ...Object.entries(files).map(([path, bytes]) => releaseFile(path, bytes)),
    ...Array.from({ length: listed - Object.keys(files).length }, (_, index) =>
      releaseFile(`assets/pages/chunk-${index}.css`, Buffer.from(`listed ${index}`)),
    ),
  ];
  const manifest = encodeReleaseManifest({ release, manifestDigest: "0".repeat(64), files: all });
  for (let number = 0; number < count; number += 1) {
    const site = join(root, "sites", siteId(number));
    const first = join(root, "sites", siteId(0));
    for (const folder of [`releases/${release}`, "previews", ".hostelry/manifests"])
      mkdirSync(join(site, folder), { recursive: true });
    const paths = [
      `.hostelry/manifests/${release}.json`,
      ...Object.keys(files).map((path) => `releases/${release}/${path}`),
    ];
    for (const [index, path] of paths.entries()) {
      if (number > 0) linkSync(join(first, path), join(site, path));
      else writeFileSync(join(site, path), index === 0 ? manifest : (Object.values(files)[index - 1] ?? ""));
    }
    symlinkSync(`releases/${release}`, join(site, "current"));
  }
}

function releaseFile(path: string, bytes: Buffer): ReleaseFile {
  return {
    path,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    size: bytes.byteLength,
    mode: 0o644,
    mtimeSeconds: 1_700_000_000,
    mediaType: "text/css; charset=utf-8",
  };
}

import { hashedAssets, isContentFile, type ReleaseManifest } from "@hostelry/core/adapter";

/**
 * What to tell whoever publishes files that browsers keep for ever although their names say nothing of their content. Those that have
 * changed are told apart from those that may.
 */
export function cachingWarnings(
  manifest: ReleaseManifest,
  before: ReleaseManifest | null | undefined,
  cached: ReadonlySet<string>,
): readonly string[] {
  if (cached.size === 0) return [];
  const files = manifest.files.filter(isContentFile);
  const isHashed = hashedAssets(files.map(({ path }) => path));
  const kept = files.filter(({ path }) => cached.has(endingOf(path)));
  const known = new Map(before?.files.map(({ path, sha256 }) => [path, sha256]));
  const changed = kept.filter(({ path, sha256 }) => (known.get(path) ?? sha256) !== sha256);
  const plain = kept.filter((file) => !changed.includes(file) && !isHashed(file.path));
  const told = (count: number, path: string): string => (count === 1 ? path : `${count} files such as ${path}`);
  const [firstChanged] = changed;
  const [firstPlain] = plain;
  return [
    ...(firstChanged === undefined
      ? []
      : [
          `Browsers were told to keep ${told(changed.length, firstChanged.path)} for ever, and the content is another one now: returning visitors see the old one. Give what changes a new name.`,
        ]),
    ...(firstPlain === undefined
      ? []
      : [
          `Browsers are told to keep ${told(plain.length, firstPlain.path)} for ever, and the name does not say which content it is: when that changes, returning visitors will not see it. Put a hash of the content into such names.`,
        ]),
  ];
}

function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "";
}

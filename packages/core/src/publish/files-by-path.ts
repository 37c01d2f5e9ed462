/** Files to be asked for by their path. */
export interface FilesByPath<File> {
  get(path: string): File | undefined;
}

/**
 * Finds files by path. Made for two manifests that are nearly the same, both in their order: whoever asks for the one's paths in turn
 * is given the other's files in turn, and ten thousand paths are hashed only when one of them is somewhere else.
 */
export function filesByPath<File extends { readonly path: string }>(files: readonly File[]): FilesByPath<File> {
  let next = 0;
  let places: ReadonlyMap<string, number> | undefined;
  return {
    get: (path) => {
      if (files[next]?.path !== path) {
        places ??= new Map(files.map((file, index) => [file.path, index]));
        const place = places.get(path);
        if (place === undefined) return undefined;
        next = place;
      }
      next += 1;
      return files[next - 1];
    },
  };
}

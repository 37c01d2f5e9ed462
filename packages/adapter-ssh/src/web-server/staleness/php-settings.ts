/** What decides how long PHP goes on running a file of an earlier release that it was given by a path through a link. */
export interface PhpSettings {
  readonly opcacheEnabled: boolean;
  /** `opcache.validate_timestamps`: looks at files again at all. */
  readonly validatesTimestamps: boolean;
  /** `opcache.revalidate_freq`, seconds between two looks. */
  readonly revalidateSeconds: number;
  /** `opcache.revalidate_path`: resolves the path again when it looks. */
  readonly revalidatesPath: boolean;
  /** `realpath_cache_ttl`, seconds that each worker remembers where a path leads. */
  readonly realPathSeconds: number;
}

/** PHP's own defaults, as FPM has them. */
export const phpDefaults: PhpSettings = {
  opcacheEnabled: true,
  validatesTimestamps: true,
  revalidateSeconds: 2,
  revalidatesPath: false,
  realPathSeconds: 120,
};

/** Reads what `php-fpm -i` prints: `name => value here => value of the file`, one per line. What is not there is default. */
export function readPhpSettings(information: string): PhpSettings {
  const values = new Map<string, string>();
  for (const line of information.split("\n")) {
    const [name = "", value] = line.split(" => ");
    if (value !== undefined) values.set(name.trim(), value.trim());
  }
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = values.get(name);
    return value === undefined ? otherwise : value === "On" || value === "1";
  };
  const seconds = (name: string, otherwise: number): number => {
    const value = Number(values.get(name));
    return Number.isFinite(value) ? value : otherwise;
  };
  return {
    // Without the extension there is no line of it at all.
    opcacheEnabled: flag("opcache.enable", false),
    validatesTimestamps: flag("opcache.validate_timestamps", phpDefaults.validatesTimestamps),
    revalidateSeconds: seconds("opcache.revalidate_freq", phpDefaults.revalidateSeconds),
    revalidatesPath: flag("opcache.revalidate_path", phpDefaults.revalidatesPath),
    realPathSeconds: seconds("realpath_cache_ttl", phpDefaults.realPathSeconds),
  };
}

/** How long old code can run, in seconds; `null`: without a bound, until the old release's directory is removed. */
export function phpStaleSeconds(settings: PhpSettings): number | null {
  const { opcacheEnabled, validatesTimestamps, revalidateSeconds, revalidatesPath, realPathSeconds } = settings;
  if (!opcacheEnabled) return realPathSeconds;
  return validatesTimestamps && revalidatesPath ? realPathSeconds + revalidateSeconds : null;
}

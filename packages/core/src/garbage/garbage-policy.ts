/** What counts as garbage; every field has a default in `createHosting`. All processes on one blob store need the same. */
export interface GarbagePolicy {
  /**
   * A blob that nothing refers to is removed when nobody has put it for this long, in milliseconds. A validation that
   * takes more than half of it is refused, for what it has stored may soon be gone. Default 24 hours, at least 10 minutes.
   */
  readonly graceMs: number;
  /**
   * How long the archive of an upload that was refused, rejected or never validated is kept, in milliseconds from the
   * upload; also the files of a rejected revision. Default 30 days.
   */
  readonly quarantineMs: number;
  /** Keep the archives of revisions that passed, beside their files. Nothing reads them any more. Default true. */
  readonly keepArchives: boolean;
  /** How long the record of a preview is kept after it was closed, in milliseconds. Default 30 days. */
  readonly keepPreviewsMs: number;
}

const hour = 3_600_000;
/** Far above the time that a call to a port may take: a blob is put, and the next call records it. */
const shortestGraceMs = 600_000;

/**
 * The policy with its defaults.
 *
 * @throws TypeError for times that can't be meant.
 */
export function garbagePolicy(given: Partial<GarbagePolicy> = {}): GarbagePolicy {
  const { graceMs = 24 * hour, quarantineMs = 720 * hour, keepArchives = true, keepPreviewsMs = 720 * hour } = given;
  if (!(graceMs >= shortestGraceMs)) throw new TypeError(`garbage.graceMs is ${shortestGraceMs} or more.`);
  if (!(quarantineMs >= 0 && keepPreviewsMs >= 0)) throw new TypeError("Times of garbage are 0 or more.");
  return { graceMs, quarantineMs, keepArchives, keepPreviewsMs };
}

import { isReleaseId, type ReleaseId, type SiteId } from "@hostelry/core/adapter";
import { type EdgeParts, look } from "./edge-parts.ts";
import { type KnownRelease, knownRelease } from "./known-releases.ts";
import { manifestOfLines } from "./layout/manifest-lines.ts";
import { linesOf } from "./node/answer.ts";

/** A whole release on a node, by its name. */
export interface HeldRelease {
  readonly release: ReleaseId;
  /** Digest of its stored manifest. */
  readonly digest: string;
  /** `verify` found other bytes there: nothing is taken over from it. */
  readonly damaged: boolean;
}

/** Which whole releases a node holds, the newest publication last. */
export async function heldReleases(
  parts: EdgeParts,
  siteId: SiteId,
  signal: AbortSignal | undefined,
): Promise<readonly HeldRelease[]> {
  const answer = await look(parts, { operation: "stage", siteId }, { words: ["manifests", siteId], signal });
  const held = linesOf(answer, "manifest").flatMap((line): readonly HeldRelease[] => {
    const [release = "", digest = "", damaged] = line.split(" ");
    return isReleaseId(release) ? [{ release, digest, damaged: damaged === "damaged" }] : [];
  });
  return [...held].sort((left, right) => number(left) - number(right));
}

/** What a release's stored manifest says: out of memory when that has the same digest. */
export async function readHeldRelease(
  parts: EdgeParts,
  siteId: SiteId,
  held: Pick<HeldRelease, "release"> & { readonly digest?: string | undefined },
  signal: AbortSignal | undefined,
): Promise<KnownRelease> {
  const { release, digest } = held;
  const remembered = parts.known.of(siteId).find((known) => known.manifest.release === release);
  if (remembered !== undefined && remembered.digest === digest) return remembered;
  const about = { operation: "stage", siteId, release };
  const answer = await look(parts, about, { words: ["manifest", siteId, release], signal });
  const known = knownRelease(manifestOfLines(answer.lines, release, parts.name));
  parts.known.remember(siteId, known);
  return known;
}

function number({ release }: HeldRelease): number {
  return Number(release.slice(0, release.indexOf("-")));
}

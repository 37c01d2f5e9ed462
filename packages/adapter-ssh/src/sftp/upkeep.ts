import {
  isReleaseId,
  isReleasePath,
  type ProbeOutcome,
  type ProbeSample,
  type ProgressListener,
  type ReleaseId,
  type ReleaseManifest,
  type ReleaseProblem,
  type SlotName,
  type TargetObservation,
  unwrap,
  type VerifyRequest,
} from "@hostelry/core/adapter";
import type { Tracked } from "../edge/edge-parts.ts";
import { invalidInput } from "../edge/layout/request-checks.ts";
import { readState } from "./change-slots.ts";
import { removeTree } from "./remove-tree.ts";
import {
  enter,
  highestToken,
  pointerOf,
  readPointer,
  readReleases,
  readSlots,
  releaseNotFound,
  type SftpParts,
  type SftpSite,
} from "./sftp-site.ts";
import { sideBySide } from "./side-by-side.ts";
import { hashOf, storedManifest } from "./stored-release.ts";

const maxProblems = 1000;

/** Looks at what a site shows and holds. */
export async function observe(parts: SftpParts, site: SftpSite): Promise<TargetObservation> {
  const slots = await readSlots(parts, site);
  const releases = await readReleases(site);
  const begun = await Promise.all(["staging", "pending", "trash"].map((name) => site.names(`${site.own}/${name}`)));
  const strays = await strayGuards(site, slots);
  return {
    fence: await highestToken(site),
    slots,
    releases: releases.whole,
    servingState: await readState(site),
    leftovers: begun.flat().length + releases.parts.length + strays.length,
  };
}

/** Which blobs of a manifest no release of the site has. */
export async function missing(parts: SftpParts, site: SftpSite, manifest: ReleaseManifest): Promise<readonly string[]> {
  const lacking = new Set(manifest.files.map(({ sha256 }) => sha256));
  for (const release of (await readReleases(site)).whole) {
    if (lacking.size === 0) break;
    for (const { sha256 } of (await storedManifest(parts, site, release))?.files ?? []) lacking.delete(sha256);
  }
  return [...lacking];
}

/** Reads samples behind a slot. The pointer is read once, so all are of one release. */
export async function probe(
  parts: SftpParts,
  site: SftpSite,
  { slot, samples }: { readonly slot: SlotName; readonly samples: readonly ProbeSample[] },
): Promise<ProbeOutcome> {
  const served = await readPointer(parts, site, pointerOf(site, slot));
  const differs = new Set<string>();
  await sideBySide(samples, async ({ path, sha256 }) => {
    if (!isReleasePath(path)) throw invalidInput("samples", `${JSON.stringify(path)} is not a relative path`);
    const actual = served === null ? undefined : await hashOf(site, `${site.releases}/${served}/${path}`);
    if (actual !== sha256) differs.add(path);
  });
  return { served, mismatches: samples.map(({ path }) => path).filter((path) => differs.has(path)) };
}

/** Takes releases away, and what ended publications left. */
export async function discard(
  parts: SftpParts,
  site: SftpSite,
  request: { readonly fencingToken: number; readonly releases: readonly ReleaseId[] },
  tracked: Tracked,
): Promise<{ readonly discarded: readonly ReleaseId[] }> {
  const { fencingToken } = request;
  for (const release of request.releases) {
    if (!isReleaseId(release))
      throw invalidInput("releases", `${JSON.stringify(release)} is not the name of a release`);
  }
  await enter(parts, site, fencingToken);
  const shown = new Set((await readSlots(parts, site)).values());
  const there = new Set((await readReleases(site)).whole);
  const discarded = [...new Set(request.releases)].filter((release) => there.has(release) && !shown.has(release));
  for (const release of discarded) {
    tracked.state = "changed";
    // The directory first, by one rename: without it, what is left of the release is a left-over.
    await unwrap(site.files.rename(`${site.releases}/${release}`, `${site.own}/trash/${site.newName(fencingToken)}`));
    await removeTree(site, `${site.own}/manifests/${release}.json`);
  }
  await clean(parts, site, fencingToken);
  return { discarded };
}

async function clean(parts: SftpParts, site: SftpSite, token: number): Promise<void> {
  const isEarlier = (name: string): boolean => Number(name.split("-", 1)[0]) < token;
  for (const folder of ["staging", "pending"]) {
    const names = await site.names(`${site.own}/${folder}`);
    for (const name of names.filter(isEarlier)) await removeTree(site, `${site.own}/${folder}/${name}`);
  }
  const slots = await readSlots(parts, site);
  const busy = (await site.names(`${site.own}/staging`)).length > 0;
  for (const path of busy ? [] : (await readReleases(site)).parts) await removeTree(site, `${site.root}/${path}`);
  for (const name of await strayGuards(site, slots)) await removeTree(site, `${site.own}/previews/${name}`);
  for (const name of await site.names(`${site.own}/trash`)) await removeTree(site, `${site.own}/trash/${name}`);
}

async function strayGuards(site: SftpSite, slots: ReadonlyMap<SlotName, ReleaseId>): Promise<readonly string[]> {
  const names = await site.names(`${site.own}/previews`);
  return names.filter((name) => !slots.has(`preview/${name.replace(/\.json$/, "")}`));
}

/** Reads every file of a release over the wire, and looks for ones that do not belong to it. */
export async function verify(
  parts: SftpParts,
  site: SftpSite,
  request: Pick<VerifyRequest, "manifest" | "release">,
  onProgress: ProgressListener | undefined,
): Promise<{ readonly problems: readonly ReleaseProblem[] }> {
  const { release } = request;
  if (!isReleaseId(release)) throw invalidInput("release", "it is not the name of a release");
  const stored = await storedManifest(parts, site, release);
  if (stored === undefined || !(await readReleases(site)).whole.includes(release))
    throw releaseNotFound(parts, site, release);
  const { manifest = stored } = request;
  const problems: ReleaseProblem[] = [];
  const there = new Set(await pathsBelow(site, `${site.releases}/${release}`, ""));
  let done = 0;
  await sideBySide(manifest.files, async ({ path, sha256 }) => {
    const actual = await hashOf(site, `${site.releases}/${release}/${path}`);
    if (actual !== sha256) problems.push({ path, problem: there.has(path) ? "changed" : "missing" });
    there.delete(path);
    done += 1;
    onProgress?.({ step: "verify", done, total: manifest.files.length, unit: "files" });
  });
  for (const path of there) problems.push({ path, problem: "unexpected" });
  return { problems: problems.slice(0, maxProblems) };
}

/** Everything that is not a directory. */
async function pathsBelow(site: SftpSite, directory: string, prefix: string): Promise<readonly string[]> {
  const entries = await unwrap(site.files.list(directory, { signal: site.signal }));
  const paths: string[] = [];
  await sideBySide(entries, async ({ name, kind }) => {
    const path = prefix + name;
    if (kind !== "directory") paths.push(path);
    else paths.push(...(await pathsBelow(site, `${directory}/${name}`, `${path}/`)));
  });
  return paths;
}

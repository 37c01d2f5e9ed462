import {
  hostingError,
  isReleaseId,
  type ProgressListener,
  type ReleaseProblem,
  type VerifyRequest,
} from "@hostelry/core/adapter";
import { makeDirectory } from "../file-system/make-directory.ts";
import { unless } from "../file-system/system-error.ts";
import { type TimeSlices, timeSlices } from "../file-system/time-slices.ts";
import { invalidInput, siteLayout } from "../site/site-layout.ts";
import { readStoredManifest } from "../site/stored-manifest.ts";
import { hashFile } from "./probe.ts";
import type { TargetParts } from "./target-parts.ts";
import type { Tracked } from "./tracked.ts";

const maxProblems = 1000;

/** Hashes every file of a release and looks for ones that do not belong to it. */
export async function verify(
  parts: TargetParts,
  request: VerifyRequest,
  { signal }: Tracked,
  onProgress: ProgressListener | undefined,
): Promise<{ readonly problems: readonly ReleaseProblem[] }> {
  const { fileSystem, name: target } = parts;
  const { siteId, release } = request;
  const layout = siteLayout(parts.root, siteId);
  if (!isReleaseId(release)) throw invalidInput("release", "it is not the name of a release");
  const directory = `${layout.releases}/${release}`;
  const stored = readStoredManifest(fileSystem, layout, release, target);
  if (stored === undefined || fileSystem.lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw hostingError("RELEASE_NOT_FOUND", `${target} has no release ${release} of ${siteId}.`, {
      target,
      siteId,
      release,
    });
  }

  const { manifest = stored } = request;
  const slices = timeSlices(signal);
  const problems: ReleaseProblem[] = [];
  const total = manifest.files.length;
  let done = 0;
  for (const file of manifest.files) {
    if (slices.over()) {
      onProgress?.({ step: "verify", done, total, unit: "files" });
      await slices.next();
    }
    const path = `${directory}/${file.path}`;
    const sha256 = await hashFile(parts, path, signal);
    done += 1;
    if (sha256 === file.sha256) continue;
    const there = unless(["ENOTDIR"], () => fileSystem.lstatSync(path, { throwIfNoEntry: false })) !== undefined;
    problems.push({ path: file.path, problem: there ? "changed" : "missing" });
    if (problems.length >= maxProblems) break;
  }
  onProgress?.({ step: "verify", done, total, unit: "files" });
  const expected = new Set(manifest.files.map((file) => file.path));
  await findUnexpected(parts, directory, "", expected, problems, slices);
  if (problems.some(({ problem }) => problem === "changed")) {
    // Later releases must not take damaged files over by link, also when size and time were made to look right.
    const { damaged } = layout;
    makeDirectory(fileSystem, damaged, 0o755);
    unless(["EEXIST"], () => fileSystem.closeSync(fileSystem.openSync(`${damaged}/${release}`, "wx", 0o644)));
  }
  return { problems };
}

/** Everything that is neither a file of the manifest nor a directory. */
async function findUnexpected(
  parts: TargetParts,
  directory: string,
  prefix: string,
  expected: ReadonlySet<string>,
  problems: ReleaseProblem[],
  slices: TimeSlices,
): Promise<void> {
  for (const entry of parts.fileSystem.readdirSync(directory, { withFileTypes: true })) {
    if (problems.length >= maxProblems) return;
    if (slices.over()) await slices.next();
    const path = prefix + entry.name;
    if (entry.isDirectory())
      await findUnexpected(parts, `${directory}/${entry.name}`, `${path}/`, expected, problems, slices);
    else if (!expected.has(path)) problems.push({ path, problem: "unexpected" });
  }
}

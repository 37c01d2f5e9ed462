import type { ReleaseManifest, ReleaseProblem } from "@hostelry/core/adapter";
import { sha256Of } from "./stage-release.ts";
import type { HeldRelease } from "./target-state.ts";

const maximumProblems = 1000;

/** What differs between a release's files and a manifest. */
export function compareRelease(
  { files }: Pick<HeldRelease, "files">,
  manifest: ReleaseManifest,
): readonly ReleaseProblem[] {
  const problems: ReleaseProblem[] = [];
  for (const file of manifest.files) {
    const bytes = files.get(file.path);
    if (bytes === undefined) problems.push({ path: file.path, problem: "missing" });
    else if (sha256Of(bytes) !== file.sha256) problems.push({ path: file.path, problem: "changed" });
  }
  const expected = new Set(manifest.files.map((file) => file.path));
  for (const path of files.keys()) {
    if (!expected.has(path)) problems.push({ path, problem: "unexpected" });
  }
  return problems.slice(0, maximumProblems);
}

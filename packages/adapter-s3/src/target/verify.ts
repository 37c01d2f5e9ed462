import type { ProgressListener, ReleaseManifest, ReleaseProblem, VerifyRequest } from "@hostelry/core/adapter";
import { sideBySide } from "../blob/side-by-side.ts";
import { noteInSite } from "./change-site.ts";
import { hashFile } from "./hash-file.ts";
import { listPages } from "./list-objects.ts";
import { hashObject } from "./read-object.ts";
import type { StoredRelease } from "./release-record.ts";
import { assertRelease, releaseNotFound } from "./request-checks.ts";
import { requestsAtOnce } from "./requests-at-once.ts";
import { readDocument } from "./site-pointer.ts";
import { storedRelease } from "./stored-release.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";
import { treeObjects } from "./tree/tree-objects.ts";

const maxProblems = 1000;

type Note = (path: string, problem: ReleaseProblem["problem"]) => void;

/** Reads everything that a release consists of, and looks for what does not belong to it. */
export async function verify(
  parts: TargetParts,
  call: SiteCall,
  request: VerifyRequest,
  onProgress: ProgressListener | undefined,
): Promise<{ readonly problems: readonly ReleaseProblem[] }> {
  const { release } = request;
  assertRelease("release", release);
  const { keys, signal, siteId } = call;
  const registered = (await readDocument(parts, call)).releases.get(release);
  if (registered === undefined) throw releaseNotFound(parts.name, siteId, release);
  const stored = await storedRelease(parts, keys.stages, [release, registered], signal);
  const { manifest = stored.manifest } = request;
  const problems = new Map<string, ReleaseProblem>();
  const note: Note = (path, problem) => {
    if (problems.size < maxProblems && !problems.has(path)) problems.set(path, { path, problem });
  };
  await verifyFiles(parts, call, { stored, manifest, note, onProgress });
  await verifyTree(parts, call, stored, manifest, note);
  const own = keys.stage(registered.record.split("/", 1)[0] ?? "");
  for await (const { objects } of listPages(parts.bucket, own, { signal })) {
    for (const { key } of objects) {
      const path = key.slice(own.length);
      if (!/^(?:blobs\/[0-9a-f]{64}|release-[0-9]+\.json)$/.test(path)) note(path, "unexpected");
    }
  }
  return { problems: [...problems.values()] };
}

interface Looking {
  readonly stored: StoredRelease;
  /** What ought to be there. */
  readonly manifest: ReleaseManifest;
  readonly note: Note;
  readonly onProgress: ProgressListener | undefined;
}

/** Compares what is served under each path. */
async function verifyFiles(
  parts: TargetParts,
  call: SiteCall,
  { stored, manifest, note, onProgress }: Looking,
): Promise<void> {
  const shown = new Map(stored.manifest.files.map((file) => [file.path, file]));
  const damaged: string[] = [];
  const total = manifest.files.length;
  let done = 0;
  await sideBySide(manifest.files, requestsAtOnce, async ({ path, sha256 }) => {
    call.signal?.throwIfAborted();
    const file = shown.get(path);
    const actual = file === undefined ? undefined : await hashFile(parts, call, stored, file);
    if (actual === undefined) note(path, "missing");
    else if (actual !== sha256) note(path, "changed");
    const place = file === undefined ? undefined : stored.places.get(file.sha256);
    if (file !== undefined && place !== undefined && actual !== undefined && actual !== file.sha256)
      damaged.push(`${place.stage}/${file.sha256}`);
    done += 1;
    onProgress?.({ step: "verify", done, total, unit: "files" });
  });
  const expected = new Set(manifest.files.map(({ path }) => path));
  for (const path of shown.keys()) if (!expected.has(path)) note(path, "unexpected");
  if (damaged.length === 0) return;
  await noteInSite(parts, call, (document) => {
    const all = new Set([...document.damaged, ...damaged.slice(0, maxProblems)]);
    const known = all.size === document.damaged.size;
    return known ? { value: undefined } : { value: undefined, next: { ...document, damaged: all } };
  });
}

/** The tree is what visitors of the store get: every object of it is read, too. */
async function verifyTree(
  parts: TargetParts,
  { signal }: SiteCall,
  { tree }: StoredRelease,
  manifest: ReleaseManifest,
  note: Note,
): Promise<void> {
  if (tree === undefined) return;
  const expected = new Map(treeObjects(manifest, tree).map(({ path, file }) => [path, file]));
  const there = new Set<string>();
  for await (const { objects } of listPages(parts.bucket, tree.root, { signal })) {
    for (const { key } of objects) there.add(key.slice(tree.root.length));
  }
  for (const path of there) if (!expected.has(path)) note(path, "unexpected");
  await sideBySide(expected, requestsAtOnce, async ([path, file]) => {
    if (!there.has(path)) note(path, "missing");
    else if (file !== undefined && (await hashObject(parts.bucket, tree.root + path, signal)) !== file.sha256)
      note(path, "changed");
  });
}

import type { ProbeOutcome, ProbeSample, SiteId, SlotName } from "@hostelry/core/adapter";
import { isReleasePath } from "@hostelry/core/adapter";
import { openForReading, readChunks } from "../file-system/read-file.ts";
import { unless } from "../file-system/system-error.ts";
import { timeSlices } from "../file-system/time-slices.ts";
import { pour } from "../file-system/write-file.ts";
import { readPointer } from "../site/pointer.ts";
import { invalidInput, pointerPlace, siteLayout } from "../site/site-layout.ts";
import type { TargetParts } from "./target-parts.ts";
import type { Tracked } from "./tracked.ts";

/** Reads samples behind a slot. The pointer is read once, so all are of one release. */
export async function probe(
  parts: TargetParts,
  request: { readonly siteId: SiteId; readonly slot: SlotName; readonly samples: readonly ProbeSample[] },
  { signal }: Tracked,
): Promise<ProbeOutcome> {
  const layout = siteLayout(parts.root, request.siteId);
  const served = readPointer(parts.fileSystem, pointerPlace(layout, request.slot), parts.name);
  const slices = timeSlices(signal);
  const mismatches: string[] = [];
  for (const { path, sha256 } of request.samples) {
    if (!isReleasePath(path)) throw invalidInput("samples", `${JSON.stringify(path)} is not a relative path`);
    if (slices.over()) await slices.next();
    const actual = served === null ? undefined : await hashFile(parts, `${layout.releases}/${served}/${path}`, signal);
    if (actual !== sha256) mismatches.push(path);
  }
  return { served, mismatches };
}

/** The SHA-256 of a plain file; `undefined` when there is none. */
export async function hashFile(
  parts: TargetParts,
  path: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { fileSystem } = parts;
  // ELOOP: there is a link, which O_NOFOLLOW refuses. ENXIO: a socket.
  const fd = unless(["ENOENT", "ENOTDIR", "ELOOP", "ENXIO"], () => openForReading(fileSystem, path));
  if (fd === undefined) return undefined;
  try {
    const facts = fileSystem.fstatSync(fd);
    if (!facts.isFile()) return undefined;
    return (await pour(fileSystem, readChunks(fileSystem, fd, 0, facts.size, signal), undefined)).sha256;
  } finally {
    fileSystem.closeSync(fd);
  }
}

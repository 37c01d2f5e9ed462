import { hasCode, isReleasePath, type ProbeOutcome, type ProbeSample, type SlotName } from "@hostelry/core/adapter";
import { sideBySide } from "../blob/side-by-side.ts";
import { hashFile } from "./hash-file.ts";
import { hashObject } from "./read-object.ts";
import { assertSlot, invalidInput } from "./request-checks.ts";
import { requestsAtOnce } from "./requests-at-once.ts";
import type { SiteDocument } from "./site-document.ts";
import { readDocument } from "./site-pointer.ts";
import { storedRelease } from "./stored-release.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";

/** What to look at, through which slot. */
export interface ProbeRequest {
  readonly slot: SlotName;
  readonly samples: readonly ProbeSample[];
}

/** Reads samples behind a slot. The pointer is read once, so all are of one release. */
export async function probe(parts: TargetParts, call: SiteCall, request: ProbeRequest): Promise<ProbeOutcome> {
  assertSlot(request.slot);
  for (const { path } of request.samples) {
    if (!isReleasePath(path)) throw invalidInput("samples", `${JSON.stringify(path)} is not a relative path`);
  }
  return probeDocument(parts, call, await readDocument(parts, call), request);
}

/** Reads samples behind a slot of one version of the pointer. */
export async function probeDocument(
  parts: TargetParts,
  call: SiteCall,
  { slots, releases }: SiteDocument,
  { slot, samples }: ProbeRequest,
): Promise<ProbeOutcome> {
  const served = slots.get(slot)?.release ?? null;
  const registered = served === null ? undefined : releases.get(served);
  if (served === null || registered === undefined) return { served, mismatches: samples.map(({ path }) => path) };
  const differs = new Set<string>();
  try {
    const stored = await storedRelease(parts, call.keys.stages, [served, registered], call.signal);
    const files = new Map(stored.manifest.files.map((file) => [file.path, file]));
    await sideBySide(samples, requestsAtOnce, async ({ path, sha256 }) => {
      const file = files.get(path);
      const actual = file === undefined ? undefined : await hashFile(parts, call, stored, file);
      if (actual !== sha256) differs.add(path);
      // Visitors of the store itself get what is in the tree.
      if (stored.tree === undefined || file === undefined || file.coding !== undefined) return;
      if ((await hashObject(parts.bucket, stored.tree.root + path, call.signal)) !== sha256) differs.add(path);
    });
  } catch (cause) {
    // Without its record a release shows nothing.
    if (!hasCode(cause, "RELEASE_CORRUPT")) throw cause;
    for (const { path } of samples) differs.add(path);
  }
  return { served, mismatches: samples.map(({ path }) => path).filter((path) => differs.has(path)) };
}

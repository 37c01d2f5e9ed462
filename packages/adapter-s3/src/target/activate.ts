import { type ActivateOutcome, type ActivateRequest, isHostingError, isReleasePath } from "@hostelry/core/adapter";
import { changeSite } from "./change-site.ts";
import { foldersOf, observationOf } from "./observe.ts";
import { probeDocument } from "./probe.ts";
import { assertRelease, assertSlot, releaseNotFound } from "./request-checks.ts";
import type { ShownRelease, SiteDocument } from "./site-document.ts";
import { readDocument } from "./site-pointer.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";

/** Points a slot to a release, or to nothing: one conditional write. */
export async function activate(parts: TargetParts, call: SiteCall, request: ActivateRequest): Promise<ActivateOutcome> {
  const { siteId, slot, release, fencingToken } = request;
  assertSlot(slot);
  if (release !== null) assertRelease("release", release);
  const { value, document: written } = await changeSite(parts, call, fencingToken, (document) => {
    const shown = document.slots.get(slot);
    const previous = shown?.release ?? null;
    const value: ActivateOutcome = { previous, changed: previous !== release };
    const slots = new Map(document.slots);
    if (release === null) {
      return slots.delete(slot) ? { value, next: { ...document, slots } } : { value };
    }
    if (!document.releases.has(release)) throw releaseNotFound(parts.name, siteId, release);
    // A guard that is there stays when none is given: a preview is never shown without.
    const guard = slot === "live" ? undefined : (request.guard ?? shown?.guard);
    const next: ShownRelease = guard === undefined ? { release } : { release, guard };
    if (shown !== undefined && isSame(shown, next)) return { value };
    return { value, next: { ...document, slots: slots.set(slot, next) } };
  });
  return { ...value, ...(await lookAround(parts, call, written, request)) };
}

/**
 * What a visitor gets after the flip, and what there is: all of it asked for together, which spares whoever flips a few ways
 * there and back. A look that fails fails nothing.
 */
async function lookAround(
  parts: TargetParts,
  call: SiteCall,
  written: SiteDocument,
  { slot, release, samples }: ActivateRequest,
): Promise<Pick<ActivateOutcome, "observed" | "probe">> {
  if (samples === undefined) return {};
  try {
    const request = { slot, samples: samples.filter(({ path }) => isReleasePath(path)) };
    if (request.samples.length < samples.length) return {};
    const [probe, folders] = await Promise.all([probeDocument(parts, call, written, request), foldersOf(parts, call)]);
    const now = await readDocument(parts, call);
    const observed = observationOf(call, now, folders);
    // Flipped again meanwhile: then the samples say nothing of what is served.
    return (now.slots.get(slot)?.release ?? null) === release ? { probe, observed } : { observed };
  } catch (cause) {
    if (isHostingError(cause) || call.signal?.aborted === true) return {};
    throw cause;
  }
}

function isSame(left: ShownRelease, right: ShownRelease): boolean {
  return (
    left.release === right.release &&
    left.guard?.tokenHash === right.guard?.tokenHash &&
    left.guard?.expiresAt.getTime() === right.guard?.expiresAt.getTime()
  );
}

import { type ActivateOutcome, type ActivateRequest, hostingError, isReleaseId } from "@hostelry/core/adapter";
import { readPointer } from "../site/pointer.ts";
import { guardPath, invalidInput, manifestPath, pointerPlace, siteLayout } from "../site/site-layout.ts";
import { encodeGuard, readGuard } from "../site/stored-guard.ts";
import { takeFence } from "./fence.ts";
import { fencedChanges } from "./fenced-change.ts";
import { writeJournal } from "./journal.ts";
import type { TargetParts } from "./target-parts.ts";
import type { Tracked } from "./tracked.ts";

/** Points a slot to a release, or to nothing. */
export async function activate(
  parts: TargetParts,
  request: ActivateRequest,
  tracked: Tracked,
): Promise<ActivateOutcome> {
  const { fileSystem, durability, name: target } = parts;
  const { siteId, slot, release, fencingToken, guard } = request;
  const layout = siteLayout(parts.root, siteId);
  const place = pointerPlace(layout, slot);
  if (release !== null && !isReleaseId(release)) throw invalidInput("release", "it is not the name of a release");
  if (release !== null && fileSystem.lstatSync(layout.own, { throwIfNoEntry: false }) === undefined) throw notFound();

  const fence = takeFence(parts, layout, siteId, fencingToken);
  const changes = fencedChanges(parts, layout, fence);
  // Looked at under the fence: from here on nobody with a lower token takes it away.
  if (release !== null && !isStaged(release)) throw notFound();
  const previous = readPointer(fileSystem, place, target);
  const touched = new Set([...fence.madeIn, place.directory]);

  if (release !== null && slot !== "live" && guard !== undefined) {
    const stored = readGuard(fileSystem, layout, slot)?.guard;
    if (stored?.tokenHash !== guard.tokenHash || stored.expiresAt.getTime() !== guard.expiresAt.getTime()) {
      // Before the pointer: a preview is never shown without its guard.
      changes.putFile(encodeGuard({ guard, fencingToken }), guardPath(layout, slot));
    }
    touched.add(layout.guards);
  }
  if (previous !== release) {
    writeJournal(fileSystem, layout, fencingToken, { change: "slot", slot, from: previous, to: release });
    tracked.signal?.throwIfAborted();
    if (release === null) changes.remove(place.path);
    else changes.putLink(place.linkTo(release), place.path);
    tracked.state = "changed";
    readBack();
  }
  if (release === null && slot !== "live") {
    changes.remove(guardPath(layout, slot));
    touched.add(layout.guards);
  }
  // Also when nothing changed: whoever changed it may have died before this.
  await durability.flush([...touched]);
  return { previous, changed: previous !== release };

  function readBack(): void {
    if (readPointer(fileSystem, place, target) === release) return;
    fence.check();
    throw new Error(`${place.path} was changed by somebody who does not use this adapter`);
  }

  function isStaged(name: string & typeof release): boolean {
    const directory = fileSystem.lstatSync(`${layout.releases}/${name}`, { throwIfNoEntry: false });
    const manifest =
      name === null ? undefined : fileSystem.lstatSync(manifestPath(layout, name), { throwIfNoEntry: false });
    return directory?.isDirectory() === true && manifest?.isFile() === true;
  }

  function notFound(): ReturnType<typeof hostingError<"RELEASE_NOT_FOUND">> {
    const name = String(release);
    return hostingError("RELEASE_NOT_FOUND", `${target} has no release ${name} of ${siteId}.`, {
      target,
      siteId,
      release: name,
    });
  }
}

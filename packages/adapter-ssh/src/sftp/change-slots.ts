import {
  type ActivateOutcome,
  type ActivateRequest,
  type FencedRequest,
  isReleaseId,
  type ServingState,
  servingStates,
  unwrap,
} from "@hostelry/core/adapter";
import type { Tracked } from "../edge/edge-parts.ts";
import { assertGuard, invalidInput } from "../edge/layout/request-checks.ts";
import {
  enter,
  layoutInvalid,
  pointerOf,
  readPointer,
  readReleases,
  releaseNotFound,
  type SftpParts,
  type SftpSite,
} from "./sftp-site.ts";
import { readWhole } from "./stored-release.ts";

/** Points a slot to a release, or to nothing: a link of its own name, renamed over the pointer. */
export async function activate(
  parts: SftpParts,
  site: SftpSite,
  request: ActivateRequest,
  tracked: Tracked,
): Promise<ActivateOutcome> {
  const { slot, release, fencingToken, guard } = request;
  const { files, signal } = site;
  const pointer = pointerOf(site, slot);
  if (release !== null && !isReleaseId(release)) throw invalidInput("release", "it is not the name of a release");
  if (guard !== undefined) assertGuard(guard);
  if (release !== null && !(await readReleases(site)).whole.includes(release))
    throw releaseNotFound(parts, site, release);
  await enter(parts, site, fencingToken);
  const previous = await readPointer(parts, site, pointer);
  const guardPath = `${site.own}/previews/${slot.slice("preview/".length)}.json`;

  if (release !== null && slot !== "live" && guard !== undefined) {
    const { tokenHash, expiresAt } = guard;
    const text = JSON.stringify({ version: 1, tokenHash, expiresAt: expiresAt.toISOString(), fencingToken });
    const bytes = new TextEncoder().encode(text);
    // Before the pointer: a preview is never shown without its guard.
    const stored = await readWhole(site, guardPath);
    if (stored === undefined || !Buffer.from(stored).equals(bytes))
      await put(parts, site, fencingToken, bytes, guardPath);
  }
  if (previous !== release) {
    signal?.throwIfAborted();
    tracked.state = "unknown";
    if (release === null) {
      await unwrap(files.removeFile(pointer.path));
    } else {
      const pending = `${site.own}/pending/${site.newName(fencingToken)}.link`;
      await unwrap(files.symbolicLink(pending, pointer.linkTo(release)));
      await unwrap(files.rename(pending, pointer.path));
    }
    tracked.state = "changed";
    if ((await readPointer(parts, site, pointer)) !== release)
      throw layoutInvalid(parts, pointer.path, "it is being changed by somebody else");
  }
  if (release === null && slot !== "live") await unwrap(files.removeFile(guardPath));
  if (parts.flushes) await unwrap(files.flush(pointer.path.slice(0, pointer.path.lastIndexOf("/"))));
  return { previous, changed: previous !== release };
}

/** Sets and takes away markers. The new one is set before the old one goes, so visitors never get past in between. */
export async function setServingState(
  parts: SftpParts,
  site: SftpSite,
  request: FencedRequest & { readonly state: ServingState },
  tracked: Tracked,
): Promise<{ readonly changed: boolean }> {
  const { fencingToken, state } = request;
  const { files, signal } = site;
  if (!servingStates.includes(state)) throw invalidInput("state", `it must be one of ${servingStates.join(", ")}`);
  await enter(parts, site, fencingToken);
  const before = await readState(site);
  signal?.throwIfAborted();
  tracked.state = "unknown";
  if (state !== "live" && before !== state)
    await put(parts, site, fencingToken, new Uint8Array(), `${site.root}/${state}`);
  for (const marker of ["maintenance", "suspended"] as const) {
    if (marker !== state) await unwrap(files.removeFile(`${site.root}/${marker}`));
  }
  tracked.state = "changed";
  return { changed: before !== state };
}

/** The state that the markers say; both set means suspended. */
export async function readState(site: SftpSite): Promise<ServingState> {
  for (const state of ["suspended", "maintenance"] as const) {
    const facts = await unwrap(site.files.look(`${site.root}/${state}`, { signal: site.signal }));
    if (facts?.kind === "file") return state;
  }
  return "live";
}

async function put(parts: SftpParts, site: SftpSite, token: number, bytes: Uint8Array, path: string): Promise<void> {
  const { files, signal } = site;
  const pending = `${site.own}/pending/${site.newName(token)}.file`;
  await unwrap(files.write(pending, bytes, { signal, exclusive: true, durable: parts.flushes }));
  await unwrap(files.rename(pending, path));
}

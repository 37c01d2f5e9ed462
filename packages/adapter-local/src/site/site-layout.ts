import { hostingError, isPathSafeId, type ReleaseId, type SlotName } from "@hostelry/core/adapter";

/** Where a site's things are below a target's root. Every path is absolute. */
export interface SiteLayout {
  /** `sites/<siteId>`. */
  readonly root: string;
  /** `releases/`: whole releases only; what is in the making is elsewhere. */
  readonly releases: string;
  /** `previews/`: one link for each open preview. */
  readonly previews: string;
  /** `current`: the link that a web server's document root names. */
  readonly current: string;
  readonly maintenance: string;
  readonly suspended: string;
  /** `.hostelry/`: nothing in it is for visitors. */
  readonly own: string;
  /** `.hostelry/fence/<token>`: the highest one rules. */
  readonly fence: string;
  /** `.hostelry/pending/<token>-<nonce>`: changes that are prepared and not made. */
  readonly pending: string;
  /** `.hostelry/staging/<token>-<nonce>/`: releases in the making. */
  readonly staging: string;
  /** `.hostelry/trash/`: out of everybody's way, being deleted. */
  readonly trash: string;
  /** `.hostelry/manifests/<release>.json`. */
  readonly manifests: string;
  /** `.hostelry/previews/<previewId>.json`: what guards a preview. */
  readonly guards: string;
  /** `.hostelry/damaged/<release>`: `verify` found other bytes there; nothing is linked from it any more. */
  readonly damaged: string;
  /** `.hostelry/journal`: one line of JSON before each change. */
  readonly journal: string;
}

/** The layout of a site; throws `INVALID_INPUT` for an id that is no file name. */
export function siteLayout(targetRoot: string, siteId: string): SiteLayout {
  if (!isPathSafeId(siteId)) throw invalidInput("siteId", "it must be letters, digits, hyphens and underscores");
  const root = `${targetRoot}/sites/${siteId}`;
  const own = `${root}/.hostelry`;
  return {
    root,
    releases: `${root}/releases`,
    previews: `${root}/previews`,
    current: `${root}/current`,
    maintenance: `${root}/maintenance`,
    suspended: `${root}/suspended`,
    own,
    fence: `${own}/fence`,
    pending: `${own}/pending`,
    staging: `${own}/staging`,
    trash: `${own}/trash`,
    manifests: `${own}/manifests`,
    guards: `${own}/previews`,
    damaged: `${own}/damaged`,
    journal: `${own}/journal`,
  };
}

/** The directories that a site consists of. */
export function siteDirectories(layout: SiteLayout): readonly string[] {
  const { releases, previews, fence, pending, staging, trash, manifests, guards } = layout;
  return [releases, previews, fence, pending, staging, trash, manifests, guards];
}

/** Where a slot's pointer is, and what its link says for a release: relative, right in its final place. */
export interface PointerPlace {
  readonly path: string;
  readonly directory: string;
  linkTo(release: ReleaseId): string;
}

/** The pointer of a slot; throws `INVALID_INPUT` for a preview whose id is no file name. */
export function pointerPlace(layout: SiteLayout, slot: SlotName): PointerPlace {
  if (slot === "live") {
    return { path: layout.current, directory: layout.root, linkTo: (release) => `releases/${release}` };
  }
  const id = slot.slice("preview/".length);
  if (!slot.startsWith("preview/") || !isPathSafeId(id)) throw invalidInput("slot", "it must be live or preview/<id>");
  return {
    path: `${layout.previews}/${id}`,
    directory: layout.previews,
    linkTo: (release) => `../releases/${release}`,
  };
}

/** What guards a preview. */
export function guardPath(layout: SiteLayout, slot: SlotName): string {
  return `${layout.guards}/${slot.slice("preview/".length)}.json`;
}

/** The stored manifest of a release. */
export function manifestPath(layout: SiteLayout, release: ReleaseId): string {
  return `${layout.manifests}/${release}.json`;
}

/** The error for a caller's field. */
export function invalidInput(field: string, problem: string): ReturnType<typeof hostingError<"INVALID_INPUT">> {
  return hostingError("INVALID_INPUT", `${field} can't be used: ${problem}.`, { field, problem });
}

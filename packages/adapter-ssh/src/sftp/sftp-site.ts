import { randomBytes } from "node:crypto";
import {
  hasCode,
  hostingError,
  isReleaseId,
  publicationOfRelease,
  type ReleaseId,
  type SiteId,
  type SlotName,
  type TransportFiles,
  unwrap,
} from "@hostelry/core/adapter";
import { assertSiteId, assertSlot, assertToken } from "../edge/layout/request-checks.ts";

/** One call's view of a site on a machine where nothing can be run. */
export interface SftpSite {
  readonly siteId: SiteId;
  readonly files: TransportFiles;
  /** `sites/<siteId>` below the root; the paths below are below it. */
  readonly root: string;
  readonly releases: string;
  readonly own: string;
  readonly signal: AbortSignal | undefined;
  /** Names in a directory; none when it is not there. */
  names(directory: string): Promise<readonly string[]>;
  /** A name for something in the making; never given twice. */
  newName(token: number): string;
}

/** What every operation works with. */
export interface SftpParts {
  /** The target's name, for errors. */
  readonly name: string;
  readonly files: TransportFiles;
  readonly root: string;
  /** Whether the machine can bring data to its disk when told to. */
  readonly flushes: boolean;
  readonly hardLinks: boolean;
}

/** The directories that a site consists of, parents first. */
const siteFolders = ["releases", "previews", ".hostelry", ".hostelry/fence", ".hostelry/manifests"].concat(
  ["previews", "staging", "pending", "trash"].map((name) => `.hostelry/${name}`),
);

/** A site below a target's root. */
export function sftpSite(parts: SftpParts, siteId: SiteId, signal: AbortSignal | undefined): SftpSite {
  assertSiteId(siteId);
  const { files } = parts;
  const root = `${parts.root}/sites/${siteId}`;
  return {
    siteId,
    files,
    root,
    releases: `${root}/releases`,
    own: `${root}/.hostelry`,
    signal,
    names: async (directory) => {
      const listed = await files.list(directory, { signal });
      if (listed.isOk()) return listed.value.map(({ name }) => name);
      if (hasCode(listed.error, "REMOTE_FILE_NOT_FOUND")) return [];
      throw listed.error;
    },
    newName: (token) => `${token}-${randomBytes(8).toString("hex")}`,
  };
}

/** The highest token that was left at the site; 0 when none was. */
export async function highestToken(site: SftpSite): Promise<number> {
  const tokens = (await site.names(`${site.own}/fence`)).filter((name) => /^[1-9][0-9]{0,15}$/.test(name));
  return Math.max(0, ...tokens.map(Number));
}

/**
 * Leaves the token and refuses one that is lower than the highest. A courtesy, no fence: between this look and the change a
 * later publisher may come, and nothing on the machine compares again. The lease alone keeps two apart.
 */
export async function enter(parts: SftpParts, site: SftpSite, token: number): Promise<void> {
  assertToken(token);
  const { files, signal } = site;
  const current = await highestToken(site);
  if (current > token) {
    const sentence = `${parts.name} has seen publication ${current} of ${site.siteId}; ${token} comes too late.`;
    throw hostingError("FENCED", sentence, { target: parts.name, siteId: site.siteId, offered: token, current });
  }
  if (current === token) return;
  await makeFolders(parts, site);
  await unwrap(files.write(`${site.own}/fence/${token}`, new Uint8Array(), { signal }));
  if (current > 0) await unwrap(files.removeFile(`${site.own}/fence/${current}`, { signal }));
}

async function makeFolders(parts: SftpParts, site: SftpSite): Promise<void> {
  const { files, signal } = site;
  for (const path of [parts.root, `${parts.root}/sites`, site.root])
    await unwrap(files.makeDirectory(path, { signal }));
  for (const folder of siteFolders) await unwrap(files.makeDirectory(`${site.root}/${folder}`, { signal }));
}

/** Where a slot's pointer is, and what it says for a release. */
export interface SftpPointer {
  readonly path: string;
  linkTo(release: ReleaseId): string;
}

/** The pointer of a slot. */
export function pointerOf(site: SftpSite, slot: SlotName): SftpPointer {
  assertSlot(slot);
  if (slot === "live") return { path: `${site.root}/current`, linkTo: (release) => `releases/${release}` };
  return {
    path: `${site.root}/previews/${slot.slice("preview/".length)}`,
    linkTo: (release) => `../releases/${release}`,
  };
}

/** What a pointer shows; `null`: nothing. Anything there that is not ours is `TARGET_LAYOUT_INVALID`. */
export async function readPointer(
  parts: SftpParts,
  site: SftpSite,
  { path, linkTo }: SftpPointer,
): Promise<ReleaseId | null> {
  const { files, signal } = site;
  const facts = await unwrap(files.look(path, { signal }));
  if (facts === null) return null;
  if (facts.kind !== "link") throw layoutInvalid(parts, path, "there is something that is not a link");
  const text = await unwrap(files.readLink(path, { signal }));
  const release = text.slice(text.lastIndexOf("/") + 1);
  if (isReleaseId(release) && linkTo(release) === text) return release;
  throw layoutInvalid(parts, path, "there is a link that points elsewhere");
}

/** Every slot that is not empty, and what it shows. */
export async function readSlots(parts: SftpParts, site: SftpSite): Promise<ReadonlyMap<SlotName, ReleaseId>> {
  const previews = (await site.names(`${site.root}/previews`)).filter((name) => /^[A-Za-z0-9][\w-]*$/.test(name));
  const slots = new Map<SlotName, ReleaseId>();
  for (const slot of ["live", ...previews.map((name): SlotName => `preview/${name}`)] as const) {
    const release = await readPointer(parts, site, pointerOf(site, slot));
    if (release !== null) slots.set(slot, release);
  }
  return slots;
}

/** Whole releases, the oldest publication first, and what is a part of one. */
export async function readReleases(site: SftpSite): Promise<{ whole: readonly ReleaseId[]; parts: readonly string[] }> {
  // Directories before manifests: a manifest is there before its release, so a whole one is never called a part.
  const folders = (await site.names(site.releases)).filter(isReleaseId);
  const manifests = (await site.names(`${site.own}/manifests`)).map((name) => name.replace(/\.json$/, ""));
  const [hasFolder, hasManifest] = [new Set<string>(folders), new Set(manifests)];
  return {
    whole: folders
      .filter((release) => hasManifest.has(release))
      .sort((left, right) => publicationOfRelease(left) - publicationOfRelease(right)),
    parts: [
      ...folders.filter((release) => !hasManifest.has(release)).map((release) => `releases/${release}`),
      ...manifests.filter((release) => !hasFolder.has(release)).map((name) => `.hostelry/manifests/${name}.json`),
    ],
  };
}

/** The error for something in a place of ours that we did not make. */
export function layoutInvalid(parts: SftpParts, path: string, problem: string): unknown {
  const details = { target: parts.name, path, problem };
  return hostingError("TARGET_LAYOUT_INVALID", `${path} can't be used: ${problem}.`, details);
}

/** The error for a release that is not there. */
export function releaseNotFound(parts: SftpParts, site: SftpSite, release: string): unknown {
  const { siteId } = site;
  const details = { target: parts.name, siteId, release };
  return hostingError("RELEASE_NOT_FOUND", `${parts.name} has no release ${release} of ${siteId}.`, details);
}

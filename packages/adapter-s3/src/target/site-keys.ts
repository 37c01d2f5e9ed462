import { isPathSafeId, type SiteId } from "@hostelry/core/adapter";
import { invalidInput } from "./request-checks.ts";

/** Names of a site's objects. */
export interface SiteKeys {
  /** The one object that changes: what is shown, what is whole, and who came last. */
  readonly pointer: string;
  /** Everything that stagings have written, a folder for each. */
  readonly stages: string;
  /** Releases as trees of paths, a folder for each; for stores that serve by themselves. */
  readonly trees: string;
  /** What one staging has written. */
  stage(stageId: string): string;
  blob(stageId: string, sha256: string): string;
  tree(stageId: string): string;
}

/** Where a site's objects are. Throws `INVALID_INPUT` for an id that can't be a part of a key. */
export function siteKeys(prefix: string, siteId: SiteId): SiteKeys {
  if (!isPathSafeId(siteId)) throw invalidInput("siteId", "it must be letters, digits, hyphens and underscores");
  const root = `${prefix}sites/${siteId}/`;
  const trees = `${prefix}www/${siteId}/`;
  return {
    pointer: `${root}site.json`,
    stages: `${root}stages/`,
    trees,
    stage: (stageId) => `${root}stages/${stageId}/`,
    blob: (stageId, sha256) => `${root}stages/${stageId}/blobs/${sha256}`,
    tree: (stageId) => `${trees}${stageId}/`,
  };
}

/** A staging's name: its fencing token, and something that never comes again. So what is deleted stays deleted. */
const stageIdPattern = /^([1-9][0-9]{0,15})-[0-9a-f]{16}$/;

/** Whether a name is a staging's. */
export function isStageId(name: string): boolean {
  return stageIdPattern.test(name);
}

/** The fencing token in a staging's name; of a name that is not ours, none is lower. */
export function tokenOfStage(stageId: string): number {
  const token = stageIdPattern.exec(stageId)?.[1];
  return token === undefined ? Number.POSITIVE_INFINITY : Number(token);
}

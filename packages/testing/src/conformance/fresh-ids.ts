import { randomBytes } from "node:crypto";
import type { PreviewId, RevisionId, SiteId } from "@hostelry/core/adapter";

/** Ids are new in every case, so that cases may share a database and still not meet. */
export function freshSiteId(): SiteId {
  return `site-${twentyCharacters()}` as SiteId;
}

/** A new revision's id. */
export function freshRevisionId(): RevisionId {
  return `rev-${twentyCharacters()}` as RevisionId;
}

/** A new preview's id. */
export function freshPreviewId(): PreviewId {
  return `preview-${twentyCharacters()}` as PreviewId;
}

/** 64 lower-case hex digits that nothing has hashed to. */
export function freshHash(): string {
  return randomBytes(32).toString("hex");
}

function twentyCharacters(): string {
  return randomBytes(10).toString("hex");
}

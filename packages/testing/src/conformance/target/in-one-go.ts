import assert from "node:assert/strict";
import {
  type BlobStore,
  okAsync,
  type SiteId,
  type StageAndActivateOptions,
  type StageAndActivateRequest,
  type Target,
} from "@hostelry/core/adapter";
import { assertSame } from "../expectation.ts";
import { type Content, type Files, smallSite } from "./content.ts";
import type { TargetUnderTest } from "./target-harness.ts";

/** {@link smallSite} with another page. */
export const changedSite: Files = { ...smallSite, "index.html": "<h1>two</h1>" };

/** Lays content out and flips the live slot to it, unless told otherwise. */
export function inOneGo(
  subject: Target,
  siteId: SiteId,
  content: Content,
  fencingToken: number,
  more: Partial<StageAndActivateRequest> = {},
  options: StageAndActivateOptions = {},
): ReturnType<NonNullable<Target["stageAndActivate"]>> {
  assert.ok(subject.stageAndActivate !== undefined, "a target that declares stageAndActivate has the method");
  return subject.stageAndActivate({ siteId, fencingToken, slot: "live", ...content, ...more }, options);
}

/** A source of which every blob is the stream that `open` gives. */
export function readerOf(open: () => AsyncIterable<Uint8Array>): Pick<BlobStore, "read"> {
  return { read: () => okAsync(open()) };
}

/** The release is shown, and there is no other. */
export async function assertOnly(
  { readSlot, listReleases }: TargetUnderTest,
  siteId: SiteId,
  { manifest }: Content,
): Promise<void> {
  const seen = [await readSlot(siteId, "live"), await listReleases(siteId)];
  assertSame(seen, [manifest.release, [manifest.release]], "the live release, and all there are");
}

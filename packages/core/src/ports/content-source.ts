import type { HostingErrorOf } from "../errors/index.ts";
import type { PreviewGuard } from "../preview/preview.ts";
import type { ReleaseFile, ReleaseId } from "../publish/release.ts";
import type { SlotName } from "../publish/slot.ts";
import type { ResultAsync } from "../result/index.ts";
import type { SiteRules } from "../routing/site-rules.ts";
import type { ServingState, SiteId } from "../site/site.ts";
import type { BlobRange } from "./blob-store.ts";
import type { AdapterError, CallOptions } from "./call-options.ts";

/** Errors of {@link ContentSource}. */
export type ContentError = AdapterError | HostingErrorOf<"RELEASE_CORRUPT"> | HostingErrorOf<"RELEASE_NOT_FOUND">;

/** One release, held fast: later flips do not change what this view shows. */
export interface ContentView {
  readonly release: ReleaseId;
  /** What the site's `_redirects` and `_headers` said when the release was made; absent: nothing. */
  readonly rules?: SiteRules | undefined;
  /**
   * The file at a path of the manifest (no leading slash), if there is one; also compressed copies, which have a `coding`.
   */
  file(path: string): ReleaseFile | undefined;
  /**
   * Reads a file's bytes, or a part of them, after looking it up with `file`.
   *
   * Absent: a file that the release should have and has not is `RELEASE_CORRUPT`; a release that was pruned meanwhile
   *   is `RELEASE_NOT_FOUND`; a path that `file` does not know is a bug of the caller and throws `TypeError`.
   * Repeated: gives the same bytes.
   * Concurrent: any number; later flips and prunings do not change bytes that are being read.
   * Cancelled: `ABORTED`, or a throw of it out of the iteration; what the reader holds is freed, also on `return()`.
   * Half-way: the iteration throws a {@link ContentError}; a file shorter than the release says is `RELEASE_CORRUPT`.
   * Limits: ranges are read without reading what is before them; bytes are not checked against the hash.
   */
  read(path: string, options?: CallOptions & BlobRange): ResultAsync<AsyncIterable<Uint8Array>, ContentError>;
}

/** What there is to serve for a slot of a site. */
export interface SiteContent {
  readonly servingState: ServingState;
  /** `null` while the slot shows nothing. */
  readonly view: ContentView | null;
  /** Present on a preview's slot. */
  readonly guard?: PreviewGuard | undefined;
}

/** Where a serving process finds published sites, without the control plane: the reading side of a target. */
export interface ContentSource {
  readonly spec: "content-source/1";
  /** For error messages. */
  readonly name: string;

  /**
   * Looks up what a slot shows now.
   *
   * Absent: a site the source does not know is `null`.
   * Repeated: looks again; a flip is seen by the first look that begins after it resolved.
   * Concurrent: any number; the view is of one release, never of two.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: cheap enough to be called for every request; keeping parsed manifests of releases is its own affair.
   */
  look(
    request: { readonly siteId: SiteId; readonly slot: SlotName },
    options?: CallOptions,
  ): ResultAsync<SiteContent | null, ContentError>;

  /**
   * Says what `look` would say, at once, where that needs no waiting. A source that leaves it out is asked with `look`; one
   * that has it is served from without a promise. It helps when the same release gives the same view each time: what is
   * known of a release is kept with its view.
   *
   * Absent: `null`, as `look`; `undefined`: can't be told at once, or failed. Then `look` is asked.
   * Repeated: looks again.
   * Concurrent: as `look`.
   * Cancelled: can't be.
   * Half-way: it only reads, and does not throw.
   * Limits: a few microseconds, for the event loop stands still meanwhile.
   */
  glance?(request: { readonly siteId: SiteId; readonly slot: SlotName }): SiteContent | null | undefined;
}

import type { HostingErrorOf } from "../errors/index.ts";
import type { PreviewGuard } from "../preview/preview.ts";
import type { ReleaseId, ReleaseManifest } from "../publish/release.ts";
import type { SlotName } from "../publish/slot.ts";
import type { ResultAsync } from "../result/index.ts";
import type { ServingState, SiteId } from "../site/site.ts";
import type { BlobStore } from "./blob-store.ts";
import type { AdapterError, CallOptions, WorkOptions } from "./call-options.ts";
import type { TransportError } from "./transport/index.ts";

/** What a target can do; read by core and by the conformance kit, which skips nothing but what is `false` here. */
export interface TargetCapabilities {
  /** It refuses fencing tokens below the highest it has seen, in the very act of changing something. */
  readonly fencing: boolean;
  /** It can show previews beside the live site. */
  readonly previews: boolean;
  /** It enforces maintenance and suspension by itself, also while the control plane is down. */
  readonly servingState: boolean;
  /** It can hash what it holds, so damage and tampering are found by `verify`. */
  readonly verify: boolean;
  /** It has `stageAndActivate`. Left out: it has not. */
  readonly stageAndActivate?: boolean | undefined;
}

/** Every change names its site and its fencing token. */
export interface FencedRequest {
  readonly siteId: SiteId;
  /** The publication's or lease's number. Below the highest one the target has seen for the site: `FENCED`. */
  readonly fencingToken: number;
}

/** What to lay out. */
export interface StageRequest extends FencedRequest {
  readonly manifest: ReleaseManifest;
  /** Where to take missing bytes from. */
  readonly blobs: Pick<BlobStore, "read">;
  /**
   * The release that is live on record, `null` when there is none. A hint: a target that a network lies before may begin
   * with what it differs from, without asking first. It decides by what it finds.
   */
  readonly before?: ReleaseManifest | null | undefined;
}

/** What staging did. */
export interface StageOutcome {
  /** Files whose bytes were sent. */
  readonly sentFiles: number;
  readonly sentBytes: number;
  /** Files that the target had already, in an earlier release, and used again. */
  readonly reusedFiles: number;
  /**
   * For how long after a flip the target's own web server can still show the release before, in seconds; `null`: there is
   * no bound. Left out by a target that does not know.
   */
  readonly staleSeconds?: number | null | undefined;
  /** Sentences for whoever publishes: what visitors may meet here although everything went well. Left out: nothing is known. */
  readonly warnings?: readonly string[] | undefined;
}

/** Which pointer to set. */
export interface ActivateRequest extends FencedRequest {
  readonly slot: SlotName;
  /** A staged release, or `null` to empty the slot. */
  readonly release: ReleaseId | null;
  /** For a preview's slot: what the target needs to guard it. Stored with the pointer. */
  readonly guard?: PreviewGuard | undefined;
  /**
   * Files to look at through the slot in the same call, after the flip. A target that a network lies before spares a
   * round trip by answering `probe`; any other leaves both alone, and is asked with `probe`.
   */
  readonly samples?: readonly ProbeSample[] | undefined;
}

/** What a flip did. */
export interface ActivateOutcome {
  /** What the slot showed before; `null` when it was empty. */
  readonly previous: ReleaseId | null;
  /** `false` when it showed the release already. */
  readonly changed: boolean;
  /** What `probe` would say of `samples` after the flip. Left out without them, and by a target that does not look. */
  readonly probe?: ProbeOutcome | undefined;
  /** What `observe` would say after the flip. Left out without `samples`, and by a target that does not look. */
  readonly observed?: TargetObservation | undefined;
}

/** What to lay out, and the pointer to set to it. */
export interface StageAndActivateRequest extends StageRequest {
  readonly slot: SlotName;
  /** As of {@link ActivateRequest}. */
  readonly guard?: PreviewGuard | undefined;
  /** As of {@link ActivateRequest}. */
  readonly samples?: readonly ProbeSample[] | undefined;
}

/** Options of `stageAndActivate`. */
export interface StageAndActivateOptions extends WorkOptions {
  /**
   * Called once, before the flip is left to the target: until then nothing can be visible, whatever fails or ends; from
   * then on visitors may see the release at any moment. It throws when the call has been given up meanwhile, as its
   * signal says: then there must be no flip.
   */
  readonly onFlip?: (() => void) | undefined;
}

/** What staging did, and what the flip did. */
export interface StageAndActivateOutcome {
  readonly staged: StageOutcome;
  readonly activated: ActivateOutcome;
}

/** What a target shows and holds for a site. */
export interface TargetObservation {
  /** Highest fencing token seen; 0 when none. */
  readonly fence: number;
  /** Slots that are not empty. */
  readonly slots: ReadonlyMap<SlotName, ReleaseId>;
  /** Whole, staged releases, oldest publication first. */
  readonly releases: readonly ReleaseId[];
  readonly servingState: ServingState;
  /** Left-overs of publications that never ended; the next `discard` takes them away. */
  readonly leftovers: number;
}

/** A file to look at through a slot, the way a visitor would. */
export interface ProbeSample {
  readonly path: string;
  readonly sha256: string;
}

/** What a probe saw. */
export interface ProbeOutcome {
  /** The release behind the slot; `null` when it is empty. */
  readonly served: ReleaseId | null;
  /** Samples that were missing or had other bytes. */
  readonly mismatches: readonly string[];
}

/** A difference between a release and its manifest. */
export interface ReleaseProblem {
  readonly path: string;
  readonly problem: "missing" | "changed" | "unexpected";
}

/** Which release to look at, and what it should be. */
export interface VerifyRequest {
  readonly siteId: SiteId;
  readonly release: ReleaseId;
  /**
   * What the release was laid out with, by the caller's record. Default: what the target has stored of it, which whoever
   * changed its files may have changed as well.
   */
  readonly manifest?: ReleaseManifest | undefined;
}

/** Errors of {@link Target}. */
export type TargetError =
  | AdapterError
  | TransportError
  | HostingErrorOf<"BLOB_MISMATCH">
  | HostingErrorOf<"BLOB_NOT_FOUND">
  | HostingErrorOf<"FENCED">
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"RELEASE_CORRUPT">
  | HostingErrorOf<"RELEASE_NOT_FOUND">
  | HostingErrorOf<"TARGET_LAYOUT_INVALID">;

/**
 * A place that serves: a directory, an edge node, a bucket. It holds releases and pointers to them, and knows nothing
 * of revisions, tenants or policy. A method that needs a capability which is `false` answers `INVALID_INPUT`.
 */
export interface Target {
  readonly spec: "target/1";
  /** Unique among a site's targets; for records and messages. */
  readonly name: string;
  readonly capabilities: TargetCapabilities;

  /**
   * Tells what the target shows and holds for a site, by looking.
   *
   * Absent: an unknown site is an observation with nothing in it.
   * Repeated: looks again.
   * Concurrent: each pointer is read at one moment; the observation as a whole is not one moment.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: fails as a whole.
   * Limits: costs grow with the number of releases kept, not with their files.
   */
  observe(siteId: SiteId, options?: CallOptions): ResultAsync<TargetObservation, TargetError>;

  /**
   * Tells which blobs of a manifest `stage` would have to be sent.
   *
   * Absent: an unknown site lacks all of them.
   * Repeated: looks again.
   * Concurrent: an answer of the past; `stage` decides for itself.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: fails as a whole.
   * Limits: each hash is named once, in no particular order.
   */
  missing(
    request: { readonly siteId: SiteId; readonly manifest: ReleaseManifest },
    options?: CallOptions,
  ): ResultAsync<readonly string[], TargetError>;

  /**
   * Lays a release out: whole, verified by hash, durable, and invisible to visitors.
   *
   * Absent: creates what it needs, also the site.
   * Repeated: a release that is staged already is success with nothing sent.
   * Concurrent: two stages of one release both succeed or one of them fails; the result is whole.
   * Cancelled: `ABORTED`; what was begun is a left-over, never a release.
   * Half-way: state `unchanged` as to anything visible; a left-over remains for `discard`. A blob that cannot be read or
   *   has other bytes ends it.
   * Limits: earlier releases are not touched, whatever happens; memory does not grow with the release's bytes. A lower
   *   fencing token than seen is `FENCED`, a higher one is remembered.
   */
  stage(request: StageRequest, options?: WorkOptions): ResultAsync<StageOutcome, TargetError>;

  /**
   * Points a slot to a staged release, atomically for readers: each sees the one or the other, and never neither.
   *
   * Absent: an unknown release is `RELEASE_NOT_FOUND`, and nothing changes.
   * Repeated: success with `changed: false`; another `guard` than the stored one is stored all the same.
   * Concurrent: one after the other. With `capabilities.fencing` a lower token loses for good, also when its owner was
   *   paused between looking and changing.
   * Cancelled: `ABORTED` before the flip, or the flip's result; `details.state` tells.
   * Half-way: state `unknown` at worst; call again or `observe`. Durable when it resolves.
   * Limits: something in the pointer's place that is not ours is `TARGET_LAYOUT_INVALID`, and stays. Core launches the
   *   flips of all targets together: what can be prepared belongs into `stage`, what can wait behind the flip. A look
   *   (`samples`) that fails after the flip is left out, and fails nothing.
   */
  activate(request: ActivateRequest, options?: CallOptions): ResultAsync<ActivateOutcome, TargetError>;

  /**
   * `stage`, and `activate` right after it, in one go: for a target that a network lies before, which spares a round trip.
   * Needs `capabilities.stageAndActivate`; left out without. Core uses it when a site has one target and that has a fence:
   * then there is no other to wait for.
   *
   * Absent: as `stage`: creates what it needs.
   * Repeated: success with nothing sent and `changed: false`.
   * Concurrent: as `stage`, and then as `activate`: a lower token than seen loses for good, also when a higher one comes
   *   meanwhile. Of two flips of one slot with one token, one may be refused.
   * Cancelled: `ABORTED`; before `onFlip` was called nothing has changed that a visitor sees, afterwards it is not known.
   * Half-way: before `onFlip` as `stage`; afterwards state `unknown` at worst, and `unchanged` where the target has answered
   *   that it did not flip, or that the bytes are wrong. Durable when it resolves.
   * Limits: those of both. A release is never shown before it is whole and its hashes are verified. From `onFlip` on core
   *   waits as long as for a staging and a minute at least (ten minutes where `stageTimeoutMs` is not set), anew with each
   *   progress.
   */
  stageAndActivate?(
    request: StageAndActivateRequest,
    options?: StageAndActivateOptions,
  ): ResultAsync<StageAndActivateOutcome, TargetError>;

  /**
   * Looks through a slot as a visitor would, and compares.
   *
   * Absent: an empty slot is `served: null`; a missing file is a mismatch.
   * Repeated: looks again.
   * Concurrent: looks at one release, also when the slot flips meanwhile.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: fails as a whole.
   * Limits: reads the samples whole.
   */
  probe(
    request: { readonly siteId: SiteId; readonly slot: SlotName; readonly samples: readonly ProbeSample[] },
    options?: CallOptions,
  ): ResultAsync<ProbeOutcome, TargetError>;

  /**
   * Sets what visitors get, whatever is published. Needs `capabilities.servingState`.
   *
   * Absent: a site without a release takes the state as well.
   * Repeated: success, nothing changes.
   * Concurrent: one after the other, fenced like `activate`.
   * Cancelled: `ABORTED`, or done.
   * Half-way: state `unknown` at worst; call again.
   * Limits: pointers and releases stay.
   */
  setServingState(
    request: FencedRequest & { readonly state: ServingState },
    options?: CallOptions,
  ): ResultAsync<{ readonly changed: boolean }, TargetError>;

  /**
   * Removes releases, and every left-over of publications below the fencing token.
   *
   * Absent: a release that is not there is success.
   * Repeated: success; `discarded` names only what was there.
   * Concurrent: fenced like `activate`.
   * Cancelled: `ABORTED`; some may be gone.
   * Half-way: a release half removed is a left-over, no longer a release.
   * Limits: a release that a slot points to is never removed; it is left out of `discarded`. A left-over of the same
   *   token stays: it may be at work.
   */
  discard(
    request: FencedRequest & { readonly releases: readonly ReleaseId[] },
    options?: CallOptions,
  ): ResultAsync<{ readonly discarded: readonly ReleaseId[] }, TargetError>;

  /**
   * Compares a release with its manifest, byte for byte by hash. Needs `capabilities.verify`. A target that takes files of
   * one release over into the next takes none from one that was found damaged.
   *
   * Absent: `RELEASE_NOT_FOUND`.
   * Repeated: looks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: fails as a whole.
   * Limits: at most 1000 problems are named.
   */
  verify(
    request: VerifyRequest,
    options?: WorkOptions,
  ): ResultAsync<{ readonly problems: readonly ReleaseProblem[] }, TargetError>;
}

/**
 * The closed table of everything that can go wrong. Core owns it: adapters map into it, so that a host can `switch`
 * over `code` and know that it has seen them all. One page per code: `docs/reference/errors/<CODE>.md`.
 */

/** What is known of the thing that was being changed when a step failed half-way. */
export type FailureState = "unchanged" | "changed" | "unknown";

/** What one target said in a publish that failed. */
export interface TargetFailure {
  readonly target: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What one target shows after a publish that failed. */
export interface TargetShown {
  readonly target: string;
  /** `null`: nothing, or, where it is not certain, not known. */
  readonly release: string | null;
  /** It was seen afterwards. `false`: it could not be asked, and `release` is what it ought to show. */
  readonly certain: boolean;
}

/** The JSON-safe, secret-free facts that go with each code. */
export interface ErrorDetails {
  readonly ABORTED: { readonly operation: string };
  readonly ADAPTER_FAILED: { readonly adapter: string; readonly operation: string; readonly state: FailureState };
  readonly ADAPTER_INCOMPATIBLE: { readonly adapter: string; readonly expected: string; readonly actual: string };
  readonly ADAPTER_TIMEOUT: {
    readonly adapter: string;
    readonly operation: string;
    readonly timeoutMs: number;
    readonly state: FailureState;
  };
  readonly ARCHIVE_UNREADABLE: { readonly source: string; readonly reason: string };
  readonly BLOB_MISMATCH: { readonly expected: string; readonly actual: string };
  readonly BLOB_NOT_FOUND: { readonly sha256: string };
  readonly FENCED: {
    readonly target: string;
    readonly siteId: string;
    readonly offered: number;
    readonly current: number;
  };
  readonly HOST_KEY_MISMATCH: {
    readonly transport: string;
    readonly host: string;
    readonly offered: string;
    readonly expected: readonly string[];
    readonly revoked: boolean;
  };
  readonly HOST_KEY_UNKNOWN: { readonly transport: string; readonly host: string; readonly offered: string };
  readonly IDEMPOTENCY_CONFLICT: { readonly operation: string; readonly usedFor: string };
  readonly IDEMPOTENCY_IN_PROGRESS: { readonly operation: string; readonly holder: string; readonly expiresAt: string };
  readonly IDEMPOTENCY_RESULT_LOST: { readonly operation: string; readonly reason: string };
  readonly INTAKE_TOO_SLOW: { readonly elapsedMs: number; readonly limitMs: number };
  readonly INVALID_INPUT: { readonly field: string; readonly problem: string };
  readonly LEASE_HELD: { readonly siteId: string; readonly holder: string; readonly expiresAt: string };
  readonly LEASE_LOST: { readonly siteId: string; readonly fencingToken: number };
  readonly MANIFEST_INVALID: { readonly problem: string };
  readonly NOTHING_TO_ROLL_BACK: { readonly siteId: string };
  readonly PLAN_STALE: { readonly siteId: string; readonly changed: string };
  readonly PREVIEW_EXPIRED: { readonly previewId: string; readonly expiredAt: string };
  readonly PREVIEW_FORBIDDEN: { readonly previewId: string | null };
  readonly PREVIEW_NOT_FOUND: { readonly previewId: string };
  readonly PREVIEW_REVOKED: { readonly previewId: string; readonly revokedAt: string };
  readonly PREVIEW_TOKEN_REQUIRED: { readonly previewId: string | null };
  readonly PREVIEW_TOKEN_USED: { readonly previewId: string };
  readonly PROBE_FAILED: {
    readonly target: string;
    readonly siteId: string;
    readonly expected: string;
    readonly served: string | null;
    readonly mismatches: readonly string[];
  };
  readonly PUBLICATION_NOT_FOUND: { readonly siteId: string; readonly number: number };
  readonly PUBLISH_CONFLICT: {
    readonly siteId: string;
    readonly expected: string | null;
    readonly actual: string | null;
  };
  readonly PUBLISH_FAILED: {
    readonly siteId: string;
    readonly publication: number;
    readonly step: string;
    readonly state: FailureState;
    readonly targets: readonly TargetFailure[];
    /** With `state: "unknown"`: what each of the site's targets shows now. */
    readonly shows?: readonly TargetShown[] | undefined;
  };
  readonly RELEASE_CORRUPT: { readonly target: string; readonly release: string; readonly paths: readonly string[] };
  readonly RELEASE_NOT_FOUND: { readonly target: string; readonly siteId: string; readonly release: string };
  readonly REMOTE_FILE_EXISTS: { readonly transport: string; readonly path: string };
  readonly REMOTE_FILE_NOT_FOUND: { readonly transport: string; readonly path: string };
  readonly REVISION_FOREIGN: { readonly revisionId: string; readonly siteId: string; readonly actualSiteId: string };
  readonly REVISION_NOT_FOUND: { readonly revisionId: string };
  readonly REVISION_NOT_VALIDATED: { readonly revisionId: string; readonly state: string };
  readonly REVISION_TRANSITION_INVALID: { readonly revisionId: string; readonly state: string; readonly event: string };
  readonly SITE_FROZEN: {
    readonly siteId: string;
    readonly reason: string;
    readonly frozenBy: string;
    readonly since: string;
  };
  readonly SITE_NOT_FOUND: { readonly siteId: string };
  readonly STATE_DIRECTORY_IN_USE: { readonly directory: string; readonly pid: number };
  readonly STORAGE_DENIED: { readonly path: string; readonly state: FailureState };
  readonly STORAGE_FULL: { readonly path: string; readonly state: FailureState };
  readonly STORAGE_READ_ONLY: { readonly path: string; readonly state: FailureState };
  readonly STORE_CONFLICT: { readonly record: string; readonly expected: string; readonly actual: string };
  readonly TARGET_LAYOUT_INVALID: { readonly target: string; readonly path: string; readonly problem: string };
  readonly TRANSPORT_AUTH_FAILED: { readonly transport: string; readonly methods: readonly string[] };
  readonly TRANSPORT_LOST: { readonly transport: string; readonly operation: string; readonly state: FailureState };
  readonly TRANSPORT_OUTPUT_TOO_LARGE: { readonly transport: string; readonly maxBytes: number };
  readonly TRANSPORT_REFUSED: { readonly transport: string; readonly operation: string; readonly reason: string };
  readonly TRANSPORT_UNREACHABLE: {
    readonly transport: string;
    readonly problem: string;
    readonly retryAt: string | null;
  };
  readonly WEB_SERVER_REFUSED: {
    readonly transport: string;
    readonly server: string;
    readonly step: "alone" | "whole" | "reload" | "check";
    readonly output: string;
  };
}

/** Every code there is. */
export type ErrorCode = keyof ErrorDetails;

/** What is the same for every error of a code. */
export interface ErrorEntry {
  /** Whether trying the same call again, later, can help. A single error may say otherwise. */
  readonly retryable: boolean;
  /** What the reader should do, in one sentence. */
  readonly nextStep: string;
}

/** One row per code. */
export const errorTable: { readonly [C in ErrorCode]: ErrorEntry } = {
  ABORTED: { retryable: true, nextStep: "The caller's signal ended this call; start it again when you want it." },
  ADAPTER_FAILED: { retryable: true, nextStep: "Read `cause` for what the adapter met, mend that, and call again." },
  ADAPTER_INCOMPATIBLE: {
    retryable: false,
    nextStep: "Install versions of core and the adapter with the same number.",
  },
  ADAPTER_TIMEOUT: {
    retryable: true,
    nextStep: "Check that the other side answers; then call again, or raise the timeout.",
  },
  ARCHIVE_UNREADABLE: {
    retryable: false,
    nextStep: "Check that the file exists, is readable, and is still being sent.",
  },
  BLOB_MISMATCH: { retryable: true, nextStep: "The bytes were damaged on the way or at rest; send them again." },
  BLOB_NOT_FOUND: {
    retryable: false,
    nextStep: "Upload and validate the revision again: its content is gone from the blob store.",
  },
  FENCED: {
    retryable: false,
    nextStep: "A later publication has taken over this site; look at its status and decide anew.",
  },
  HOST_KEY_MISMATCH: {
    retryable: false,
    nextStep: "Find out on the machine itself whether its key was changed; only then change the key you expect.",
  },
  HOST_KEY_UNKNOWN: {
    retryable: false,
    nextStep: "Read the machine's key on the machine itself, compare it with `offered`, and configure it.",
  },
  IDEMPOTENCY_CONFLICT: {
    retryable: false,
    nextStep: "Send a new request with a new key; this key belongs to a request with other input.",
  },
  IDEMPOTENCY_IN_PROGRESS: {
    retryable: true,
    nextStep: "The first request with this key is still running; send it again later, with the same key.",
  },
  IDEMPOTENCY_RESULT_LOST: {
    retryable: false,
    nextStep: "The request was done; look at the records for what came of it, or send a new one with a new key.",
  },
  INTAKE_TOO_SLOW: {
    retryable: true,
    nextStep: "Call again; if it stays slow, raise `garbage.graceMs` of every process that shares the blob store.",
  },
  INVALID_INPUT: { retryable: false, nextStep: "Correct the named field and call again." },
  LEASE_HELD: {
    retryable: true,
    nextStep: "Another publication of this site is running; wait for it or retry after `expiresAt`.",
  },
  LEASE_LOST: { retryable: true, nextStep: "This publisher was paused for too long and gave way; publish again." },
  MANIFEST_INVALID: {
    retryable: false,
    nextStep: "Upload the content again and validate that revision: this one's stored manifest can't be read.",
  },
  NOTHING_TO_ROLL_BACK: {
    retryable: false,
    nextStep: "Publish a second revision first, or name the revision to return to.",
  },
  PLAN_STALE: { retryable: false, nextStep: "The site has changed since the plan was made; make a new plan." },
  PREVIEW_EXPIRED: { retryable: false, nextStep: "Ask the site's owner for a new preview link." },
  PREVIEW_FORBIDDEN: {
    retryable: false,
    nextStep: "The token does not open this preview; use the whole link as it was sent.",
  },
  PREVIEW_NOT_FOUND: { retryable: false, nextStep: "List the site's previews and use one of those ids." },
  PREVIEW_REVOKED: { retryable: false, nextStep: "The owner has closed this preview; ask for a new link." },
  PREVIEW_TOKEN_REQUIRED: { retryable: false, nextStep: "Open the preview with the token that came with its link." },
  PREVIEW_TOKEN_USED: { retryable: false, nextStep: "This link works once and was used; ask for a new one." },
  PROBE_FAILED: {
    retryable: true,
    nextStep: "Look at what the target serves; the previous release has been put back.",
  },
  PUBLICATION_NOT_FOUND: { retryable: false, nextStep: "List the site's publications and use one of those numbers." },
  PUBLISH_CONFLICT: {
    retryable: false,
    nextStep: "Somebody published in between; look at what is live and decide anew.",
  },
  PUBLISH_FAILED: {
    retryable: true,
    nextStep: "Mend what `targets` names and publish again; the next run puts right what is left.",
  },
  RELEASE_CORRUPT: {
    retryable: true,
    nextStep: "Publish it again with `force`: what is damaged is laid out anew from the blob store.",
  },
  RELEASE_NOT_FOUND: {
    retryable: false,
    nextStep: "Publish the revision again; that release is no longer on the target.",
  },
  REMOTE_FILE_EXISTS: { retryable: false, nextStep: "Look at what is there; move it away or choose another name." },
  REMOTE_FILE_NOT_FOUND: {
    retryable: false,
    nextStep: "Check the path on that machine, and that its directory exists.",
  },
  REVISION_FOREIGN: { retryable: false, nextStep: "Publish a revision of this site, or upload this content to it." },
  REVISION_NOT_FOUND: { retryable: false, nextStep: "List the site's revisions and use one of those ids." },
  REVISION_NOT_VALIDATED: {
    retryable: false,
    nextStep: "Validate the revision, and publish it once its report is ok.",
  },
  REVISION_TRANSITION_INVALID: {
    retryable: false,
    nextStep: "Look at the revision's state; this step is not open from there.",
  },
  SITE_FROZEN: {
    retryable: false,
    nextStep: "Ask whoever froze the site; publish again once it is unfrozen.",
  },
  SITE_NOT_FOUND: { retryable: false, nextStep: "List the sites and use one of those ids." },
  STATE_DIRECTORY_IN_USE: {
    retryable: true,
    nextStep: "Wait for the named process to end, or use another state directory.",
  },
  STORAGE_DENIED: { retryable: false, nextStep: "Give this process the right to read and write there." },
  STORAGE_FULL: {
    retryable: true,
    nextStep: "Free space on that file system and call again; nothing visible has changed.",
  },
  STORAGE_READ_ONLY: { retryable: false, nextStep: "Mount that file system writable, or name another directory." },
  STORE_CONFLICT: {
    retryable: true,
    nextStep: "Somebody changed the record in between; read it again and decide anew.",
  },
  TARGET_LAYOUT_INVALID: {
    retryable: false,
    nextStep: "Move the named path away; Hostelry does not overwrite what it did not make.",
  },
  TRANSPORT_AUTH_FAILED: {
    retryable: false,
    nextStep: "Check the user, the key or password, and what that machine's SSH server allows the user.",
  },
  TRANSPORT_LOST: { retryable: true, nextStep: "Look at what was done before the connection broke, and call again." },
  TRANSPORT_OUTPUT_TOO_LARGE: {
    retryable: false,
    nextStep: "Raise `maxOutputBytes`, or start the program and read its output as a stream.",
  },
  TRANSPORT_REFUSED: {
    retryable: false,
    nextStep: "Allow the named operation in that machine's SSH server, or use a target that does without.",
  },
  TRANSPORT_UNREACHABLE: {
    retryable: true,
    nextStep: "Check that the machine is up and reachable; call again, not before `retryAt` if it says so.",
  },
  WEB_SERVER_REFUSED: {
    retryable: false,
    nextStep: "Read `details.output` for what the web server says, mend that, and install again.",
  },
};

/** All codes, sorted. */
export const errorCodes: readonly ErrorCode[] = (Object.keys(errorTable) as ErrorCode[]).sort();

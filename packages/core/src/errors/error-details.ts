/** The facts of every error: what each code of the closed table tells beside its sentence. */

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
  readonly ADAPTER_THROTTLED: {
    readonly adapter: string;
    readonly operation: string;
    readonly retryAt: string | null;
    readonly state: FailureState;
  };
  readonly ADAPTER_UNAUTHORIZED: {
    readonly adapter: string;
    readonly operation: string;
    readonly reason: "credentials" | "permission" | "clock";
    readonly state: FailureState;
  };
  readonly ANALYTICS_REFUSED: {
    readonly provider: string;
    readonly operation: string;
    /** What the provider says, on one line and cut short. */
    readonly problem: string;
  };
  readonly ARCHIVE_UNREADABLE: { readonly source: string; readonly reason: string };
  readonly BINDING_INCOMPLETE: {
    readonly hostname: string;
    /** `bind`, `unbind` or `reconcile`. */
    readonly operation: string;
    /** The steps that failed; the others are done. */
    readonly steps: readonly {
      readonly step: string;
      /** Which place or provider. */
      readonly place: string;
      readonly code: ErrorCode;
      readonly message: string;
    }[];
  };
  readonly BLOB_MISMATCH: { readonly expected: string; readonly actual: string };
  readonly BLOB_NOT_FOUND: { readonly sha256: string };
  readonly CERTIFICATE_ACCOUNT_MISSING: { readonly authority: string; readonly reason: "absent" | "deactivated" };
  readonly CERTIFICATE_ALREADY_REPLACED: { readonly authority: string; readonly replaces: string };
  readonly CERTIFICATE_BUSY: { readonly certificateId: string; readonly holder: string; readonly expiresAt: string };
  readonly CERTIFICATE_INVALID: {
    /** What is wrong with it; all of it. */
    readonly findings: readonly { readonly code: string; readonly message: string }[];
  };
  readonly CERTIFICATE_NOT_ALLOWED: {
    /** Names that no certificate may be asked for, and why. */
    readonly names: readonly { readonly name: string; readonly reason: string }[];
  };
  readonly CERTIFICATE_NOT_FOUND: { readonly certificateId: string };
  readonly CERTIFICATE_NOT_SERVED: {
    readonly target: string;
    readonly certificateId: string;
    /** SHA-256 of the certificate that should be served. */
    readonly expected: string;
    /** That of the one that is; `null`: none. */
    readonly served: string | null;
  };
  readonly CERTIFICATE_ORDER_NOT_FOUND: { readonly authority: string; readonly orderId: string };
  readonly CERTIFICATE_ORDER_NOT_READY: {
    readonly authority: string;
    readonly orderId: string;
    /** A `CertificateOrderStatus`. */
    readonly status: string;
  };
  readonly CERTIFICATE_REFUSED: {
    readonly authority: string;
    readonly operation: string;
    /** What the authority calls it, e.g. `rejectedIdentifier`. */
    readonly problem: string;
    /** What it says of single names. */
    readonly names: readonly { readonly name: string; readonly problem: string; readonly detail: string }[];
  };
  readonly DNS_CONFLICT: {
    readonly provider: string;
    readonly zone: string;
    readonly name: string;
    readonly type: string;
    readonly problem: string;
  };
  readonly DNS_LOOKUP_FAILED: {
    readonly name: string;
    readonly type: string;
    /** The server that was asked last; `null` when there was none to ask. */
    readonly server: string | null;
    readonly problem: "malformed" | "no-servers" | "refused" | "server-failed" | "timeout" | "unreachable";
  };
  readonly DNS_NOT_APPLIED: {
    readonly provider: string;
    readonly zone: string;
    /** `name type` of each set that is not as it was asked for. */
    readonly sets: readonly string[];
  };
  readonly DNS_NOT_VISIBLE: {
    readonly name: string;
    readonly waitedMs: number;
    /** Servers that do not show it, or did not answer. */
    readonly servers: readonly string[];
  };
  readonly DNS_PLAN_REFUSED: {
    readonly zone: string;
    /** What is wrong with the plan; all of it. */
    readonly findings: readonly {
      readonly code: string;
      readonly name: string;
      readonly message: string;
      readonly forcible: boolean;
    }[];
  };
  readonly DNS_ZONE_CHANGED: {
    readonly provider: string;
    readonly zone: string;
    /** What is no longer so: the version of the zone, or `name type` of a set. */
    readonly changed: string;
  };
  readonly DNS_ZONE_NOT_FOUND: { readonly provider: string; readonly zone: string };
  readonly DOMAIN_CHECK_TOO_EARLY: { readonly hostname: string; readonly retryAt: string };
  readonly DOMAIN_CLAIMS_FULL: {
    readonly tenantId: string;
    readonly openClaims: number;
    readonly maxOpenClaims: number;
  };
  readonly DOMAIN_NOT_FOUND: { readonly domainId: string };
  readonly DOMAIN_NOT_POINTING: {
    readonly hostname: string;
    /** Addresses that would be right. */
    readonly expected: readonly string[];
    /** Addresses that the name has. */
    readonly found: readonly string[];
    readonly problem: "no-name" | "no-addresses" | "other-addresses" | "partly" | "resolvers-disagree";
  };
  readonly DOMAIN_NOT_PROVEN: {
    readonly hostname: string;
    readonly method: "dns" | "http";
    /** Where the proof was looked for: a DNS name, or a path below the host. */
    readonly place: string;
    readonly problem: "absent" | "different" | "expired" | "resolvers-disagree";
    /** A later look is taken not before this time; `null` when only a new challenge helps. */
    readonly retryAt: string | null;
  };
  readonly DOMAIN_TAKEN: {
    readonly hostname: string;
    readonly reason: "held" | "nested" | "tombstone";
    /** When a tombstone ends; `null` when it has not begun yet, and for the other reasons. */
    readonly until: string | null;
  };
  readonly DOMAIN_TRANSITION_INVALID: { readonly domainId: string; readonly state: string; readonly event: string };
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
  readonly HOSTNAME_INVALID: {
    readonly hostname: string;
    /** A `HostnameProblem`. */
    readonly problem: string;
    /** The part between two dots that is wrong; `null` when it is the whole. */
    readonly label: string | null;
  };
  readonly HOSTNAME_RESERVED: { readonly hostname: string; readonly reason: string };
  readonly IDEMPOTENCY_CONFLICT: { readonly operation: string; readonly usedFor: string };
  readonly IDEMPOTENCY_IN_PROGRESS: { readonly operation: string; readonly holder: string; readonly expiresAt: string };
  readonly IDEMPOTENCY_RESULT_LOST: { readonly operation: string; readonly reason: string };
  readonly INTAKE_TOO_SLOW: { readonly elapsedMs: number; readonly limitMs: number };
  readonly INVALID_INPUT: { readonly field: string; readonly problem: string };
  readonly LEASE_HELD: { readonly siteId: string; readonly holder: string; readonly expiresAt: string };
  readonly LEASE_LOST: { readonly siteId: string; readonly fencingToken: number };
  readonly LOG_ENDED: { readonly streamId: string; readonly outcome: string };
  readonly LOG_FULL: { readonly streamId: string; readonly bytes: number; readonly maxBytes: number };
  readonly MANIFEST_INVALID: { readonly problem: string };
  readonly NOTHING_TO_ROLL_BACK: { readonly siteId: string };
  readonly OPERATION_CANCELLED: { readonly operationId: string };
  readonly OPERATION_HELD: {
    readonly operationId: string;
    /** Who works on it, or on another one of the same lane. */
    readonly holder: string;
    readonly expiresAt: string;
  };
  readonly OPERATION_LOST: {
    readonly operationId: string;
    readonly epoch: number;
    readonly reason: "cancelled" | "released" | "superseded" | "taken";
  };
  readonly OPERATION_NOT_FOUND: { readonly operationId: string };
  readonly OPERATION_TRANSITION_INVALID: {
    readonly operationId: string;
    readonly state: string;
    readonly event: string;
  };
  readonly PANEL_BUSY: { readonly panel: string; readonly waitedMs: number };
  readonly PANEL_FAILED: {
    readonly panel: string;
    readonly command: string;
    readonly problem:
      | "command-failed"
      | "database-down"
      | "ended"
      | "outbound-blocked"
      | "password-not-set"
      | "silent"
      | "timeout";
    readonly state: FailureState;
    /** What the panel said, without secrets and cut short; empty when it said nothing. */
    readonly excerpt: string;
  };
  readonly PANEL_REFUSED: {
    readonly panel: string;
    readonly command: string;
    readonly problems: readonly {
      /** What it is about, in the panel's word, e.g. `domainName`. */
      readonly field: string;
      readonly problem: "exists" | "invalid" | "missing" | "too-long" | "too-short";
    }[];
  };
  readonly PANEL_UNSUPPORTED: { readonly panel: string; readonly needs: string };
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
  readonly PROTOCOL_VIOLATION: {
    /** Who did not keep to what it is known to say, e.g. a panel server. */
    readonly system: string;
    readonly operation: string;
    /** What it said, without secrets and cut short. */
    readonly excerpt: string;
    readonly state: FailureState;
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
  readonly RESOURCE_CONFLICT: {
    readonly kind: string;
    readonly place: string;
    readonly key: string;
    /** What is there and is not as wanted. */
    readonly differences: readonly { readonly field: string; readonly expected: string; readonly actual: string }[];
  };
  readonly RESOURCE_NOT_CONVERGED: {
    readonly kind: string;
    readonly place: string;
    readonly key: string;
    /** The step that was done, and is wanted again by what is seen. */
    readonly step: string;
  };
  readonly RESOURCE_ORPHANED: {
    readonly kind: string;
    readonly place: string;
    readonly key: string;
    /** What is in the way, and what is done about each. */
    readonly pieces: readonly { readonly piece: string; readonly where: string; readonly repair: string }[];
  };
  readonly RESOURCE_PROVIDER_MISSING: { readonly kind: string; readonly place: string };
  readonly RESOURCE_SECRET_MISSING: { readonly kind: string; readonly place: string; readonly secret: string };
  readonly REVISION_FOREIGN: { readonly revisionId: string; readonly siteId: string; readonly actualSiteId: string };
  readonly REVISION_NOT_FOUND: { readonly revisionId: string };
  readonly REVISION_NOT_VALIDATED: { readonly revisionId: string; readonly state: string };
  readonly REVISION_TRANSITION_INVALID: { readonly revisionId: string; readonly state: string; readonly event: string };
  readonly ROUTE_CONFLICT: {
    readonly place: string;
    readonly hostname: string;
    /** What the name was expected to come to; `null`: nothing. */
    readonly expected: string | null;
    readonly actual: string | null;
  };
  readonly SEALED_UNREADABLE: {
    readonly vault: string;
    /** The key that it says it was sealed with; `null` when it does not say. */
    readonly keyId: string | null;
    readonly reason: "damaged" | "malformed" | "unknown-key";
  };
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

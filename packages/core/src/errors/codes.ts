import type { ErrorCode } from "./error-details.ts";

/**
 * The closed table of everything that can go wrong. Core owns it: adapters map into it, so that a host can `switch`
 * over `code` and know that it has seen them all. One page per code: `docs/reference/errors/<CODE>.md`.
 */

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
  ADAPTER_THROTTLED: {
    retryable: true,
    nextStep: "The other side asks for fewer requests; call again, not before `retryAt` if it says so.",
  },
  ADAPTER_UNAUTHORIZED: {
    retryable: false,
    nextStep: "Correct what `reason` names: the credentials, what they are allowed to do, or this machine's clock.",
  },
  ANALYTICS_REFUSED: {
    retryable: false,
    nextStep: "Read `problem` for what the provider says, mend that, and call again; the site is hosted without.",
  },
  ARCHIVE_UNREADABLE: {
    retryable: false,
    nextStep: "Check that the file exists, is readable, and is still being sent.",
  },
  BINDING_INCOMPLETE: {
    retryable: true,
    nextStep: "Read `steps` for what failed where, mend that, and call again: what is done is not done twice.",
  },
  BLOB_MISMATCH: { retryable: true, nextStep: "The bytes were damaged on the way or at rest; send them again." },
  BLOB_NOT_FOUND: {
    retryable: false,
    nextStep: "Upload and validate the revision again: its content is gone from the blob store.",
  },
  CERTIFICATE_ACCOUNT_MISSING: {
    retryable: false,
    nextStep: "Register the account key with the authority; a deactivated account needs a new key.",
  },
  CERTIFICATE_ALREADY_REPLACED: {
    retryable: false,
    nextStep: "Another order is the renewal of this certificate: look for it, or order without `replaces`.",
  },
  CERTIFICATE_BUSY: {
    retryable: true,
    nextStep:
      "Another process works on this certificate; call again, not before `expiresAt` if it does not end sooner.",
  },
  CERTIFICATE_INVALID: { retryable: false, nextStep: "Read `findings`, and bring a certificate without them." },
  CERTIFICATE_NOT_ALLOWED: {
    retryable: false,
    nextStep: "Read `names`: verify and activate those domains for this tenant first, and call again.",
  },
  CERTIFICATE_NOT_FOUND: { retryable: false, nextStep: "List the certificates and use one of those ids." },
  CERTIFICATE_NOT_SERVED: {
    retryable: true,
    nextStep: "Look which certificate the server shows for the name, and why; then deliver it again.",
  },
  CERTIFICATE_ORDER_NOT_FOUND: {
    retryable: false,
    nextStep: "The authority has forgotten the order, or it is another account's; place a new one.",
  },
  CERTIFICATE_ORDER_NOT_READY: {
    retryable: true,
    nextStep: "Read the order, and do what it waits for first.",
  },
  CERTIFICATE_REFUSED: {
    retryable: false,
    nextStep: "Read `problem` and `names`: mend what the authority says there, and order anew.",
  },
  DNS_CONFLICT: {
    retryable: false,
    nextStep: "Remove what `problem` names first, or choose another name: an alias stands alone at its name.",
  },
  DNS_LOOKUP_FAILED: {
    retryable: true,
    nextStep: "Nothing is known about the name; check that the server answers, and ask again.",
  },
  DNS_NOT_APPLIED: {
    retryable: true,
    nextStep: "The server took the change and does not show it; look at the named sets there, and call again.",
  },
  DNS_NOT_VISIBLE: {
    retryable: true,
    nextStep: "Check that the named servers get the zone's changes, and wait again.",
  },
  DNS_PLAN_REFUSED: {
    retryable: false,
    nextStep: "Read `findings`; correct the records, or apply with `force` where a finding lets you.",
  },
  DNS_ZONE_CHANGED: {
    retryable: false,
    nextStep: "Somebody changed the zone in between; read it again and decide anew.",
  },
  DNS_ZONE_NOT_FOUND: {
    retryable: false,
    nextStep: "List the provider's zones and use one of those names, or create the zone.",
  },
  DOMAIN_CHECK_TOO_EARLY: {
    retryable: true,
    nextStep: "DNS servers remember for a while that there was nothing; ask again, not before `retryAt`.",
  },
  DOMAIN_CLAIMS_FULL: {
    retryable: false,
    nextStep: "Prove or release some of the tenant's open claims first, or raise `policy.maxOpenClaims`.",
  },
  DOMAIN_NOT_FOUND: { retryable: false, nextStep: "List the site's domains and use one of those ids." },
  DOMAIN_NOT_POINTING: {
    retryable: true,
    nextStep: "Have the name's owner set the addresses in `expected`; then look again.",
  },
  DOMAIN_NOT_PROVEN: {
    retryable: true,
    nextStep: "Have the name's owner put the proof at `place`, exactly as shown; then ask again, not before `retryAt`.",
  },
  DOMAIN_TAKEN: {
    retryable: false,
    nextStep: "Prove control by DNS, with a challenge made now; or have who holds the name release it.",
  },
  DOMAIN_TRANSITION_INVALID: {
    retryable: false,
    nextStep: "Look at the domain's state: what you want is not possible from there.",
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
  HOSTNAME_INVALID: { retryable: false, nextStep: "Correct what `problem` names, and call again." },
  HOSTNAME_RESERVED: { retryable: false, nextStep: "Choose another name: nobody can have this one." },
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
  LOG_ENDED: { retryable: false, nextStep: "Begin a new log, under a new name, for what is still to be written." },
  LOG_FULL: {
    retryable: false,
    nextStep: "End this log, and raise `maxStreamBytes` for the next one if it has to hold more.",
  },
  MANIFEST_INVALID: {
    retryable: false,
    nextStep: "Upload the content again and validate that revision: this one's stored manifest can't be read.",
  },
  NOTHING_TO_ROLL_BACK: {
    retryable: false,
    nextStep: "Publish a second revision first, or name the revision to return to.",
  },
  OPERATION_CANCELLED: {
    retryable: false,
    nextStep: "Somebody stopped this operation; retry it when you want it, or remove the resource.",
  },
  OPERATION_HELD: {
    retryable: true,
    nextStep:
      "Another process works on it, or at the same place; follow the operation, or call again after `expiresAt`.",
  },
  OPERATION_LOST: {
    retryable: true,
    nextStep:
      "Another holder, a newer wish or a stop came in between; follow the operation: what is wanted now is done by another run.",
  },
  OPERATION_NOT_FOUND: { retryable: false, nextStep: "List the operations and use one of those ids." },
  OPERATION_TRANSITION_INVALID: {
    retryable: false,
    nextStep: "Look at the operation's state: what you want is not possible from there.",
  },
  PANEL_BUSY: {
    retryable: true,
    nextStep: "Another command runs on that panel server; call again, or wait longer with `lockWaitMs`.",
  },
  PANEL_FAILED: {
    retryable: true,
    nextStep: "Look at what there is now, mend on the server what `excerpt` says, and call again.",
  },
  PANEL_REFUSED: { retryable: false, nextStep: "Read `problems`: correct what the panel says there, and call again." },
  PANEL_UNSUPPORTED: { retryable: false, nextStep: "Give the panel server what `needs` names, and call again." },
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
  PROTOCOL_VIOLATION: {
    retryable: false,
    nextStep: "Look at what there is now; then report `excerpt`, which is nothing that this system is known to say.",
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
  RESOURCE_CONFLICT: {
    retryable: false,
    nextStep:
      "Read `differences`: what is there is not this resource. Choose another name, or have a person put it right.",
  },
  RESOURCE_NOT_CONVERGED: {
    retryable: true,
    nextStep: "The step was done and its effect is not seen; look at the place for what undoes or delays it.",
  },
  RESOURCE_ORPHANED: {
    retryable: false,
    nextStep: "Read `pieces`: do what `repair` says for each, or retry with `repair: true`.",
  },
  RESOURCE_PROVIDER_MISSING: {
    retryable: true,
    nextStep: "Give `createProvisioning` a provider for this kind and place.",
  },
  RESOURCE_SECRET_MISSING: {
    retryable: true,
    nextStep: "Pass the named secret with the call that runs the operation.",
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
  ROUTE_CONFLICT: {
    retryable: true,
    nextStep: "Somebody else changed the route in between; look at it and decide anew.",
  },
  SEALED_UNREADABLE: {
    retryable: false,
    nextStep: "Give the vault the key that `keyId` names; what is `damaged` comes back from a backup or is made anew.",
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

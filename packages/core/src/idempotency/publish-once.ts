import type { JsonValue } from "../audit/audit-entry.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { applyPlan, type PublishPlan } from "../publish/plan-publication.ts";
import type { Publication } from "../publish/publication.ts";
import {
  type BeforePublication,
  type PublishError,
  type PublishOptions,
  type PublishOutcome,
  publishedAs,
  publishRevision,
} from "../publish/publish-revision.ts";
import { recoverSite } from "../publish/recover-site.ts";
import { type RollbackError, type RollbackOptions, rollbackSite } from "../publish/rollback-site.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { RevisionId } from "../revision/revision.ts";
import type { SiteId } from "../site/site.ts";
import type { Attempt } from "./attempt.ts";
import { optional } from "./call-identity.ts";
import type { IdempotentOptions } from "./idempotency-policy.ts";
import { once } from "./once.ts";

/** `publish`, once for an idempotency key. */
export function publishOnce(
  ports: HostingPorts,
  revisionId: RevisionId,
  options: PublishOptions & IdempotentOptions = {},
): ResultAsync<PublishOutcome, PublishError> {
  const input = [revisionId, ...inputOf(options)];
  return once(ports, { operation: "publish", input, options }, (attempt) =>
    unlessDone(ports, attempt, options, (before) => publishRevision(ports, revisionId, options, before)),
  );
}

/** `rollback`, once for an idempotency key. */
export function rollbackOnce(
  ports: HostingPorts,
  siteId: SiteId,
  options: RollbackOptions & IdempotentOptions = {},
): ResultAsync<PublishOutcome, RollbackError> {
  const input = [siteId, optional(options.to), ...inputOf(options)];
  return once(ports, { operation: "rollback", input, options }, (attempt) =>
    unlessDone(ports, attempt, options, (before) => rollbackSite(ports, siteId, options, before)),
  );
}

/** `apply`, once for an idempotency key. */
export function applyOnce(
  ports: HostingPorts,
  plan: PublishPlan,
  options: Omit<PublishOptions, "expectCurrent" | "expectPublication" | "siteId"> & IdempotentOptions = {},
): ResultAsync<PublishOutcome, PublishError | HostingErrorOf<"PLAN_STALE">> {
  const { siteId, revisionId, basis, current } = plan;
  const input = [siteId, revisionId, basis, current, ...inputOf(options)];
  return once(ports, { operation: "apply", input, options }, (attempt) =>
    unlessDone(ports, attempt, options, (before) => applyPlan(ports, plan, options, before)),
  );
}

/** The options that decide what is published; how it is done (waiting, concurrency, progress) is no part of the input. */
function inputOf(options: PublishOptions): readonly JsonValue[] {
  const { siteId, expectCurrent, expectPublication, force = false, policy } = options;
  return [
    optional(siteId),
    optional(expectCurrent),
    optional(expectPublication),
    force,
    policy === undefined ? [] : [JSON.stringify(policy)],
  ];
}

/**
 * Publishes, unless an earlier attempt has. Each attempt notes its publication's number before it begins it; the one that
 * follows a dead one puts the site right first, after which that publication is recorded, or can never be.
 */
function unlessDone<E>(
  ports: HostingPorts,
  attempt: Attempt,
  options: PublishOptions,
  publish: (before: BeforePublication) => ResultAsync<PublishOutcome, E>,
): ResultAsync<PublishOutcome, E | PublishError> {
  const { signal, waitMs, policy } = options;
  return flow(async function* () {
    const earlier = readNote(attempt.note);
    if (earlier !== undefined) {
      yield* recoverSite(ports, earlier.siteId, { signal, waitMs, policy });
      const publication = yield* findPublication(ports, earlier, signal);
      if (publication?.state === "recorded") return ok(publishedAs(publication, { discarded: [], problems: [] }));
    }
    return publish(({ siteId, number }) => attempt.remember({ siteId, publication: number }));
  });
}

interface Begun {
  readonly siteId: SiteId;
  readonly number: number;
}

function readNote(note: JsonValue | undefined): Begun | undefined {
  if (note === undefined) return undefined;
  const { siteId, publication } = note as { readonly siteId: SiteId; readonly publication: number };
  return { siteId, number: publication };
}

/** Newest first, so that it is on the first page unless much has been published since. */
function findPublication(
  ports: HostingPorts,
  { siteId, number }: Begun,
  signal: AbortSignal | undefined,
): ResultAsync<Publication | undefined, StoreError> {
  return flow(async function* () {
    let after: string | undefined;
    do {
      const page = yield* ports.store.listPublications({ siteId, after }, { signal });
      const found = page.items.find((publication) => publication.number <= number);
      if (found !== undefined) return ok(found.number === number ? found : undefined);
      after = page.next;
    } while (after !== undefined);
    return ok(undefined);
  });
}

import { ensureAnalytics } from "../../analytics/ensure-analytics.ts";
import { errorTable, type HostingError, hasCode } from "../../errors/index.ts";
import type { CallOptions } from "../../ports/call-options.ts";
import type { Clock } from "../../ports/clock.ts";
import type { SiteOutcome, SiteOutcomeReason, WaitingSite } from "../../ports/waiting-sites.ts";
import { err, flow, ok, type ResultAsync } from "../../result/index.ts";
import type { Provisioning } from "../create-provisioning.ts";
import type { LookAhead } from "../look-ahead.ts";
import { type Operation, openOperationStates } from "../operation.ts";
import type { Resource, ResourceFacts } from "../resource.ts";
import type { ProvisionWaitingOptions } from "./waiting-options.ts";
import type { SiteFacts, WaitingServer } from "./waiting-server.ts";

/** What work on a site needs. */
export interface SiteWork {
  readonly provisioning: Provisioning;
  readonly opened: WaitingServer;
  readonly analytics: ProvisionWaitingOptions["analytics"];
  readonly repair: boolean | undefined;
  readonly clock: Clock;
  /** How long to wait for somebody else at the server. */
  readonly heldWaitMs: number;
}

/** Facts that a site has so far, by kind of resource; filled in while it is worked on. */
export type FactsSoFar = Record<string, ResourceFacts>;

/** A failure with the place where it happened, for the outcome. */
export interface Trouble {
  readonly outcome: SiteOutcome;
  /** From when on it can go on. Left out: it can't, in this run. */
  readonly dueAt?: Date | undefined;
}

/** Looks for the first of a site's resources before the site's turn has come. What goes wrong comes up again then, and is told then. */
export async function lookAheadOf(
  { provisioning, opened, repair }: SiteWork,
  site: WaitingSite,
  { signal }: CallOptions,
): Promise<LookAhead | undefined> {
  const looked = await flow(async function* () {
    const [first] = opened.resources(site);
    if (first === undefined) return ok(undefined);
    const { id } = yield* provisioning.request(first, { signal, repair });
    return provisioning.lookAhead(id, { signal });
  });
  return looked.match(
    (ahead) => ahead,
    () => undefined,
  );
}

/** Makes what is missing of a site's resources, one after the other. May be called again after every end. */
export function makeResources(
  work: SiteWork,
  site: WaitingSite,
  facts: FactsSoFar,
  { ahead, ...call }: CallOptions & { readonly ahead: LookAhead | undefined },
): ResultAsync<void, Trouble> {
  return flow(async function* () {
    for (const resource of work.opened.resources(site)) {
      const operation = yield* makeResource(work, site, resource, { ...call, ahead });
      facts[resource.kind] = operation.facts;
    }
    return ok(undefined);
  });
}

/** Brings the content of a site whose resources are there, looks whether all is right, and has its visits counted. */
export async function finishSite(
  work: SiteWork,
  site: WaitingSite,
  facts: FactsSoFar,
  call: CallOptions,
): Promise<SiteOutcome> {
  const { opened } = work;
  const brought = await flow(async function* () {
    if (opened.publish !== undefined) {
      yield* opened.publish(site, facts, call).mapErr((error) => failedOutcome(error, "content"));
    }
    if (opened.check !== undefined) {
      yield* opened.check(site, facts, call).mapErr((error) => failedOutcome(error, "check"));
    }
    return ok(undefined);
  });
  if (brought.isErr()) return { ...brought.error, documentRoot: documentRootIn(facts) };
  const counted = await countVisits(work, site, call);
  return { state: "active", documentRoot: documentRootIn(facts), ...counted, retryable: false };
}

/** The failure of a site, as an outcome. */
export function failedOutcome({ code, message, retryable }: HostingError, at: string): SiteOutcome {
  return { state: "failed", documentRoot: null, analyticsId: null, reason: { code, message, at }, retryable };
}

/** Brings a resource to `active`, or says why not. */
function makeResource(
  { provisioning, opened, repair, clock, heldWaitMs }: SiteWork,
  site: WaitingSite,
  resource: Resource,
  call: CallOptions & { readonly ahead: LookAhead | undefined },
): ResultAsync<Operation, Trouble> {
  const { kind } = resource;
  const secrets = opened.secretsOf?.(site, resource) ?? {};
  const deadlineMs = clock.now().getTime() + heldWaitMs;
  return flow(async function* () {
    const asked = yield* provisioning
      .request(resource, { signal: call.signal, repair })
      .mapErr((error): Trouble => ({ outcome: failedOutcome(error, kind) }));
    for (;;) {
      const ran = await provisioning.run(asked.id, { secrets, ahead: call.ahead, signal: call.signal });
      if (ran.isErr()) {
        // Somebody works at this server, or did until it died: its claim ends, and then it is our turn.
        const mayWait = hasCode(ran.error, "OPERATION_HELD") && clock.now().getTime() < deadlineMs;
        if (!mayWait || call.signal?.aborted === true) return err({ outcome: failedOutcome(ran.error, kind) });
        await clock.sleep(100, call.signal);
        continue;
      }
      const operation = ran.value;
      if (operation.state === "active") return ok(operation);
      const { reason, dueAt, state } = operation;
      const told: SiteOutcomeReason = {
        code: reason?.code ?? "OPERATION_HELD",
        message: reason?.message ?? `The ${kind} of ${site.domain} is ${state} and not done yet.`,
        at: kind,
      };
      const isOpen = openOperationStates.includes(state);
      // Given up is given up; whether another try can help, the table of codes says.
      const retryable = isOpen || errorTable[told.code].retryable;
      const outcome: SiteOutcome = { state: "failed", documentRoot: null, analyticsId: null, reason: told, retryable };
      return err({ outcome, ...(isOpen && dueAt !== undefined ? { dueAt } : {}) });
    }
  });
}

async function countVisits(
  { analytics }: SiteWork,
  { analytics: isWanted, domain, name }: WaitingSite,
  call: CallOptions,
): Promise<Pick<SiteOutcome, "analyticsId" | "reason">> {
  if (!isWanted || analytics === undefined) return { analyticsId: null, reason: null };
  const { provider, group } = analytics;
  const site = { name: name.slice(0, 90), url: `https://${domain}`, group };
  const counted = await ensureAnalytics(provider, site, call);
  return counted.match(
    (outcome) => {
      if (outcome.state === "active") return { analyticsId: outcome.analyticsId, reason: null };
      const { code, message } = outcome;
      return { analyticsId: null, reason: { code, message, at: "analytics" } };
    },
    (never: never) => never,
  );
}

/** What a provider of sites tells of the place of its files. */
export function documentRootIn(facts: SiteFacts): string | null {
  const roots = Object.values(facts).flatMap(({ documentRoot }) =>
    typeof documentRoot === "string" ? [documentRoot] : [],
  );
  return roots[0] ?? null;
}

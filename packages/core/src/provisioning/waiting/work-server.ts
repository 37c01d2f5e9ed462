import type { HostingError } from "../../errors/index.ts";
import { adapterError } from "../../ports/adapter-error.ts";
import type { CallOptions } from "../../ports/call-options.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Random } from "../../ports/random.ts";
import type { SiteOutcome, WaitingSite, WaitingSiteClaim } from "../../ports/waiting-sites.ts";
import { type Result, ResultAsync } from "../../result/index.ts";
import { createProvisioning } from "../create-provisioning.ts";
import type { LookAhead } from "../look-ahead.ts";
import { defaultProvisioningPolicy } from "../provisioning-policy.ts";
import type { ResourcePlace } from "../resource.ts";
import { type HeldSites, heldSites } from "./held-sites.ts";
import type { ProvisionWaitingOptions } from "./waiting-options.ts";
import type { SiteFacts, SiteReport, WaitingServer } from "./waiting-server.ts";
import {
  documentRootIn,
  type FactsSoFar,
  failedOutcome,
  finishSite,
  lookAheadOf,
  makeResources,
  type SiteWork,
} from "./work-site.ts";

/** A run with everything filled in. */
export interface WaitingRun extends ProvisionWaitingOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly holder: string;
  readonly patienceMs: number;
  readonly finishAtOnce: number;
  readonly claimTtlMs: number;
}

/** A site that this run has claimed. */
interface ClaimedSite {
  readonly site: WaitingSite;
  readonly claim: WaitingSiteClaim;
  /** Fires when the claim is lost, or when the caller gives up. */
  readonly signal: AbortSignal;
  /** When its turn came. */
  begunMs: number;
  workedMs: number;
}

/** One whose turn comes soon. */
interface ComingSite {
  readonly claimed: ClaimedSite;
  readonly looking: Promise<LookAhead | undefined>;
}

/**
 * So many sites are claimed, and looked at, while one has its turn: a look costs a way there and back, and waits until the command under way has
 * ended. With one, it would come too late for its turn.
 */
const aheadOfTurn = 2;

/** Works on the waiting sites of one server over one connection: their resources one after the other. */
export async function workServer(
  run: WaitingRun,
  server: ResourcePlace,
  sites: readonly WaitingSite[],
  told: (report: SiteReport) => void,
  call: CallOptions,
): Promise<void> {
  if (call.signal?.aborted === true) return;
  const held = heldSites(run);
  const opened = await open(run, server, call);
  try {
    if (opened.isErr()) return await failAll(run, held, sites, opened.error, told, call);
    await workAll(run, held, opened.value, sites, told, call);
  } finally {
    if (opened.isOk()) await opened.value.close();
    await held.stop();
  }
}

async function open(
  run: WaitingRun,
  server: ResourcePlace,
  { signal }: CallOptions,
): Promise<Result<WaitingServer, HostingError>> {
  const start = async (): Promise<Result<WaitingServer, HostingError>> => run.openServer(server, { signal });
  // Foreign code: what it throws is a server that could not be opened.
  return ResultAsync.fromPromise(start(), (cause) =>
    adapterError(cause, { adapter: server, operation: "openServer", state: "unchanged", signal }),
  ).andThen((answer) => answer);
}

async function failAll(
  run: WaitingRun,
  held: HeldSites,
  sites: readonly WaitingSite[],
  error: HostingError,
  told: (report: SiteReport) => void,
  call: CallOptions,
): Promise<void> {
  for (const waiting of sites) {
    const claimed = await claim(run, held, waiting, call);
    if (claimed === undefined) continue;
    const outcome: SiteOutcome = call.signal?.aborted === true ? pending : failedOutcome(error, "connect");
    told(await record(run, held, claimed, outcome, {}));
  }
}

async function workAll(
  run: WaitingRun,
  held: HeldSites,
  opened: WaitingServer,
  sites: readonly WaitingSite[],
  told: (report: SiteReport) => void,
  call: CallOptions,
): Promise<void> {
  const { clock, random, operations, events, policy, holder, analytics, repair } = run;
  const provisioning = createProvisioning({
    store: operations,
    providers: opened.providers,
    clock,
    random,
    events,
    policy,
    holder,
  });
  const { claimTtlMs } = { ...defaultProvisioningPolicy, ...policy };
  // What a dead run had is free when its claim has ended, and there may be one more before us.
  const work: SiteWork = {
    provisioning,
    opened,
    analytics,
    repair,
    clock,
    heldWaitMs: 2 * claimTtlMs + run.patienceMs,
  };
  const deadlineMs = clock.now().getTime() + run.patienceMs;
  const waiting: { readonly claimed: ClaimedSite; readonly dueAt: Date }[] = [];

  const finishing = new Set<Promise<void>>();
  const settle = async (claimed: ClaimedSite, outcome: SiteOutcome, facts: FactsSoFar): Promise<void> => {
    claimed.workedMs = clock.now().getTime() - claimed.begunMs;
    const isEnded = claimed.signal.aborted && outcome.state === "failed";
    told(await record(run, held, claimed, isEnded ? pending : outcome, facts));
  };

  const attempt = async (claimed: ClaimedSite, ahead?: LookAhead): Promise<void> => {
    const { signal } = claimed;
    const facts: FactsSoFar = {};
    const made = await makeResources(work, claimed.site, facts, { signal, ahead });
    if (made.isErr()) {
      const { outcome, dueAt } = made.error;
      const mayWait = dueAt !== undefined && dueAt.getTime() <= deadlineMs && !signal.aborted;
      if (mayWait) waiting.push({ claimed, dueAt });
      else await settle(claimed, { ...outcome, documentRoot: documentRootIn(facts) }, facts);
      return;
    }
    // What is left changes nothing in the panel: it is done while the next site's turn has come there.
    const finished = finishSite(work, claimed.site, facts, { signal }).then((outcome) =>
      settle(claimed, outcome, facts),
    );
    const own: Promise<void> = finished.finally(() => finishing.delete(own));
    finishing.add(own);
    if (finishing.size >= run.finishAtOnce) await Promise.race(finishing);
  };

  const comeUp = async (site: WaitingSite): Promise<ComingSite | undefined> => {
    const claimed = await claim(run, held, site, call);
    if (claimed === undefined) return undefined;
    const looking = lookAheadOf(work, claimed.site, { signal: claimed.signal });
    // A bug that it meets is thrown where it is waited for, which may be a while.
    looking.catch(() => undefined);
    return { claimed, looking };
  };
  const left = [...sites];
  const line: Promise<ComingSite | undefined>[] = [];
  const callUp = (): void => {
    const next = call.signal?.aborted === true ? undefined : left.shift();
    if (next !== undefined) line.push(comeUp(next));
  };
  for (let count = 0; count <= aheadOfTurn; count += 1) callUp();
  for (let first = line.shift(); first !== undefined; first = line.shift()) {
    const coming = await first;
    if (coming !== undefined) {
      const ahead = await coming.looking;
      coming.claimed.begunMs = clock.now().getTime();
      await attempt(coming.claimed, ahead);
    }
    callUp();
  }
  // What has to wait does so after everything else; each try may ask for another one, until patience ends.
  for (let next = takeNext(waiting); next !== undefined; next = takeNext(waiting)) {
    const { claimed, dueAt } = next;
    await clock.sleep(Math.max(0, dueAt.getTime() - clock.now().getTime()), call.signal);
    await attempt(claimed);
  }
  await Promise.all(finishing);
}

function takeNext<T extends { readonly dueAt: Date }>(waiting: T[]): T | undefined {
  waiting.sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime());
  return waiting.shift();
}

const pending: SiteOutcome = { state: "pending", documentRoot: null, analyticsId: null, reason: null, retryable: true };

async function claim(
  run: WaitingRun,
  held: HeldSites,
  { id: siteId }: WaitingSite,
  call: CallOptions,
): Promise<ClaimedSite | undefined> {
  const { sites, holder, claimTtlMs: ttlMs } = run;
  const answer = await sites.claimSite({ siteId, holder, ttlMs }, call);
  // Somebody else has it, or the record can't be reached: it waits for the next run.
  if (answer.isErr() || answer.value.claim === null) return undefined;
  const { claim: own, site } = answer.value;
  const lost = held.hold(own);
  const signal = call.signal === undefined ? lost : AbortSignal.any([call.signal, lost]);
  return { site, claim: own, signal, begunMs: run.clock.now().getTime(), workedMs: 0 };
}

/** Writes an outcome down; detached from the caller's signal, for what was done was done. */
async function record(
  { sites }: WaitingRun,
  held: HeldSites,
  { claim: own, site, workedMs }: ClaimedSite,
  outcome: SiteOutcome,
  facts: SiteFacts,
): Promise<SiteReport> {
  held.drop(own);
  const recorded = await sites.recordOutcome({ ...own, outcome });
  return { site, ...outcome, facts, recorded: recorded.isOk() && recorded.value.recorded, tookMs: workedMs };
}

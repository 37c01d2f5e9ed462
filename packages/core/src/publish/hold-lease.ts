import { type HostingErrorOf, hasCode, hostingError } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type Result, ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { Lease } from "./lease.ts";

/** Errors of taking and keeping a lease. */
export type LeaseError =
  | StoreError
  | HostingErrorOf<"LEASE_HELD">
  | HostingErrorOf<"LEASE_LOST">
  | HostingErrorOf<"SITE_NOT_FOUND">;

/** A lease while it is held; a heartbeat renews it. */
export interface HeldLease {
  readonly siteId: SiteId;
  readonly fencingToken: number;
  /** Fires when the lease is lost, or when the caller gives up. For the work. */
  readonly signal: AbortSignal;
  /** Fires only when the lease is lost. For clean-up, which a caller's cancelled signal must not cancel. */
  readonly lost: AbortSignal;
  /** Renews now: success means that it is ours for the whole time to live. Asked before what cannot be taken back. */
  confirm(): ResultAsync<Lease, LeaseError>;
}

/** How to take a lease. */
export interface HoldLeaseOptions extends CallOptions {
  /** How long to wait for one that somebody else holds; default the policy's `leaseWaitMs`. 0: don't wait. */
  readonly waitMs?: number | undefined;
}

/** Takes the site's lease, runs `body` under it with a heartbeat, and gives it back whatever happened. */
export function holdLease<T, E>(
  ports: HostingPorts,
  siteId: SiteId,
  options: HoldLeaseOptions,
  body: (held: HeldLease) => ResultAsync<T, E>,
): ResultAsync<T, E | LeaseError> {
  return flow(async function* () {
    const lease = yield* waitForLease(ports, siteId, options);
    const heartbeat = startHeartbeat(ports, lease);
    try {
      const { signal: caller } = options;
      const { lost, confirm } = heartbeat;
      const signal = caller === undefined ? lost : AbortSignal.any([caller, lost]);
      const value = yield* body({ siteId, fencingToken: lease.fencingToken, signal, lost, confirm });
      return ok(value);
    } finally {
      await heartbeat.stop();
      // If giving back fails, the lease ends by expiry; nothing else depends on it.
      void (await ports.store.releaseLease({ siteId, fencingToken: lease.fencingToken }));
    }
  });
}

const firstPauseMs = 20;
const longestPauseMs = 1000;

async function acquire(
  ports: HostingPorts,
  siteId: SiteId,
  signal: AbortSignal | undefined,
): Promise<Result<Lease, LeaseError>> {
  const request = { siteId, holder: ports.holder, ttlMs: ports.publishing.leaseTtlMs };
  return ports.store.acquireLease(request, { signal });
}

/** A store has no bell to ring, so a held lease is asked for again: soon at first, then once a second at most. */
function waitForLease(ports: HostingPorts, siteId: SiteId, options: HoldLeaseOptions): ResultAsync<Lease, LeaseError> {
  const wait = async (): Promise<Result<Lease, LeaseError>> => {
    const waitMs = options.waitMs ?? ports.publishing.leaseWaitMs;
    const giveUpAt = ports.clock.now().getTime() + waitMs;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      const taken = await acquire(ports, siteId, options.signal);
      if (taken.isOk() || !hasCode(taken.error, "LEASE_HELD")) return taken;
      const leftMs = giveUpAt - ports.clock.now().getTime();
      if (leftMs <= 0) return taken;
      await ports.clock.sleep(Math.min(jitter(ports, pauseMs), leftMs), options.signal);
    }
  };
  return new ResultAsync(wait());
}

/** Half to the whole of a pause, so that waiting callers do not ask in step. */
function jitter(ports: HostingPorts, pauseMs: number): number {
  const [byte = 0] = ports.random.bytes(1);
  return pauseMs / 2 + (pauseMs / 2) * (byte / 255);
}

interface Heartbeat {
  readonly lost: AbortSignal;
  confirm(): ResultAsync<Lease, LeaseError>;
  stop(): Promise<void>;
}

function startHeartbeat(ports: HostingPorts, lease: Lease): Heartbeat {
  const { leaseTtlMs: ttlMs } = ports.publishing;
  const { siteId, fencingToken } = lease;
  const lost = new AbortController();
  const stopped = new AbortController();
  // Counted from before the request left, by our own clock: never longer than the store's idea of it.
  let sureUntil = ports.clock.now().getTime() + ttlMs;

  const renew = async (): Promise<Result<Lease, LeaseError>> => {
    if (lost.signal.aborted) return err(leaseLost(lease));
    const askedAt = ports.clock.now().getTime();
    const renewed = await ports.store.renewLease({ siteId, fencingToken, ttlMs });
    if (renewed.isOk()) sureUntil = askedAt + ttlMs;
    else if (hasCode(renewed.error, "LEASE_LOST")) lost.abort(renewed.error);
    return renewed;
  };

  const beat = async (): Promise<void> => {
    while (!stopped.signal.aborted && !lost.signal.aborted) {
      await ports.clock.sleep(ttlMs / 3, stopped.signal);
      if (stopped.signal.aborted) return;
      const renewed = await renew();
      if (renewed.isErr() && ports.clock.now().getTime() >= sureUntil) lost.abort(renewed.error);
    }
  };
  const beating = beat();
  return {
    lost: lost.signal,
    confirm: () => new ResultAsync(renew()),
    stop: async () => {
      stopped.abort();
      await beating;
    },
  };
}

function leaseLost(lease: Lease): HostingErrorOf<"LEASE_LOST"> {
  const { siteId, fencingToken } = lease;
  return hostingError("LEASE_LOST", `The lease ${fencingToken} of ${siteId} has been lost.`, { siteId, fencingToken });
}

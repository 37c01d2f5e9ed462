import { newId } from "../../identity/identity.ts";
import type { CallOptions, Page } from "../../ports/call-options.ts";
import { systemClock } from "../../ports/clock.ts";
import { guardWaitingSites } from "../../ports/index.ts";
import { systemRandom } from "../../ports/random.ts";
import type { StoreError } from "../../ports/store/index.ts";
import type { WaitingSite } from "../../ports/waiting-sites.ts";
import { allSettled, flow, ok, ResultAsync } from "../../result/index.ts";
import type { ResourcePlace } from "../resource.ts";
import type { ProvisionWaitingOptions } from "./waiting-options.ts";
import type { SiteReport } from "./waiting-server.ts";
import { workServer } from "./work-server.ts";

/** What became of a run. */
export interface ProvisionedWaiting {
  /** In the order in which they were done with. Sites that somebody else was faster with are not among them. */
  readonly sites: readonly SiteReport[];
  /** Sites that somebody else works on, or that the run did not come to. */
  readonly skipped: readonly WaitingSite[];
}

/**
 * Makes each waiting site exist: its resources, its content, its analytics; each on its own, so that one that fails keeps no other. One
 * connection per server, side by side over servers; at each of them what changes the panel is done for one site after the other. While one has its
 * turn, the next two are claimed and looked at, and the last ones are finished.
 *
 * May be run twice at once, also by several processes, and killed: claims keep runs apart, every step is preceded by an observation,
 * and what a dead run had is taken up when its claims end. Cancelled: what is under way is given back as `pending`. Fails only when
 * the waiting sites can't be read; everything else is the outcome of a site. Throws `TypeError` for a holder that is no name.
 */
export function provisionWaiting(
  options: ProvisionWaitingOptions,
  call: CallOptions = {},
): ResultAsync<ProvisionedWaiting, StoreError> {
  const { random = systemRandom, clock = systemClock, concurrency = 4, highest = 1000, includeFailed = true } = options;
  const { holder = newId("process", random) } = options;
  if (!/^[\x21-\x7e]{1,200}$/.test(holder)) throw new TypeError("holder: use 1 to 200 visible ASCII characters");
  const run = {
    ...options,
    sites: guardWaitingSites(options.sites),
    clock,
    random,
    holder,
    patienceMs: options.patienceMs ?? 30_000,
    finishAtOnce: Math.max(1, options.finishAtOnce ?? 3),
    claimTtlMs: options.claimTtlMs ?? 60_000,
  };
  return flow(async function* () {
    const waiting: WaitingSite[] = [];
    let after: string | undefined;
    do {
      const request = { includeFailed, after, limit: Math.min(1000, highest - waiting.length) };
      const page: Page<WaitingSite> = yield* run.sites.listWaiting(request, call);
      waiting.push(...page.items);
      after = page.next;
    } while (after !== undefined && waiting.length < highest);
    const reports: SiteReport[] = [];
    const told = (report: SiteReport): void => {
      reports.push(report);
      options.onSite?.(report);
    };
    const servers = [...groupByServer(waiting)].map(
      ([server, there]) =>
        () =>
          new ResultAsync<undefined, never>(workServer(run, server, there, told, call).then(() => ok(undefined))),
    );
    await allSettled(servers, { concurrency, signal: call.signal });
    const done = new Set(reports.map(({ site: { id } }) => id));
    return ok({ sites: reports, skipped: waiting.filter(({ id }) => !done.has(id)) });
  });
}

function groupByServer(sites: readonly WaitingSite[]): ReadonlyMap<ResourcePlace, readonly WaitingSite[]> {
  const servers = new Map<ResourcePlace, WaitingSite[]>();
  for (const site of sites) {
    const there = servers.get(site.server);
    if (there === undefined) servers.set(site.server, [site]);
    else there.push(site);
  }
  return servers;
}

import { type HostingError, type HostingErrorOf, hasCode, hostingError, type TargetShown } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { Target } from "../ports/target.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { askAll } from "./ask-targets.ts";
import type { FleetPolicy } from "./fleet-policy.ts";
import { fleetPolicyOf } from "./fleet-policy-of.ts";
import { holdLease } from "./hold-lease.ts";
import type { Publication } from "./publication.ts";
import { recoverPublications } from "./recover-publications.ts";
import { readSlot } from "./release-records.ts";

type Failed = HostingErrorOf<"PUBLISH_FAILED">;

/** Whether a publication failed and its journal is still open, for it is not known what its targets show. */
export function isUnsettled(error: HostingError): error is Failed {
  return hasCode(error, "PUBLISH_FAILED") && error.details.state === "unknown";
}

/**
 * Puts right at once, under a new lease, what a failed publication could not: its higher fencing token keeps out flips
 * whose answer was lost and that may still arrive. Gives the publication when it turns out to have succeeded; otherwise
 * the error it failed with, saying what visitors see now: the old release everywhere, or, where a target can't be
 * reached, what each of them shows. Whoever comes later tries again.
 */
export async function settlePublication(
  ports: HostingPorts,
  error: Failed,
  policy: FleetPolicy | undefined,
): Promise<Result<Publication, Failed>> {
  const siteId = error.details.siteId as SiteId;
  const { publication: number } = error.details;
  // No waiting: somebody else who holds the lease puts it right before doing anything else.
  const done = await holdLease(ports, siteId, { waitMs: 0 }, (held) =>
    flow(async function* () {
      const site = yield* ports.store.getSite(siteId, { signal: held.signal });
      const by = policy ?? fleetPolicyOf(ports, site);
      return recoverPublications(ports, held, ports.targetsOf(site), by);
    }),
  );
  const settled = done.isOk() ? done.value.find(({ publication }) => publication.number === number) : undefined;
  if (settled?.outcome === "finished") return ok(settled.publication);
  const behind = settled?.publication.results ?? [];
  if (settled !== undefined && behind.length === 0) return err(failedAs(error, { state: "unchanged" }));
  return err(failedAs(error, { state: "unknown", shows: await look(ports, siteId) }));
}

function failedAs(error: Failed, facts: Pick<Failed["details"], "shows" | "state">): Failed {
  const { publication, step, targets } = error.details;
  const names = targets.map(({ target }) => target).join(", ");
  const visible =
    facts.state === "unchanged"
      ? "Visitors see what they saw before."
      : `Visitors of ${(facts.shows ?? []).map(said).join(", ")}.`;
  const message = `Publication ${publication} failed to ${step} on ${names}. ${visible}`;
  return hostingError("PUBLISH_FAILED", message, { ...error.details, ...facts }, { cause: error.cause });
}

function said({ target, release, certain }: TargetShown): string {
  return `${target} see ${certain ? "" : "probably "}${release ?? "nothing"}`;
}

/** What each target shows in the live slot, by looking; where nobody answers, what the record says. */
async function look(ports: HostingPorts, siteId: SiteId): Promise<readonly TargetShown[]> {
  const { signal } = new AbortController();
  const looked = await lookAround(ports, siteId, signal);
  return looked.unwrapOr([]);
}

function lookAround(
  ports: HostingPorts,
  siteId: SiteId,
  signal: AbortSignal,
): ResultAsync<readonly TargetShown[], HostingError> {
  return flow(async function* () {
    const site = yield* ports.store.getSite(siteId, { signal });
    const current = yield* readSlot(ports, siteId, "live", { signal });
    const ask = (target: Target, own: AbortSignal): ReturnType<Target["observe"]> =>
      target.observe(siteId, { signal: own });
    const seen = await askAll(ports, ports.targetsOf(site), signal, ask);
    return ok(
      seen.map(({ target, result }): TargetShown => {
        if (result?.isOk())
          return { target: target.name, release: result.value.slots.get("live") ?? null, certain: true };
        return { target: target.name, release: current?.release ?? null, certain: false };
      }),
    );
  });
}

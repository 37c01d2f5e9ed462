import type { HostingError, HostingErrorOf } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { TargetObservation } from "../ports/target.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { Site, SiteId } from "../site/site.ts";
import { askAll } from "./ask-targets.ts";
import { driftOf } from "./drift.ts";
import type { Publication } from "./publication.ts";
import type { Slot } from "./slot.ts";

/** What a target shows, beside what the record says. */
export interface TargetStatus {
  readonly target: string;
  /** Absent when the target could not be asked. */
  readonly observed?: TargetObservation | undefined;
  readonly problem?: HostingError | undefined;
  /** It shows exactly what the record says, in every slot, and is in the site's serving state. */
  readonly inSync: boolean;
}

/** A site, its slots and its targets, record beside reality. */
export interface SiteStatus {
  readonly site: Site;
  /** Slots on record that show something, `live` first. */
  readonly slots: readonly Slot[];
  /** Publications that were begun and have not ended: running now, or interrupted. */
  readonly unfinished: readonly Publication[];
  readonly targets: readonly TargetStatus[];
  readonly inSync: boolean;
}

/** Looks at a site's record and at every target. Changes nothing. A target that can't be asked is a status, not an error. */
export function siteStatus(
  ports: HostingPorts,
  siteId: SiteId,
  options: CallOptions = {},
): ResultAsync<SiteStatus, StoreError | HostingErrorOf<"SITE_NOT_FOUND">> {
  const { signal = new AbortController().signal } = options;
  return flow(async function* () {
    const site = yield* ports.store.getSite(siteId, { signal });
    const slots = yield* ports.store.listSlots(siteId, { signal });
    const states = ["intended", "staged", "activated"] as const;
    const { items: unfinished } = yield* ports.store.listPublications({ siteId, states }, { signal });
    const seen = await askAll(ports, ports.targetsOf(site), signal, (target, own) =>
      target.observe(siteId, { signal: own }),
    );
    const targets = seen.map(({ target, result }): TargetStatus => {
      if (result?.isOk()) {
        const observed = result.value;
        return { target: target.name, observed, inSync: driftOf(site, slots, observed, target).length === 0 };
      }
      return { target: target.name, problem: result?.isErr() ? result.error : undefined, inSync: false };
    });
    return ok({
      site,
      slots,
      unfinished,
      targets,
      inSync: unfinished.length === 0 && targets.every(({ inSync }) => inSync),
    });
  });
}

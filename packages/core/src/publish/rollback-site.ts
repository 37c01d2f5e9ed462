import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import type { RevisionId } from "../revision/revision.ts";
import type { SiteId } from "../site/site.ts";
import {
  type BeforePublication,
  type PublishError,
  type PublishOptions,
  type PublishOutcome,
  publishRevision,
} from "./publish-revision.ts";
import { readSlot } from "./release-records.ts";

/** Errors of `rollback`. */
export type RollbackError = PublishError | HostingErrorOf<"NOTHING_TO_ROLL_BACK">;

/** Options of `rollback`. */
export interface RollbackOptions extends Omit<PublishOptions, "siteId"> {
  /** Where to go back to; default: the revision that was live before the present one. */
  readonly to?: RevisionId | undefined;
}

/**
 * Publishes what was live before: nothing but `publish` of an earlier revision. Without `to` it goes to
 * the revision before the present one in the order of publications, so rolling back twice returns to where one was.
 * The choice is fenced by `expectCurrent`: if somebody publishes in between, it is `PUBLISH_CONFLICT`.
 */
export function rollbackSite(
  ports: HostingPorts,
  siteId: SiteId,
  options: RollbackOptions = {},
  before?: BeforePublication,
): ResultAsync<PublishOutcome, RollbackError> {
  const { to, signal } = options;
  return flow(async function* () {
    if (to !== undefined) return ok(yield* publishRevision(ports, to, { ...options, siteId }, before));
    yield* ports.store.getSite(siteId, { signal });
    const current = yield* readSlot(ports, siteId, "live", { signal });
    let after: string | undefined;
    do {
      const page = yield* ports.store.listPublications(
        { siteId, slot: "live", states: ["recorded"], after },
        { signal },
      );
      const earlier = page.items.find(
        ({ number, revisionId }) =>
          current !== undefined && number < current.publication && revisionId !== current.revisionId,
      );
      if (earlier !== undefined) {
        const expectCurrent = options.expectCurrent ?? current?.revisionId;
        return ok(yield* publishRevision(ports, earlier.revisionId, { ...options, siteId, expectCurrent }, before));
      }
      after = page.next;
    } while (after !== undefined);
    return err(hostingError("NOTHING_TO_ROLL_BACK", "No other revision has been live on this site.", { siteId }));
  });
}

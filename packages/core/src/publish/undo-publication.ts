import type { HostingErrorOf } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { Target } from "../ports/target.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { askAll } from "./ask-targets.ts";
import type { HeldLease } from "./hold-lease.ts";
import type { Publication } from "./publication.ts";
import { publicationAudit } from "./publication-audit.ts";
import type { TargetResult } from "./target-result.ts";

/** Errors of closing a publication that failed. */
export type UndoPublicationError =
  | StoreError
  | HostingErrorOf<"LEASE_LOST">
  | HostingErrorOf<"PUBLICATION_NOT_FOUND">
  | HostingErrorOf<"STORE_CONFLICT">;

/**
 * Closes the journal of a publication that shows nowhere any more: marked `undone`, and its staged release taken away.
 * `results` names targets that could not be put back, if the policy lets it be closed all the same. What a target fails to take away is a left-over, removed by a later publication's pruning.
 */
export function undoPublication(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  targets: readonly Target[],
  reason: {
    readonly failure: string;
    readonly actor: string;
    readonly results?: readonly TargetResult[] | undefined;
  },
): ResultAsync<Publication, UndoPublicationError> {
  return flow(async function* () {
    const { siteId, number, state: from, release } = publication;
    const at = ports.clock.now();
    const { failure, results, actor } = reason;
    const audit = publicationAudit("publication.undone", { ...publication, failure, results }, actor, at);
    const { fencingToken } = held;
    const move = { siteId, number, from, to: "undone", fencingToken, failure, results, at, audit } as const;
    const undone = yield* ports.store.advancePublication(move);
    ports.emit(audit);
    await askAll(ports, targets, held.lost, (target, signal) =>
      target.discard({ siteId, releases: [release], fencingToken }, { signal }),
    );
    return ok(undone);
  });
}

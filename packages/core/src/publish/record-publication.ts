import type { HostingErrorOf } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { RevisionMove, StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { moveRevision } from "../revision/move-revision.ts";
import type { HeldLease } from "./hold-lease.ts";
import type { Publication } from "./publication.ts";
import { publicationAudit } from "./publication-audit.ts";
import type { FlipTiming, TargetResult } from "./target-result.ts";

/** Errors of recording a publication. */
export type RecordPublicationError =
  | StoreError
  | HostingErrorOf<"LEASE_LOST">
  | HostingErrorOf<"REVISION_NOT_FOUND">
  | HostingErrorOf<"REVISION_TRANSITION_INVALID">
  | HostingErrorOf<"SITE_NOT_FOUND">
  | HostingErrorOf<"STORE_CONFLICT">;

/** What is kept of a publication besides that it was recorded. */
export interface FleetRecord {
  readonly results: readonly TargetResult[];
  readonly flip?: FlipTiming | undefined;
}

/** Makes the record say what the targets show: slot, journal, states of the revisions and audit, in one act. */
export function recordPublication(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  actor: string,
  fleet: FleetRecord,
): ResultAsync<Publication, RecordPublicationError> {
  return flow(async function* () {
    const { siteId, slot, number, revisionId, manifestDigest, release, previous } = publication;
    const at = ports.clock.now();
    const { results, flip } = fleet;
    const audit = publicationAudit("publication.recorded", { ...publication, results }, actor, at);
    const revisions = yield* revisionMoves(ports, publication);
    yield* ports.store.compareAndSetSlot({
      siteId,
      slot,
      expect: previous?.publication ?? null,
      value: { revisionId, manifestDigest, release, publication: number, since: at },
      fencingToken: held.fencingToken,
      publication: number,
      results,
      ...(flip === undefined ? {} : { flip }),
      revisions,
      at,
      audit,
    });
    ports.emit(audit);
    const facts = flip === undefined ? { results } : { results, flip };
    return ok({ ...publication, ...facts, state: "recorded" as const, finishedAt: at });
  });
}

function revisionMoves(
  ports: HostingPorts,
  publication: Publication,
): ResultAsync<
  readonly RevisionMove[],
  StoreError | HostingErrorOf<"REVISION_NOT_FOUND"> | HostingErrorOf<"REVISION_TRANSITION_INVALID">
> {
  return flow(async function* () {
    const { revisionId, previous, slot } = publication;
    const moves: RevisionMove[] = [];
    const shown = yield* ports.store.getRevision(revisionId);
    const to = yield* moveRevision(shown, slot === "live" ? "publish" : "preview");
    moves.push({ revisionId, from: shown.state, to });
    if (slot === "live" && previous !== null && previous.revisionId !== revisionId) {
      const superseded = yield* ports.store.getRevision(previous.revisionId);
      const state = yield* moveRevision(superseded, "supersede");
      moves.push({ revisionId: superseded.id, from: superseded.state, to: state });
    }
    return ok(moves);
  });
}

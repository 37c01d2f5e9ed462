import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import type { Revision, RevisionState } from "./revision.ts";
import { nextRevisionState, type RevisionEvent } from "./revision-machine.ts";

/** Asks the machine for the state after `event`; a move that is not in its table is `REVISION_TRANSITION_INVALID`. */
export function moveRevision(
  revision: Revision,
  event: RevisionEvent,
): Result<RevisionState, HostingErrorOf<"REVISION_TRANSITION_INVALID">> {
  const next = nextRevisionState(revision.state, event);
  if (next !== undefined) return ok(next);
  const message = `Revision r${revision.number} is ${revision.state}; it can't take the step "${event}".`;
  const details = { revisionId: revision.id, state: revision.state, event };
  return err(hostingError("REVISION_TRANSITION_INVALID", message, details));
}

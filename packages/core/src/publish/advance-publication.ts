import type { HostingPorts } from "../ports/hosting-ports.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { HeldLease, LeaseError } from "./hold-lease.ts";
import type { Publication } from "./publication.ts";
import type { UndoPublicationError } from "./undo-publication.ts";

/** Renews the lease, so that it is surely ours while the step that follows is done, and writes the journal. */
export function advancePublication(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  to: "staged" | "activated",
): ResultAsync<Publication, LeaseError | UndoPublicationError> {
  return flow(async function* () {
    yield* held.confirm();
    const { siteId, number, state: from } = publication;
    const { fencingToken } = held;
    return ok(yield* ports.store.advancePublication({ siteId, number, from, to, fencingToken, at: ports.clock.now() }));
  });
}

import { type HostingErrorOf, hasCode, hostingError } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { Target, TargetObservation } from "../ports/target.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { askAll, type Flip, flipAll, probeAll } from "./flip.ts";
import type { HeldLease } from "./hold-lease.ts";
import { probeSamples } from "./probe-target.ts";
import type { Publication } from "./publication.ts";
import { type RecordPublicationError, recordPublication } from "./record-publication.ts";
import { manifestOfPublication } from "./release-records.ts";
import { type TargetAnswer, type TargetFailureError, targetFailure } from "./target-failures.ts";
import { type UndoPublicationError, undoPublication } from "./undo-publication.ts";

/** Errors of putting right what was left. */
export type RecoverError =
  | BlobStoreError
  | RecordPublicationError
  | StoreError
  | TargetFailureError
  | UndoPublicationError;

/** What recovery did with a publication that never ended. */
export interface Recovery {
  readonly publication: Publication;
  readonly outcome: "finished" | "undone";
}

const unfinished = ["intended", "staged", "activated"] as const;

/**
 * Puts right what a killed publisher left, by looking: a release that every target shows, and serves as it should, is
 * recorded; any other is flipped back where it shows, and undone. Runs under a lease at the start of every publication, and repeats safely.
 */
export function recoverPublications(
  ports: HostingPorts,
  held: HeldLease,
  targets: readonly Target[],
): ResultAsync<readonly Recovery[], RecoverError> {
  return flow(async function* () {
    const { siteId, signal } = held;
    const open = yield* ports.store.listPublications({ siteId, states: unfinished, limit: 1000 }, { signal });
    const recoveries: Recovery[] = [];
    // Oldest first: a later one was begun on top of what the earlier ones showed.
    for (const publication of [...open.items].reverse()) {
      recoveries.push(yield* recover(ports, held, publication, targets));
    }
    return ok(recoveries);
  });
}

function recover(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  all: readonly Target[],
): ResultAsync<Recovery, RecoverError> {
  return flow(async function* () {
    const targets = yield* concerned(publication, all);
    const actor = "system";
    if (publication.state !== "intended") {
      const seen = await askAll(ports, targets, held.signal, (target, signal) =>
        target.observe(publication.siteId, { signal }),
      );
      if (seen.some(({ result }) => result?.isOk() !== true)) return err(failure(publication, "observe", seen));
      const showing = seen.filter((answer) => shows(answer, publication)).map(({ target }) => target);
      if (showing.length === targets.length && (yield* isServedRight(ports, held, publication, targets))) {
        const recorded = yield* recordPublication(ports, held, publication, actor);
        return ok({ publication: recorded, outcome: "finished" as const });
      }
      // Not only those that show it: a flip whose answer was lost may still be on its way, and only a later
      // fencing token keeps it out.
      const { siteId, slot, previous } = publication;
      const release = previous?.release ?? null;
      const flip: Flip = { siteId, slot, release, fencingToken: held.fencingToken, targets };
      const back = await flipAll(ports, flip, held.signal);
      if (back.some(({ result }) => result?.isOk() !== true)) return err(failure(publication, "restore", back));
    }
    const undone = yield* undoPublication(ports, held, publication, targets, { failure: "INTERRUPTED", actor });
    return ok({ publication: undone, outcome: "undone" as const });
  });
}

/** Looks at what is served before it is recorded, as the killed run would have done. Without its manifest nobody can. */
function isServedRight(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  targets: readonly Target[],
): ResultAsync<boolean, BlobStoreError> {
  return flow(async function* () {
    const { siteId, slot, release } = publication;
    const { signal, fencingToken } = held;
    const manifest = yield* await manifestOfPublication(ports, publication, { signal });
    if (manifest === undefined) return ok(true);
    const flip = { siteId, slot, release, fencingToken, targets };
    const probed = await probeAll(ports, flip, probeSamples(manifest), signal);
    return ok(probed.every(({ result }) => result?.isErr() !== true || !hasCode(result.error, "PROBE_FAILED")));
  });
}

function shows({ result }: TargetAnswer<TargetObservation>, publication: Publication): boolean {
  return result?.isOk() === true && result.value.slots.get(publication.slot) === publication.release;
}

/** The publication's own targets; one that the host no longer configures cannot be looked at. */
function concerned(
  publication: Publication,
  all: readonly Target[],
): ResultAsync<readonly Target[], HostingErrorOf<"PUBLISH_FAILED">> {
  return flow(async function* () {
    const missing = publication.targets.filter((name) => !all.some((target) => target.name === name));
    if (missing.length === 0) return ok(all.filter((target) => publication.targets.includes(target.name)));
    const message = `Publication ${publication.number} was interrupted, and its target ${missing.join(", ")} is not configured.`;
    const targets = missing.map((target) => ({ target, code: "INVALID_INPUT" as const, message: "not configured" }));
    const { siteId, number } = publication;
    const details = { siteId, publication: number, step: "recover", state: "unknown" as const, targets };
    return err(hostingError("PUBLISH_FAILED", message, details));
  });
}

function failure<T>(publication: Publication, step: string, answers: readonly TargetAnswer<T>[]): TargetFailureError {
  return targetFailure(answers, {
    siteId: publication.siteId,
    publication: publication.number,
    step,
    state: "unknown",
  });
}

import { type HostingErrorOf, hasCode, hostingError } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { Target, TargetObservation } from "../ports/target.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { askAll } from "./ask-targets.ts";
import { type FleetPolicy, requiredTargets } from "./fleet-policy.ts";
import { flipAll, probeAll } from "./flip.ts";
import type { HeldLease } from "./hold-lease.ts";
import { probeSamples } from "./probe-target.ts";
import type { Publication } from "./publication.ts";
import { type RecordPublicationError, recordPublication } from "./record-publication.ts";
import { manifestOfPublication } from "./release-records.ts";
import { restoreTargets } from "./restore-target.ts";
import { type TargetAnswer, type TargetFailureError, targetFailure } from "./target-failures.ts";
import type { TargetResult } from "./target-result.ts";
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
 * Puts right what a killed publisher left, by looking: a release that as many targets show as the policy asks, and serve
 * as they should, is recorded; any other is flipped back where it shows, and undone. Runs under a lease at the start of
 * every publication, and repeats safely.
 *
 * Targets that can't be asked are tolerated as far as the policy of the publication, or that of the run, tolerates
 * failures; they are recorded as behind, and `reconcile` has work there when they are back.
 */
export function recoverPublications(
  ports: HostingPorts,
  held: HeldLease,
  targets: readonly Target[],
  policy: FleetPolicy = "all-or-nothing",
): ResultAsync<readonly Recovery[], RecoverError> {
  return flow(async function* () {
    const { siteId, signal } = held;
    const open = yield* ports.store.listPublications({ siteId, states: unfinished, limit: 1000 }, { signal });
    const recoveries: Recovery[] = [];
    // Oldest first: a later one was begun on top of what the earlier ones showed.
    for (const publication of [...open.items].reverse()) {
      recoveries.push(yield* recover(ports, held, publication, targets, policy));
    }
    return ok(recoveries);
  });
}

function recover(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  all: readonly Target[],
  policy: FleetPolicy,
): ResultAsync<Recovery, RecoverError> {
  return flow(async function* () {
    const { siteId, targets: names, policy: asked = "all-or-nothing" } = publication;
    const targets = all.filter(({ name }) => names.includes(name));
    const actor = "system";
    if (publication.state === "intended") {
      const undone = yield* undoPublication(ports, held, publication, targets, { failure: "INTERRUPTED", actor });
      return ok({ publication: undone, outcome: "undone" as const });
    }

    const required = requiredTargets(asked, names.length);
    const tolerated = Math.min(required, requiredTargets(policy, names.length));
    const seen = await askAll(ports, targets, held.signal, (target, signal) => target.observe(siteId, { signal }));
    const answering = seen.filter(({ result }) => result?.isOk() === true).map(({ target }) => target);
    const showing = seen.filter((answer) => shows(answer, publication)).map(({ target }) => target);
    const everyone = showing.length === answering.length;
    if (answering.length < tolerated) {
      // Whether it is finished or undone may hang on those that are silent. Where those that answer show different
      // things, it is undone: there is no reason to let visitors see two versions until the others are back.
      if (!everyone) await restoreTargets(ports, held, publication, answering);
      return err(silence(publication, names, targets, seen));
    }

    if (showing.length >= (everyone ? tolerated : required)) {
      const finished = yield* rollForward(ports, held, publication, { answering, showing, required: tolerated });
      if (finished !== undefined) {
        const results = names.map((name) => recoveredResult(name, finished.has(name), seen));
        const recorded = yield* recordPublication(ports, held, publication, actor, { results });
        return ok({ publication: recorded, outcome: "finished" as const });
      }
    }

    // Not only those that show it: a flip whose answer was lost may still be on its way, and only a later
    // fencing token keeps it out.
    const back = await restoreTargets(ports, held, publication, answering);
    const restored = back.filter(({ result }) => result?.isOk() === true).map(({ target }) => target.name);
    if (restored.length < tolerated) return err(failure(publication, "restore", back));
    const results = names
      .filter((name) => !restored.includes(name))
      .map((name) => recoveredResult(name, false, [...back, ...seen]));
    const why = { failure: "INTERRUPTED", actor, ...(results.length === 0 ? {} : { results }) };
    const undone = yield* undoPublication(ports, held, publication, answering, why);
    return ok({ publication: undone, outcome: "undone" as const });
  });
}

/** Who can be counted on when a release is to be finished. */
interface Showing {
  readonly answering: readonly Target[];
  readonly showing: readonly Target[];
  readonly required: number;
}

/**
 * Flips those that answer and do not show the release yet, and looks at what all of them serve, as the killed run would
 * have done. Gives the names of those that serve it; `undefined` when they are too few.
 */
function rollForward(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  { answering, showing, required }: Showing,
): ResultAsync<ReadonlySet<string> | undefined, BlobStoreError> {
  return flow(async function* () {
    const { siteId, slot, release } = publication;
    const { signal, fencingToken } = held;
    const late = answering.filter((target) => !showing.includes(target));
    const flipped = await flipAll(ports, { siteId, slot, release, fencingToken, targets: late }, signal);
    const forward = flipped.filter(({ result }) => result?.isOk() === true).map(({ target }) => target);
    const targets = [...showing, ...forward];
    const manifest = yield* await manifestOfPublication(ports, publication, { signal });
    // Without its manifest nobody can look.
    if (manifest === undefined) return ok(new Set(targets.map(({ name }) => name)));
    const flip = { siteId, slot, release, fencingToken, targets };
    const probed = await probeAll(ports, flip, probeSamples(manifest), signal);
    const served = probed.filter(({ result }) => !(result?.isErr() === true && hasCode(result.error, "PROBE_FAILED")));
    return ok(served.length < required ? undefined : new Set(served.map(({ target }) => target.name)));
  });
}

function shows({ result }: TargetAnswer<TargetObservation>, publication: Publication): boolean {
  return result?.isOk() === true && result.value.slots.get(publication.slot) === publication.release;
}

/** What is known of a target after a recovery: no times, nothing sent. */
function recoveredResult(name: string, current: boolean, answers: readonly TargetAnswer<unknown>[]): TargetResult {
  const nothing = { sentFiles: 0, sentBytes: 0, reusedFiles: 0 };
  if (current) return { target: name, outcome: "current", ...nothing };
  const failed = answers.find(({ target, result }) => target.name === name && result?.isErr() === true)?.result;
  const told = failed?.isErr() ? failed.error : undefined;
  const { code = "INVALID_INPUT", message = `${name} does not show it, or is not configured.` } = told ?? {};
  const failure = { step: "recover" as const, code, message };
  return { target: name, outcome: "behind", failure, ...nothing };
}

function silence(
  publication: Publication,
  names: readonly string[],
  targets: readonly Target[],
  seen: readonly TargetAnswer<TargetObservation>[],
): TargetFailureError | HostingErrorOf<"PUBLISH_FAILED"> {
  const missing = names.filter((name) => !targets.some((target) => target.name === name));
  if (missing.length === 0) return failure(publication, "observe", seen);
  const message = `Publication ${publication.number} was interrupted, and its target ${missing.join(", ")} is not configured.`;
  const failed = missing.map((target) => ({ target, code: "INVALID_INPUT" as const, message: "not configured" }));
  const { siteId, number } = publication;
  const details = { siteId, publication: number, step: "recover", state: "unknown" as const, targets: failed };
  return hostingError("PUBLISH_FAILED", message, details);
}

function failure<T>(publication: Publication, step: string, answers: readonly TargetAnswer<T>[]): TargetFailureError {
  return targetFailure(answers, {
    siteId: publication.siteId,
    publication: publication.number,
    step,
    state: "unknown",
  });
}

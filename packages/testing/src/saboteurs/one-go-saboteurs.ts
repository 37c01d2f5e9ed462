import { err, flow, ok, type StageAndActivateRequest, type Target } from "@hostelry/core/adapter";
import type { MemoryTarget } from "../memory/target/memory-target.ts";
import { type HeldSite, heldSite } from "../memory/target/target-state.ts";
import { afterTurn } from "../memory/turn.ts";
import { type Saboteur, targetSaboteur } from "./saboteur.ts";

type InOneGo = NonNullable<Target["stageAndActivate"]>;

/** Targets that break promises of laying a release out and flipping to it in one go. */
export const oneGoSaboteurs: readonly Saboteur[] = [
  oneGoSaboteur({
    name: "shows a release in one go before it is whole",
    caughtBy: ["atomic-for-readers"],
    spoil: (inOneGo, target) => (request, options) => {
      if (options?.signal?.aborted === true || isOld(target, request)) return inOneGo(request, options);
      const { slots } = heldSite(target.state, request.siteId);
      const { slot, manifest, guard } = request;
      const before = slots.get(slot);
      const early = { release: manifest.release, guard };
      slots.set(slot, early);
      const putBack = (): void => {
        if (slots.get(slot) !== early) return;
        if (before === undefined) slots.delete(slot);
        else slots.set(slot, before);
      };
      return inOneGo(request, options)
        .map(({ staged, activated }) => {
          const previous = before?.release ?? null;
          return { staged, activated: { ...activated, previous, changed: previous !== manifest.release } };
        })
        .mapErr((error) => {
          putBack();
          return error;
        });
    },
  }),
  oneGoSaboteur({
    name: "never tells that it may flip",
    caughtBy: ["tells-before-the-flip", "staged-before", "highest-token-stays", "given-up"],
    spoil: (inOneGo) => (request, options) => inOneGo(request, { ...options, onFlip: undefined }),
  }),
  oneGoSaboteur({
    name: "tells at the very start that it may flip",
    caughtBy: ["tells-before-the-flip", "blob-breaks-off", "cancelled-midway"],
    spoil: (inOneGo) => (request, options) =>
      flow(async function* () {
        if (options?.signal?.aborted !== true) options?.onFlip?.();
        return ok(yield* inOneGo(request, { ...options, onFlip: undefined }));
      }),
  }),
  oneGoSaboteur({
    name: "tells twice that it may flip",
    caughtBy: ["tells-before-the-flip", "staged-before"],
    spoil: (inOneGo) => (request, options) => {
      const onFlip = (): void => {
        options?.onFlip?.();
        options?.onFlip?.();
      };
      return inOneGo(request, { ...options, onFlip });
    },
  }),
  oneGoSaboteur({
    name: "flips all the same when it was told that it has been given up",
    caughtBy: ["given-up"],
    spoil: (inOneGo) => (request, options) => {
      const onFlip = (): void => {
        try {
          options?.onFlip?.();
        } catch {
          // The promise that it breaks.
        }
      };
      return inOneGo(request, { ...options, onFlip });
    },
  }),
  oneGoSaboteur({
    name: "does not look at its signal when it begins in one go",
    caughtBy: ["cancelled-before"],
    spoil: (inOneGo) => (request, options) =>
      inOneGo(request, options?.signal?.aborted === true ? { ...options, signal: undefined } : options),
  }),
  oneGoSaboteur({
    name: "flips to what it has when its caller ends it midway",
    caughtBy: ["cancelled-midway"],
    spoil: (inOneGo, target) => (request, options) => {
      const begins = options?.signal?.aborted !== true;
      return inOneGo(request, options).mapErr((error) => {
        if (begins && error.code === "ABORTED") show(target, request);
        return error;
      });
    },
  }),
  oneGoSaboteur({
    name: "compares the token only before it stages in one go",
    caughtBy: ["fenced-midway"],
    spoil: (inOneGo, target) => (request, options) => {
      const old = isOld(target, request);
      return inOneGo(request, options).orElse((error) => {
        if (error.code !== "FENCED" || old) return err(error);
        show(target, request);
        return ok(shownOutcome);
      });
    },
  }),
  oneGoSaboteur({
    name: "compares the token when it has staged, and flips later",
    caughtBy: ["highest-token-stays"],
    spoil: (inOneGo, target) => (request, options) =>
      inOneGo(request, options).andThen((outcome) =>
        afterTurn(() => ok(undefined))
          .andThen(() => afterTurn(() => ok(undefined)))
          .map(() => {
            if (isOld(target, request)) show(target, request);
            return outcome;
          }),
      ),
  }),
  oneGoSaboteur({
    name: "ignores fencing in one go",
    caughtBy: ["fenced", "fenced-midway"],
    spoil: (inOneGo) => (request, options) =>
      inOneGo(request, options).orElse((error) =>
        error.code === "FENCED" ? inOneGo({ ...request, fencingToken: error.details.current }, options) : err(error),
      ),
  }),
  oneGoSaboteur({
    name: "says each time that it has changed something in one go",
    caughtBy: ["repeated", "preview"],
    spoil: (inOneGo) => (request, options) =>
      inOneGo(request, options).map(({ staged, activated }) => ({
        staged,
        activated: { ...activated, changed: true },
      })),
  }),
  oneGoSaboteur({
    name: "sends a release again in one go that is staged already",
    caughtBy: ["repeated", "staged-before"],
    spoil: (inOneGo, target) => (request, options) => {
      if (options?.signal?.aborted !== true)
        heldSite(target.state, request.siteId).releases.delete(request.manifest.release);
      return inOneGo(request, options);
    },
  }),
  oneGoSaboteur({
    name: "does not hash what it receives in one go",
    caughtBy: ["blob-with-other-bytes"],
    spoil: (inOneGo, target) => (request, options) =>
      inOneGo(request, options).orElse((error) => {
        if (error.code !== "BLOB_MISMATCH") return err(error);
        show(target, request);
        return ok(shownOutcome);
      }),
  }),
  oneGoSaboteur({
    name: "does not say what a failed staging in one go has left",
    caughtBy: ["blob-breaks-off"],
    spoil: (inOneGo) => (request, options) =>
      inOneGo(request, options).mapErr((error) => {
        if (error.code !== "ADAPTER_FAILED") return error;
        const details = { ...error.details, state: "unknown" as const };
        return Object.assign(Object.create(error) as typeof error, { details });
      }),
  }),
  oneGoSaboteur({
    name: "forgets in one go what guards a preview",
    caughtBy: ["preview"],
    spoil:
      (inOneGo) =>
      ({ guard: _, ...request }, options) =>
        inOneGo(request, options),
  }),
  oneGoSaboteur({
    name: "keeps the guard that a preview had when it is repeated in one go",
    caughtBy: ["preview"],
    spoil: (inOneGo, target) => (request, options) => {
      const shown = heldSite(target.state, request.siteId).slots.get(request.slot);
      return inOneGo({ ...request, guard: shown?.guard ?? request.guard }, options);
    },
  }),
  oneGoSaboteur({
    name: "overwrites in one go what it did not make",
    caughtBy: ["obstructed"],
    spoil: (inOneGo, target) => (request, options) => {
      heldSite(target.state, request.siteId).obstructed.delete(request.slot);
      return inOneGo(request, options);
    },
  }),
];

const shownOutcome = {
  staged: { sentFiles: 0, sentBytes: 0, reusedFiles: 0 },
  activated: { previous: null, changed: true },
};

/** A target that breaks one promise of `stageAndActivate`; `caughtBy` without the method. */
function oneGoSaboteur({
  name,
  caughtBy,
  spoil,
}: {
  readonly name: string;
  readonly caughtBy: readonly string[];
  readonly spoil: (inOneGo: InOneGo, target: MemoryTarget) => InOneGo;
}): Saboteur {
  return targetSaboteur({
    name,
    caughtBy: caughtBy.map((id) => `stage-and-activate/${id}`),
    spoil: (target) => {
      const { stageAndActivate } = target;
      if (stageAndActivate === undefined) throw new TypeError("The harness's target stages and flips in one go.");
      return { stageAndActivate: spoil(stageAndActivate, target) };
    },
  });
}

function isOld(target: MemoryTarget, { siteId, fencingToken }: StageAndActivateRequest): boolean {
  return fencingToken < heldSite(target.state, siteId).fence;
}

/** Makes a release of it, with nothing in it unless it is held, and points the slot there. */
function show(target: MemoryTarget, { siteId, slot, manifest }: StageAndActivateRequest): void {
  const { releases, slots }: HeldSite = heldSite(target.state, siteId);
  const { release } = manifest;
  if (!releases.has(release)) releases.set(release, { manifest, files: new Map() });
  slots.set(slot, { release });
}

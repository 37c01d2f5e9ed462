import {
  type ActivateOutcome,
  type ActivateRequest,
  adapterError,
  err,
  flow,
  hostingError,
  ok,
  publicationOfRelease,
  type ReleaseId,
  type Result,
  type ResultAsync,
  type StageAndActivateOptions,
  type StageAndActivateOutcome,
  type StageAndActivateRequest,
  type Target,
  type TargetCapabilities,
  type TargetError,
} from "@hostelry/core/adapter";
import { invalidInput } from "../page-of.ts";
import { decide, nextTurn, type Turn } from "../turn.ts";
import { compareRelease } from "./compare-release.ts";
import { findBytes, sha256Of, stageRelease } from "./stage-release.ts";
import { findRelease, passFence, type TargetContext } from "./target-context.ts";
import type { MemoryTargetState } from "./target-state.ts";

/** Settings of {@link memoryTarget}. */
export interface MemoryTargetOptions {
  /** Default `memory`. */
  readonly name?: string | undefined;
  /** What to be able to do. Default: everything, but for `stageAndActivate`. */
  readonly capabilities?: Partial<TargetCapabilities> | undefined;
  /** What it holds. Default: nothing. Two targets on one state are two connections to one place. */
  readonly state?: MemoryTargetState | undefined;
  /** How to let others run before and after each decision. Default: one turn of the event loop. */
  readonly turn?: Turn | undefined;
}

/** A {@link memoryTarget}, and what it holds. */
export interface MemoryTarget extends Target {
  readonly state: MemoryTargetState;
}

/** A {@link Target} in memory. `memoryContent(target)` is its reading side. */
export function memoryTarget(options: MemoryTargetOptions = {}): MemoryTarget {
  const { name = "memory", state = new Map(), turn = nextTurn } = options;
  const everything = { fencing: true, previews: true, servingState: true, verify: true };
  const capabilities: TargetCapabilities = { ...everything, ...options.capabilities };
  const context: TargetContext = {
    name,
    capabilities,
    state,
    transact: (operation, call, decision) => decide(turn, operation, call, decision),
  };
  return {
    spec: "target/1",
    name,
    capabilities,
    state,

    observe: (siteId, call) =>
      context.transact("observe", call, () => {
        const site = state.get(siteId);
        return ok({
          fence: site?.fence ?? 0,
          slots: new Map([...(site?.slots ?? [])].map(([slot, pointer]) => [slot, pointer.release])),
          releases: [...(site?.releases.keys() ?? [])].sort(byPublication),
          servingState: site?.servingState ?? "live",
          leftovers: site?.leftovers.size ?? 0,
        });
      }),

    missing: ({ siteId, manifest }, call) =>
      context.transact("missing", call, () => {
        const site = state.get(siteId);
        if (site?.releases.has(manifest.release) === true) return ok([]);
        const hashes = new Set(manifest.files.map((file) => file.sha256));
        return ok([...hashes].filter((sha256) => findBytes(site, sha256) === undefined));
      }),

    stage: (request, call) => stageRelease(context, request, call),

    activate: (request, call) => context.transact("activate", call, () => setPointer(context, request)),

    ...(capabilities.stageAndActivate === true
      ? { stageAndActivate: (request, call) => stageAndPoint(context, request, call) }
      : {}),

    probe: ({ siteId, slot, samples }, call) =>
      context.transact("probe", call, () => {
        const served = state.get(siteId)?.slots.get(slot)?.release ?? null;
        const files = served === null ? undefined : state.get(siteId)?.releases.get(served)?.files;
        const differs = samples.filter(({ path, sha256 }) => {
          const bytes = files?.get(path);
          return bytes === undefined || sha256Of(bytes) !== sha256;
        });
        return ok({ served, mismatches: differs.map(({ path }) => path) });
      }),

    setServingState: (request, call) =>
      context.transact("setServingState", call, () => {
        if (!capabilities.servingState) return err(invalidInput("state", "can't be kept by this target"));
        return passFence(context, request).map((site) => {
          const changed = site.servingState !== request.state;
          site.servingState = request.state;
          return { changed };
        });
      }),

    discard: (request, call) =>
      context.transact("discard", call, () =>
        passFence(context, request).map((site) => {
          const pointedTo = new Set([...site.slots.values()].map((pointer) => pointer.release));
          const discarded = request.releases.filter(
            (release) => !pointedTo.has(release) && site.releases.delete(release),
          );
          for (const leftover of site.leftovers) {
            if (leftover.fencingToken < request.fencingToken) site.leftovers.delete(leftover);
          }
          return { discarded };
        }),
      ),

    verify: ({ siteId, release, manifest }, call) =>
      context.transact("verify", call, () => {
        if (!capabilities.verify) return err(invalidInput("release", "can't be verified on this target"));
        return findRelease(context, siteId, release).map((held) => ({
          problems: compareRelease(held, manifest ?? held.manifest),
        }));
      }),
  };
}

function stageAndPoint(
  context: TargetContext,
  request: StageAndActivateRequest,
  options: StageAndActivateOptions = {},
): ResultAsync<StageAndActivateOutcome, TargetError> {
  const { siteId, slot, guard, samples, fencingToken, manifest } = request;
  return flow(async function* () {
    const staged = yield* stageRelease(context, request, options);
    const { release } = manifest;
    const flip = { siteId, slot, release, guard, samples, fencingToken };
    const point = (): Result<ActivateOutcome, TargetError> => {
      try {
        options.onFlip?.();
      } catch (cause) {
        const about = { adapter: context.name, operation: "stageAndActivate", state: "unchanged" } as const;
        return err(adapterError(cause, { ...about, signal: options.signal }));
      }
      return setPointer(context, flip);
    };
    return ok({ staged, activated: yield* context.transact("activate", options, point) });
  });
}

function setPointer(context: TargetContext, request: ActivateRequest): Result<ActivateOutcome, TargetError> {
  const { siteId, slot, release, guard } = request;
  if (slot !== "live" && !context.capabilities.previews)
    return err(invalidInput("slot", "is not shown by this target"));
  const passed = passFence(context, request);
  if (passed.isErr()) return err(passed.error);
  const site = passed.value;
  if (site.obstructed.has(slot)) {
    const message = `Something that is not ours is in the place of ${slot}.`;
    const problem = "not a pointer";
    return err(hostingError("TARGET_LAYOUT_INVALID", message, { target: context.name, path: slot, problem }));
  }
  const previous = site.slots.get(slot)?.release ?? null;
  if (release === null) {
    site.slots.delete(slot);
    return ok({ previous, changed: previous !== null });
  }
  const found = findRelease(context, siteId, release);
  if (found.isErr()) return err(found.error);
  site.slots.set(slot, structuredClone(guard === undefined ? { release } : { release, guard }));
  return ok({ previous, changed: previous !== release });
}

function byPublication(left: ReleaseId, right: ReleaseId): number {
  return publicationOfRelease(left) - publicationOfRelease(right);
}

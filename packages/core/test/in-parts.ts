import {
  err,
  ok,
  type Result,
  ResultAsync,
  type StageAndActivateOutcome,
  type Target,
  type TargetError,
} from "@hostelry/core/adapter";

/** Lays out and flips in one go by two calls to the target itself: whoever does it can die, or be paused, in between. */
export function inParts(target: Target): Target {
  return {
    ...target,
    stageAndActivate: (request, options = {}) => {
      const both = async (): Promise<Result<StageAndActivateOutcome, TargetError>> => {
        const { siteId, slot, guard, samples, fencingToken, manifest } = request;
        const staged = await target.stage(request, options);
        if (staged.isErr()) return err(staged.error);
        options.onFlip?.();
        const flip = { siteId, slot, guard, samples, fencingToken, release: manifest.release };
        const activated = await target.activate(flip, { signal: options.signal });
        if (activated.isErr()) return err(activated.error);
        return ok({ staged: staged.value, activated: activated.value });
      };
      return new ResultAsync(both());
    },
  };
}

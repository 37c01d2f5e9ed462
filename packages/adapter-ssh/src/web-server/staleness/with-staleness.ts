import {
  type CallOptions,
  type Clock,
  flow,
  type HostingError,
  ok,
  type ResultAsync,
  systemClock,
  type Target,
  type TargetError,
} from "@hostelry/core/adapter";
import type { StalenessReport } from "./staleness.ts";

/** How a target learns about its web server. */
export interface WithStalenessOptions {
  /** Looks, e.g. `(options) => readStaleness(transport, { ...options, root })`. */
  readonly read: (options: CallOptions) => ResultAsync<StalenessReport, HostingError>;
  /** How long what was seen counts; after that it is looked at again beside a publish. Default 600,000. */
  readonly maxAgeMs?: number | undefined;
  /** Is told each report, for its findings. */
  readonly onReport?: ((report: StalenessReport) => void) | undefined;
  /** Is told why looking failed. Publishing goes on, and its result says nothing of staleness. */
  readonly onProblem?: ((error: HostingError) => void) | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Pick<Clock, "now"> | undefined;
}

/**
 * The target, which also says with each staged release for how long its web server can still show the one before: it
 * stands in the publication's results as `staleSeconds`. The look runs beside the first staging; later ones do not wait for it.
 */
export function withStaleness<T extends Target>(target: T, options: WithStalenessOptions): T {
  const { read, maxAgeMs = 600_000, onReport, onProblem, clock = systemClock } = options;
  let known: { readonly seconds: number | null; readonly seenMs: number } | undefined;
  let looking: Promise<void> | undefined;

  const look = async (own: CallOptions): Promise<void> => {
    const seen = await read(own);
    looking = undefined;
    if (seen.isErr()) return onProblem?.(seen.error);
    known = { seconds: seen.value.serverSeconds, seenMs: clock.now().getTime() };
    onReport?.(seen.value);
  };

  const looked = <D>(
    { signal }: CallOptions,
    work: () => ResultAsync<D, TargetError>,
    withSeconds: (done: D, staleSeconds: number | null) => D,
  ): ResultAsync<D, TargetError> =>
    flow(async function* () {
      const isFresh = known !== undefined && clock.now().getTime() - known.seenMs < maxAgeMs;
      if (!isFresh) looking ??= look({ signal });
      const done = yield* work();
      if (known === undefined) await looking;
      return ok(known === undefined ? done : withSeconds(done, known.seconds));
    });

  const both = target.stageAndActivate?.bind(target);
  const inOneGo: Target["stageAndActivate"] =
    both &&
    ((request, own = {}) =>
      looked(
        own,
        () => both(request, own),
        ({ staged, activated }, staleSeconds) => ({ staged: { ...staged, staleSeconds }, activated }),
      ));
  return {
    ...target,
    ...(inOneGo === undefined ? {} : { stageAndActivate: inOneGo }),
    stage: (request, own = {}) =>
      looked(
        own,
        () => target.stage(request, own),
        (staged, staleSeconds) => ({ ...staged, staleSeconds }),
      ),
  };
}

import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { ProgressListener } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StageAndActivateOutcome, StageAndActivateRequest, Target } from "../ports/target.ts";
import { err, type Result } from "../result/index.ts";
import { elapsedMs } from "./ask-targets.ts";
import type { HeldLease } from "./hold-lease.ts";
import type { TargetAnswer } from "./target-failures.ts";

/** A target that needs only one way there and back. */
export type OneGoTarget = Target & Required<Pick<Target, "stageAndActivate">>;

/** What a target answered that was asked to lay a release out and to flip to it. */
export interface OneGoAnswer {
  readonly answer: TargetAnswer<StageAndActivateOutcome>;
  /** Since when the release may be visible, on the clock of `answer`; `undefined`: it never was. */
  readonly flipMs: number | undefined;
}

/** From the word that it may flip on, a target has at least so long, as for a flip alone. */
const shortestFlipMs = 60_000;
/** And this where nobody says how long a staging may take: what was sent may still have to be unpacked and hashed. */
const longestFlipMs = 600_000;

/**
 * Lays a release out on a target and flips to it. Up to the word that the target may flip, the caller's signal counts, and
 * the time that a staging may take; from there on only the lease, and a time limit of its own, which begins anew with each
 * progress that the target tells. Once the call has been given up that word can't be said any more, so what was given up
 * before it never becomes visible.
 *
 * @throws what the listener throws.
 */
export async function askInOneGo(
  ports: HostingPorts,
  held: HeldLease,
  target: OneGoTarget,
  request: StageAndActivateRequest,
  listener: ProgressListener | undefined,
): Promise<OneGoAnswer> {
  const startedMs = elapsedMs(ports);
  const committed = new AbortController();
  const ended = new AbortController();
  const late = new AbortController();
  const callerUntilFlip = untilFired(held.signal, committed.signal);
  const signal = AbortSignal.any([held.lost, late.signal, callerUntilFlip]);
  let flipMs: number | undefined;
  let heardMs = startedMs;
  let thrown: { readonly cause: unknown } | undefined;

  const onFlip = (): void => {
    signal.throwIfAborted();
    heardMs = elapsedMs(ports);
    flipMs ??= heardMs;
    committed.abort();
  };
  const onProgress: ProgressListener = (progress) => {
    heardMs = elapsedMs(ports);
    try {
      listener?.(progress);
    } catch (cause) {
      // Until the flip it ends the staging. Afterwards it must not pass for an error of the target, which may be certain by
      // then that it has not flipped.
      if (flipMs === undefined) throw cause;
      thrown ??= { cause };
    }
  };
  const giveUp = async (): Promise<Result<never, HostingErrorOf<"ADAPTER_TIMEOUT">>> => {
    const error = await overdue(ports, target, {
      committed: committed.signal,
      ended: ended.signal,
      heardMs: () => heardMs,
    });
    if (!ended.signal.aborted) late.abort(error);
    return err(error);
  };

  try {
    const asked = target.stageAndActivate(request, { signal, onFlip, onProgress });
    const result = await Promise.race([asked, giveUp()]);
    if (thrown !== undefined) throw thrown.cause;
    return { answer: { target, result, startedMs, endedMs: elapsedMs(ports) }, flipMs };
  } finally {
    ended.abort();
    committed.abort();
  }
}

/** How far a call has come. */
interface CallUnderWay {
  /** Fires when the target may flip, and when the call has ended. */
  readonly committed: AbortSignal;
  readonly ended: AbortSignal;
  /** When the target last said something. */
  readonly heardMs: () => number;
}

/** Resolves when the target has had its time: until it may flip that of a staging, and then that of a flip. */
async function overdue(
  ports: HostingPorts,
  { name }: Target,
  { committed, ended, heardMs }: CallUnderWay,
): Promise<HostingErrorOf<"ADAPTER_TIMEOUT">> {
  const { clock, publishing } = ports;
  const { stageTimeoutMs } = publishing;
  const about = { adapter: name, state: "unknown" } as const;
  if (stageTimeoutMs === undefined) await fired(committed);
  else await clock.sleep(stageTimeoutMs, committed);
  if (stageTimeoutMs !== undefined && !committed.aborted) {
    const message = `${name} was not ready within ${stageTimeoutMs} ms.`;
    return hostingError("ADAPTER_TIMEOUT", message, { ...about, operation: "stage", timeoutMs: stageTimeoutMs });
  }
  const timeoutMs = Math.max(shortestFlipMs, stageTimeoutMs ?? longestFlipMs);
  const leftMs = (): number => (ended.aborted ? 0 : heardMs() + timeoutMs - elapsedMs(ports));
  for (let pauseMs = leftMs(); pauseMs > 0; pauseMs = leftMs()) await clock.sleep(pauseMs, ended);
  const message = `${name} could flip, and said nothing for ${timeoutMs} ms.`;
  return hostingError("ADAPTER_TIMEOUT", message, { ...about, operation: "activate", timeoutMs });
}

function fired(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** A signal that fires with another, unless `end` has fired first. */
function untilFired(signal: AbortSignal, end: AbortSignal): AbortSignal {
  if (signal.aborted) return signal;
  const own = new AbortController();
  signal.addEventListener("abort", () => own.abort(signal.reason), { once: true, signal: end });
  return own.signal;
}

import {
  adapterError,
  attempt,
  type Clock,
  type PublicProbe,
  type PublicProbeOutcome,
  type PublicProbeRequest,
  type SiteId,
  systemClock,
} from "@hostelry/core/adapter";
import { fetchHash } from "./fetch-hash.ts";
import type { PublicAddress } from "./public-address.ts";

/** Settings of {@link httpProbe}. */
export interface HttpProbeOptions {
  /** Where strangers find a site; `undefined`: nowhere yet, and it is not asked. */
  readonly addressOf: (siteId: SiteId) => PublicAddress | undefined | Promise<PublicAddress | undefined>;
  /** For messages; default `public name`. */
  readonly name?: string | undefined;
  /** How often to look before what is wrong counts: caches and other nodes may lag behind. Default 3. */
  readonly attempts?: number | undefined;
  /** Between two looks, in milliseconds; default 1,000. */
  readonly pauseMs?: number | undefined;
  /** For all files of one look, in milliseconds; default 10,000. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Pick<Clock, "sleep"> | undefined;
}

/**
 * Looks at sites by HTTP under their public names, as a stranger does: what is served must be the bytes of the release.
 * A name that does not answer is an error and fails no publication; a name that answers with something else takes it back.
 */
export function httpProbe(options: HttpProbeOptions): PublicProbe {
  const { name = "public name", attempts = 3, pauseMs = 1000, timeoutMs = 10_000, clock = systemClock } = options;

  async function look(request: PublicProbeRequest, signal: AbortSignal): Promise<PublicProbeOutcome> {
    const address = await options.addressOf(request.siteId);
    if (address === undefined) return { asked: false, mismatches: [] };
    for (let attemptsLeft = attempts; ; attemptsLeft -= 1) {
      const last = attemptsLeft <= 1;
      try {
        const mismatches = await mismatchesAt(
          address,
          request,
          AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        );
        if (mismatches.length === 0 || last) return { asked: true, mismatches };
      } catch (cause) {
        if (last || signal.aborted) throw cause;
      }
      await clock.sleep(pauseMs, signal);
    }
  }

  return {
    spec: "public-probe/1",
    name,
    capabilities: {},
    look: (request, { signal = new AbortController().signal } = {}) =>
      attempt(
        () => look(request, signal),
        (cause) => adapterError(cause, { adapter: name, operation: "look", state: "unchanged", signal }),
      ),
  };
}

async function mismatchesAt(
  address: PublicAddress,
  { samples }: PublicProbeRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const mismatches: string[] = [];
  for (const { path, sha256 } of samples) {
    if ((await fetchHash({ address, path, signal })) !== sha256) mismatches.push(path);
  }
  return mismatches;
}

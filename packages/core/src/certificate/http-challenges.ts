import type { CertificateStore } from "../ports/certificate-store.ts";
import type { ChallengeSolver } from "../ports/challenge-solver.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { HostProbe } from "../ports/host-probe.ts";
import { guardCertificateStore } from "../ports/index.ts";
import type { Random } from "../ports/random.ts";
import { httpChallengeSolver } from "./http-challenge-solver.ts";

/** What {@link httpChallenges} works with. */
export interface HttpChallengesOptions {
  /** Where answers are kept, for every server that the names lead to: see {@link storedChallengeAnswers}. */
  readonly store: CertificateStore;
  /**
   * Asks the name itself before an order is placed, whether an answer is found: so a name that leads elsewhere, or a proxy in between, costs
   * nothing. Left out: it is not looked at.
   */
  readonly probe?: HostProbe | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Unique among the solvers. Default `http`. */
  readonly name?: string | undefined;
}

/** Answers `http-01` by texts in the store of certificates, from where `withChallenges` of `@hostelry/serve` gives them out. */
export function httpChallenges(options: HttpChallengesOptions): ChallengeSolver {
  const { clock = systemClock, random, probe, name = "http" } = options;
  const store = guardCertificateStore(options.store);
  return httpChallengeSolver({
    name,
    probe,
    random,
    place: {
      put: ({ hostname, token, content, lifeMs }, call) => {
        const expiresAt = new Date(clock.now().getTime() + lifeMs);
        return store.putChallengeAnswer({ hostname, token, content, expiresAt }, call);
      },
      remove: ({ hostname, token }, call) => store.removeChallengeAnswer({ hostname, token }, call),
    },
  });
}

/** Answers to challenges out of the records, as `withChallenges` of `@hostelry/serve` takes them. Rejects when the records are away. */
export function storedChallengeAnswers(options: {
  readonly store: CertificateStore;
  readonly clock?: Clock | undefined;
}): { contentOf(hostname: string, token: string): Promise<string | null> } {
  const { clock = systemClock } = options;
  const store = guardCertificateStore(options.store);
  return {
    contentOf: async (hostname, token) => {
      const found = await store.findChallengeAnswer({ hostname, token, now: clock.now() });
      if (found.isErr()) throw found.error;
      return found.value;
    },
  };
}

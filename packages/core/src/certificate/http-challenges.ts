import type { CertificateProblem } from "../ports/certificate/index.ts";
import type { CertificateStore } from "../ports/certificate-store.ts";
import type { ChallengeSolver } from "../ports/challenge-solver.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { HostProbe } from "../ports/host-probe.ts";
import { guardCertificateStore, guardHostProbe } from "../ports/index.ts";
import { type Random, systemRandom } from "../ports/random.ts";
import { flow, ok, okAsync } from "../result/index.ts";

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

const answerLifeMs = 7 * 24 * 60 * 60_000;
const checkLifeMs = 5 * 60_000;
const mostBytes = 1000;

/** Answers `http-01` by texts in the store of certificates, from where `withChallenges` of `@hostelry/serve` gives them out. */
export function httpChallenges(options: HttpChallengesOptions): ChallengeSolver {
  const { clock = systemClock, random = systemRandom, name = "http" } = options;
  const store = guardCertificateStore(options.store);
  const probe = options.probe === undefined ? undefined : guardHostProbe(options.probe);
  const expiresAfter = (lifeMs: number): Date => new Date(clock.now().getTime() + lifeMs);

  return {
    spec: "challenge-solver/1",
    name,
    capabilities: { type: "http-01" },
    check: (hostname, call = {}) =>
      flow(async function* () {
        if (probe === undefined) return ok(null);
        const token = `check-${Buffer.from(random.bytes(16)).toString("base64url")}`;
        const content = Buffer.from(random.bytes(16)).toString("base64url");
        yield* store.putChallengeAnswer({ hostname, token, content, expiresAt: expiresAfter(checkLifeMs) }, call);
        const asked = await probe.ask({ hostname, path: pathOf(token), maxBytes: mostBytes }, call);
        // What can't be taken away here ends by its time.
        yield* store.removeChallengeAnswer({ hostname, token }).orElse(() => okAsync(undefined));
        const { reached, status, text } = yield* asked;
        return ok(problemOf(hostname, { reached, isRight: status === 200 && text.trim() === content, status }));
      }),
    present: ({ name: hostname, key: token, content }, call) =>
      store.putChallengeAnswer({ hostname, token, content, expiresAt: expiresAfter(answerLifeMs) }, call),
    isVisible: ({ name: hostname, key: token, content }, call) => {
      if (probe === undefined) return okAsync(true);
      const asked = probe.ask({ hostname, path: pathOf(token), maxBytes: mostBytes }, call);
      return asked.map(({ status, text }) => status === 200 && text.trim() === content);
    },
    withdraw: ({ name: hostname, key: token }, call) => store.removeChallengeAnswer({ hostname, token }, call),
  };
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

function problemOf(
  name: string,
  answer: { readonly reached: boolean; readonly isRight: boolean; readonly status: number },
): CertificateProblem | null {
  if (answer.isRight) return null;
  if (!answer.reached)
    return { type: "connection", detail: `Nobody answers at http://${name}/, or the name has no address.`, name };
  const detail = `http://${name}/ is answered by somebody else: the challenge was not found there (HTTP ${answer.status}).`;
  return { type: "unauthorized", detail, name };
}

function pathOf(token: string): string {
  return `/.well-known/acme-challenge/${token}`;
}

import type { CallOptions } from "../ports/call-options.ts";
import type { CertificateProblem } from "../ports/certificate/index.ts";
import type { ChallengeSolver, ChallengeSolverError } from "../ports/challenge-solver.ts";
import type { HostProbe } from "../ports/host-probe.ts";
import { guardHostProbe } from "../ports/index.ts";
import { type Random, systemRandom } from "../ports/random.ts";
import { flow, ok, okAsync, type ResultAsync } from "../result/index.ts";

/** A text that is to be found at `/.well-known/acme-challenge/<token>` of a name. It is no secret. */
export interface HttpAnswer {
  readonly hostname: string;
  /** Letters, digits, `-` and `_`. */
  readonly token: string;
  readonly content: string;
  /** So long it is needed at most. */
  readonly lifeMs: number;
}

/** Where answers over HTTP are laid out, and taken away again. Both may be repeated. */
export interface HttpAnswerPlace {
  /** Resolves when the text is found by whoever asks. */
  put(answer: HttpAnswer, options?: CallOptions): ResultAsync<void, ChallengeSolverError>;
  remove(
    answer: Pick<HttpAnswer, "hostname" | "token">,
    options?: CallOptions,
  ): ResultAsync<void, ChallengeSolverError>;
}

/** What {@link httpChallengeSolver} works with. */
export interface HttpChallengeSolverOptions {
  /** Unique among the solvers. */
  readonly name: string;
  readonly place: HttpAnswerPlace;
  /** Asks the name itself before an order is placed. Left out: it is not looked at. */
  readonly probe?: HostProbe | undefined;
  readonly random?: Random | undefined;
}

const answerLifeMs = 7 * 24 * 60 * 60_000;
const checkLifeMs = 5 * 60_000;
const mostBytes = 1000;

/** Answers `http-01` by texts at a place: what all solvers over HTTP have in common. For those who write one. */
export function httpChallengeSolver(options: HttpChallengeSolverOptions): ChallengeSolver {
  const { name, place, random = systemRandom } = options;
  const probe = options.probe === undefined ? undefined : guardHostProbe(options.probe);
  return {
    spec: "challenge-solver/1",
    name,
    capabilities: { type: "http-01" },
    check: (hostname, call = {}) =>
      flow(async function* () {
        if (probe === undefined) return ok(null);
        const token = `check-${Buffer.from(random.bytes(16)).toString("base64url")}`;
        const content = Buffer.from(random.bytes(16)).toString("base64url");
        yield* place.put({ hostname, token, content, lifeMs: checkLifeMs }, call);
        const asked = await probe.ask({ hostname, path: pathOf(token), maxBytes: mostBytes }, call);
        // What can't be taken away here ends by its time, or by its place's own ways.
        yield* place.remove({ hostname, token }).orElse(() => okAsync(undefined));
        const { reached, status, text } = yield* asked;
        return ok(problemOf(hostname, { reached, isRight: status === 200 && text.trim() === content, status }));
      }),
    present: ({ name: hostname, key: token, content }, call) =>
      place.put({ hostname, token, content, lifeMs: answerLifeMs }, call),
    isVisible: ({ name: hostname, key: token, content }, call) => {
      if (probe === undefined) return okAsync(true);
      const asked = probe.ask({ hostname, path: pathOf(token), maxBytes: mostBytes }, call);
      return asked.map(({ status, text }) => status === 200 && text.trim() === content);
    },
    withdraw: ({ name: hostname, key: token }, call) => place.remove({ hostname, token }, call),
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

import type { CertificateChallenge, CertificateOrder, NameProof } from "../ports/certificate/index.ts";
import type { ChallengeSolver } from "../ports/challenge-solver.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { CertificateRecord, PresentedChallenge } from "./certificate.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { type WorkError, writeRecord, writeTrouble } from "./certificate-work.ts";
import { type OrderWork, orderFailed, pollOrder } from "./order-work.ts";

/** A challenge, and who answers it. */
interface Answer {
  readonly solver: ChallengeSolver;
  readonly challenge: CertificateChallenge;
  readonly presented: PresentedChallenge;
}

/**
 * Answers the challenges of an order. What is going to be laid out is written down before, so that it is taken away again whatever happens. The authority is told
 * when everybody can see all of them: a look that fails ends the order, and few are allowed.
 */
export function proveNames(
  ports: CertificatePorts,
  record: CertificateRecord,
  work: OrderWork,
  found: CertificateOrder,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  const { clock, policy } = ports;
  const { used, orderId } = work;
  const pending = found.proofs.filter(({ status }) => status === "pending");
  const answers = pending.flatMap((proof) => answerOf(ports, work, proof) ?? []);
  const unanswered = pending.find((proof) => answerOf(ports, work, proof) === undefined);
  if (unanswered !== undefined) {
    const { name } = unanswered;
    const detail = `${used.name} offers no challenge for ${name} that can be answered here.`;
    return writeTrouble(
      ports,
      record,
      { from: "authority", type: "no-challenge", detail, name },
      { order: null },
      call,
    );
  }
  const open = answers.filter(({ challenge }) => challenge.status === "pending");
  if (open.length === 0) return pollOrder(ports, record, work, found, call);
  return flow(async function* () {
    let current = record;
    let order = work.order;
    if (order.presentedAt === undefined) {
      const presented = withAnswers(record.presented, open);
      if (presented.length > record.presented.length) current = yield* writeRecord(ports, current, { presented }, call);
      for (const { solver, presented: answer } of open) {
        const laidOut = await solver.present(answer, { signal: call.signal });
        if (laidOut.isErr()) return orderFailed(ports, current, { ...work, order }, laidOut.error, "solver", call);
      }
      order = { ...order, presentedAt: clock.now() };
      current = yield* writeRecord(ports, current, { order }, call);
    }
    for (const { solver, presented: answer } of open) {
      const seen = await solver.isVisible(answer, { signal: call.signal });
      if (seen.isErr()) return orderFailed(ports, current, { ...work, order }, seen.error, "solver", call);
      if (seen.value) continue;
      const sinceMs = clock.now().getTime() - (order.presentedAt ?? order.startedAt).getTime();
      if (sinceMs <= policy.visibleMs)
        return pollOrder(ports, current, { ...work, order }, { retryAfterMs: null }, call);
      const { name, key } = answer;
      const detail = `The answer at ${key} is not to be seen by everybody after ${Math.round(sinceMs / 60_000)} minutes.`;
      const obstacle = { from: "solver", type: "not-visible", detail, name } as const;
      return writeTrouble(ports, current, obstacle, { order: null }, call);
    }
    for (const { challenge } of open) {
      const request = { orderId, challengeId: challenge.id };
      const told = await used.authority.answerChallenge(request, { signal: call.signal });
      if (told.isErr()) return orderFailed(ports, current, { ...work, order }, told.error, "authority", call);
    }
    const answeredAt = clock.now();
    const nextAt = new Date(answeredAt.getTime() + policy.firstPollMs);
    return ok(yield* writeRecord(ports, current, { order: { ...order, answeredAt, nextAt, failures: 0 } }, call));
  });
}

function answerOf(ports: CertificatePorts, { order }: OrderWork, proof: NameProof): Answer | undefined {
  const { name, wildcard, challenges } = proof;
  const chosen = order.solvers?.[wildcard ? `*.${name}` : name];
  const solver = ports.solvers.find((each) => each.name === chosen);
  const challenge = challenges.find(({ type }) => type === solver?.capabilities.type);
  if (solver === undefined || challenge === undefined) return undefined;
  const [key, content] =
    challenge.type === "http-01" ? [challenge.token, challenge.content] : [challenge.recordName, challenge.recordValue];
  const presentedAt = ports.clock.now();
  const presented = { type: challenge.type, solver: solver.name, name, key, content, presentedAt };
  return { solver, challenge, presented };
}

function withAnswers(
  presented: readonly PresentedChallenge[],
  answers: readonly Answer[],
): readonly PresentedChallenge[] {
  const isKnown = (answer: PresentedChallenge): boolean =>
    presented.some(({ solver, key, content }) => {
      return solver === answer.solver && key === answer.key && content === answer.content;
    });
  return [...presented, ...answers.map((answer) => answer.presented).filter((answer) => !isKnown(answer))];
}

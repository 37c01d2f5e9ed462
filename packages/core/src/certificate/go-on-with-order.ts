import type { CertificateOrder } from "../ports/certificate/index.ts";
import { flow, ok, okAsync, type ResultAsync } from "../result/index.ts";
import type { CertificateRecord } from "./certificate.ts";
import { accountIdOf } from "./certificate-account.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { type Obstacle, obstacleOfProblem } from "./certificate-trouble.ts";
import { type WorkError, writeRecord, writeTrouble } from "./certificate-work.ts";
import { finalizeOrder } from "./finalize-order.ts";
import { type OrderWork, orderFailed, pollOrder } from "./order-work.ts";
import { proveNames } from "./prove-names.ts";
import { failedProofCosts } from "./rate-budget.ts";
import { countFailedProofs, keyed } from "./spend-order.ts";
import { takeUpCertificate } from "./take-up-certificate.ts";

/** Goes on with an order that is under way: asks the authority where it is, and does what comes next. */
export function goOnWithOrder(
  ports: CertificatePorts,
  record: CertificateRecord,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  const { order } = record;
  const used = order === undefined ? undefined : ports.authorities.get(order.authority);
  // It was about to be placed when its process died, or by an authority that is not used any more.
  if (order?.orderId === undefined || used === undefined) return writeRecord(ports, record, { order: null }, call);
  const work: OrderWork = { used, order, orderId: order.orderId };
  return flow(async function* () {
    const looked = await used.authority.getOrder(work.orderId, { signal: call.signal });
    if (looked.isErr()) return ok(yield* orderFailed(ports, record, work, looked.error, "authority", call));
    const found = looked.value;
    switch (found.status) {
      case "pending":
        return proveNames(ports, record, work, found, call);
      case "ready":
        if (order.stage === "real") return finalizeOrder(ports, record, work, call);
        return writeRecord(
          ports,
          record,
          { order: null, rehearsedAt: ports.clock.now(), failures: 0, trouble: null },
          call,
        );
      case "processing":
        return pollOrder(ports, record, work, found, call);
      case "valid":
        return takeUpCertificate(ports, record, work, call);
      case "invalid":
        return orderInvalid(ports, record, work, found, call);
    }
  });
}

/** The authority was not content: a limit counts that, and the order is over. */
function orderInvalid(
  ports: CertificatePorts,
  record: CertificateRecord,
  { used }: OrderWork,
  found: CertificateOrder,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  const failed = found.proofs.filter(({ status }) => status === "invalid");
  const problems = failed.flatMap(({ name, challenges }) =>
    challenges.flatMap(({ problem }) => (problem === undefined ? [] : [{ name, ...problem }])),
  );
  const problem = problems[0] ?? found.problem;
  const detail = `${used.name} has ended the order without saying why.`;
  const obstacle: Obstacle =
    problem === undefined ? { from: "authority", type: "invalid", detail } : obstacleOfProblem(problem, "authority");
  return flow(async function* () {
    // Perhaps another process placed the order. Where even the account can't be asked for, the authority alone counts.
    const accountId = yield* accountIdOf(ports, used, call).orElse(() => okAsync(undefined));
    const limits = used.limits ?? {};
    const costs =
      accountId === undefined ? [] : failed.flatMap(({ name }) => failedProofCosts(limits, { accountId, name }));
    yield* countFailedProofs(ports.store, keyed(used.name, costs), ports.clock.now(), call);
    return ok(yield* writeTrouble(ports, record, obstacle, { order: null }, call));
  });
}

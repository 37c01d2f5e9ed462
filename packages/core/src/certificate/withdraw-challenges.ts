import { hasCode } from "../errors/index.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import type { CertificateRecord, PresentedChallenge } from "./certificate.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { type WorkError, writeRecord } from "./certificate-work.ts";

const shortestPauseMs = 60_000;
const longestPauseMs = 6 * 60 * 60_000;

/** Takes answers to challenges away that nobody needs any more. What fails is tried again, the older the less often. */
export function withdrawChallenges(
  ports: CertificatePorts,
  record: CertificateRecord,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  return flow(async function* () {
    const left: PresentedChallenge[] = [];
    for (const presented of record.presented) {
      const now = ports.clock.now();
      if (presented.withdrawAt !== undefined && presented.withdrawAt > now) {
        left.push(presented);
        continue;
      }
      // Of a solver that is not used any more nothing can be taken away.
      const solver = ports.solvers.find(({ name }) => name === presented.solver);
      if (solver === undefined) continue;
      const withdrawn = await solver.withdraw(presented, { signal: call.signal });
      if (withdrawn.isOk()) continue;
      if (hasCode(withdrawn.error, "ABORTED")) return err(withdrawn.error);
      const ageMs = now.getTime() - presented.presentedAt.getTime();
      const pauseMs = Math.min(Math.max(ageMs / 4, shortestPauseMs), longestPauseMs);
      left.push({ ...presented, withdrawAt: new Date(now.getTime() + pauseMs) });
    }
    return ok(yield* writeRecord(ports, record, { presented: left }, call));
  });
}

import { hasCode } from "../errors/index.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import type { CertificateRecord } from "./certificate.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { obstacleOf } from "./certificate-trouble.ts";
import { tell, type WorkError, writeRecord, writeTrouble } from "./certificate-work.ts";
import { type OrderPlan, planOrder } from "./plan-order.ts";
import { failedProofCosts, orderCosts, type RateCost } from "./rate-budget.ts";
import { keyed, spendOrder } from "./spend-order.ts";

/**
 * Places an order: looks first, then spends its cost, then writes down that it is about to be placed, then places it, then writes its id down. Whoever
 * finds one that was about to be placed begins anew: at worst the authority holds an order that nobody goes on with, which ends by itself.
 */
export function beginOrder(
  ports: CertificatePorts,
  record: CertificateRecord,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  const { clock, store } = ports;
  return flow(async function* () {
    const planned = await planOrder(ports, record, call);
    if (planned.isErr()) {
      if (!("obstacle" in planned.error)) return err(planned.error);
      const { obstacle, permission } = planned.error;
      if (permission && isWorthless(ports, record)) {
        const released = yield* writeRecord(ports, record, { state: "released", trouble: null }, call);
        tell(ports, "certificate.released", released, call);
        return ok(released);
      }
      return ok(yield* writeTrouble(ports, record, obstacle, {}, call));
    }
    const plan = planned.value;
    const now = clock.now();
    const hasTurn = record.trouble?.from === "budget" && record.trouble.retryAt <= now;
    const spent = yield* spendOrder(store, { ...costsOf(record, plan), hasTurn, now }, call);
    if (!spent.spent) {
      const { limit, turnAt } = spent;
      const detail = `The authority's limit ${limit} is reached; there is a turn for this certificate.`;
      const trouble = { from: "budget", type: limit, detail, at: now, retryAt: turnAt } as const;
      return ok(yield* writeRecord(ports, record, { trouble }, call));
    }
    const { used, stage, solvers, replaces } = plan;
    const order = { stage, authority: used.name, startedAt: now, replaces, solvers };
    const intended = yield* writeRecord(ports, record, { order, trouble: null }, call);
    const { names, profile } = record;
    const placed = await used.authority.placeOrder({ names, profile, replaces }, { signal: call.signal });
    if (placed.isOk())
      return ok(yield* writeRecord(ports, intended, { order: { ...order, orderId: placed.value.id } }, call));
    const { error } = placed;
    if (hasCode(error, "ABORTED")) return err(error);
    if (hasCode(error, "CERTIFICATE_ALREADY_REPLACED") && intended.issued !== undefined) {
      const issued = { ...intended.issued, replacedElsewhere: true };
      return ok(yield* writeRecord(ports, intended, { order: null, issued }, call));
    }
    // Perhaps it was deleted there: it is looked for again.
    if (hasCode(error, "CERTIFICATE_ACCOUNT_MISSING")) ports.accountIds.delete(used.name);
    return ok(yield* writeTrouble(ports, intended, obstacleOf(error, "authority"), { order: null }, call));
  });
}

/** What an order costs, and what has to be left for proofs that fail. Authorities count apart. */
function costsOf(
  { names }: CertificateRecord,
  { used, accountId, replaces }: OrderPlan,
): { readonly costs: readonly RateCost[]; readonly needed: readonly RateCost[] } {
  const { limits = {}, renewalsExempt = true } = used;
  const exempt = replaces !== undefined && renewalsExempt;
  const proven = [...new Set(names.map(withoutStar))];
  const needed = proven.flatMap((name) => failedProofCosts(limits, { accountId, name }));
  return {
    costs: keyed(used.name, orderCosts(limits, { accountId, names, exempt })),
    needed: keyed(used.name, needed),
  };
}

/** Names that are not allowed, and nothing that is still good for visitors. */
function isWorthless({ clock, policy }: CertificatePorts, { issued, createdAt }: CertificateRecord): boolean {
  const now = clock.now();
  return issued === undefined ? now.getTime() - createdAt.getTime() > policy.giveUpMs : issued.notAfter <= now;
}

function withoutStar(name: string): string {
  return name.startsWith("*.") ? name.slice(2) : name;
}

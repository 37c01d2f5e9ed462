// What is to be done about a record, as a pure function of it and of the time: the only place that decides, whichever process asks.
import type { CertificateDelivery, CertificateRecord } from "./certificate.ts";
import type { CertificatePorts } from "./certificate-ports.ts";
import { certificateView } from "./certificate-view.ts";
import type { CertificateNext } from "./certificates.ts";

/**
 * A piece of work. `withdraw`: answers to challenges that nobody needs any more. `take-down`: from the places, and then out of the records.
 * `order`: an order that is under way. `begin`: one that is to be placed. `deliver`: to places that do not have it. `look`: at places and at the
 * authority's advice. `warn`: of the end of one that was brought.
 */
export type CertificateTaskKind = "begin" | "deliver" | "look" | "order" | "take-down" | "warn" | "withdraw";

/** A piece of work, and the time from which it is to be done. */
export interface CertificateTask {
  readonly kind: CertificateTaskKind;
  readonly at: Date;
}

/** What tasks depend on besides the record. */
export type CertificateTaskPorts = Pick<CertificatePorts, "policy" | "targets" | "targetsOf">;

const always = new Date(0);

/** What is to be done about a record, the most urgent kind first. */
export function certificateTasks(ports: CertificateTaskPorts, record: CertificateRecord): readonly CertificateTask[] {
  const { state, order, presented, issued, trouble } = record;
  const tasks: CertificateTask[] = [];
  const add = (kind: CertificateTaskKind, at: Date): number => tasks.push({ kind, at });
  if (order === undefined || state === "released" || state === "revoked")
    for (const { withdrawAt } of presented) add("withdraw", withdrawAt ?? always);
  if (state === "released" || state === "revoked") {
    const isDone = record.deliveries.length === 0 && order === undefined;
    const isLeft = !isDone || (state === "released" && presented.length === 0);
    if (isLeft) add("take-down", earliest(record.deliveries.map((each) => each.trouble?.retryAt ?? always)) ?? always);
    return tasks;
  }
  if (order !== undefined) add("order", order.nextAt ?? always);
  else if (state === "ordering") add("begin", trouble?.retryAt ?? always);
  else if (issued?.source === "acme") add("begin", latest(issued.renewAt, trouble?.retryAt));
  else if (issued !== undefined) add("warn", latest(issued.renewAt, trouble?.retryAt));
  if (issued === undefined) return tasks;
  for (const { trouble: last } of missingDeliveries(ports, record)) add("deliver", last?.retryAt ?? always);
  add("look", record.lookedAt === undefined ? always : new Date(record.lookedAt.getTime() + lookMs(ports, record)));
  return tasks;
}

/** When there is something to be done; `null`: nothing by time. */
export function certificateDueAt(ports: CertificateTaskPorts, record: CertificateRecord): Date | null {
  return earliest(certificateTasks(ports, record).map(({ at }) => at)) ?? null;
}

/** What is to be done now, of several the most urgent; `undefined`: nothing yet. */
export function dueCertificateTask(
  ports: CertificateTaskPorts,
  record: CertificateRecord,
  now: Date,
): CertificateTaskKind | undefined {
  return certificateTasks(ports, record).find(({ at }) => at <= now)?.kind;
}

/** Deliveries that are still to be made, for the places that have not got the certificate. */
export function missingDeliveries(
  ports: CertificateTaskPorts,
  record: CertificateRecord,
): readonly CertificateDelivery[] {
  const { issued, deliveries } = record;
  if (issued === undefined) return [];
  return wantedTargets(ports, record).flatMap((target): readonly CertificateDelivery[] => {
    const known = deliveries.find((each) => each.target === target);
    if (known === undefined) return [{ target, failures: 0 }];
    return known.sha256 === issued.sha256 ? [] : [known];
  });
}

/** Names of the places that a certificate goes to. */
export function wantedTargets(ports: CertificateTaskPorts, record: CertificateRecord): readonly string[] {
  const names = ports.targets.map(({ name }) => name);
  if (ports.targetsOf === undefined) return names;
  const chosen = ports.targetsOf(certificateView(record));
  return names.filter((name) => chosen.includes(name));
}

/** What happens next, in the words of the hosts. */
export function certificateNext(ports: CertificateTaskPorts, record: CertificateRecord): CertificateNext {
  const tasks = certificateTasks(ports, record);
  const at = earliest(tasks.map((task) => task.at)) ?? null;
  return { what: whatIsNext(tasks, record), at };
}

function whatIsNext(tasks: readonly CertificateTask[], { trouble }: CertificateRecord): CertificateNext["what"] {
  const has = (kind: CertificateTaskKind): boolean => tasks.some((task) => task.kind === kind);
  if (has("take-down")) return "clean";
  if (trouble !== undefined && trouble.type !== "expiring") return trouble.from === "budget" ? "wait" : "retry";
  if (has("order")) return "order";
  if (has("deliver")) return "deliver";
  if (has("withdraw")) return "clean";
  return has("look") ? "nothing" : "order";
}

/** As often as the authority says, within a quarter and four times of what the policy says. */
function lookMs({ policy }: CertificateTaskPorts, { issued }: CertificateRecord): number {
  const asked = issued?.advice?.info.askAgainAfterMs ?? policy.lookMs;
  return Math.min(Math.max(asked, policy.lookMs / 4), policy.lookMs * 4);
}

function earliest(dates: readonly Date[]): Date | undefined {
  return dates.reduce<Date | undefined>(
    (first, date) => (first === undefined || date < first ? date : first),
    undefined,
  );
}

function latest(one: Date, other: Date | undefined): Date {
  return other !== undefined && other > one ? other : one;
}

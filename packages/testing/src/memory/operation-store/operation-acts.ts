import {
  type Clock,
  err,
  type HostingErrorOf,
  type Operation,
  type OperationClaim,
  type OperationEventKind,
  type OperationId,
  type OperationReason,
  type OperationStep,
  ok,
  operationHeld,
  operationLost,
  operationNotFound,
  type Result,
} from "@hostelry/core/adapter";
import type { MemoryOperations } from "./memory-operations.ts";

/** Fields of an operation that change; `undefined` takes one away. */
export type OperationFacts = { readonly [K in keyof Operation]?: Operation[K] | undefined };

/** What an event tells beyond its operation. */
export interface EventFacts {
  readonly kind: OperationEventKind;
  readonly at: Date;
  readonly actor?: string | undefined;
  readonly step?: string | undefined;
  readonly reason?: OperationReason | undefined;
}

/** Writes an operation anew, with its event: its version grows. */
export function put(
  records: MemoryOperations,
  operation: Operation,
  facts: OperationFacts,
  event?: EventFacts,
): Operation {
  const next = without({ ...operation, ...facts, version: operation.version + 1 }) as Operation;
  records.operations.set(next.id, structuredClone(next));
  if (event !== undefined) tell(records, next, event);
  return structuredClone(next);
}

function tell(records: MemoryOperations, operation: Operation, { kind, at, actor, step, reason }: EventFacts): void {
  records.counters.sequence += 1;
  const { id: operationId, state, round, epoch } = operation;
  const { sequence } = records.counters;
  const told = { operationId, sequence, kind, state, round, epoch, at, actor: actor ?? operation.actor, step, reason };
  records.events.push(structuredClone(without(told)));
  for (const ring of records.bells) ring();
}

/** What every new round begins with. */
export function newRound({ round }: Operation, now: Date): OperationFacts {
  const [reason, begunAt] = [undefined, undefined];
  return { round: round + 1, attempts: 0, reason, begunAt, dueAt: now, requestedAt: now, stateSince: now };
}

/** The operation, if it is there. */
export function known(
  { operations }: MemoryOperations,
  operationId: OperationId,
): Result<Operation, HostingErrorOf<"OPERATION_NOT_FOUND">> {
  const operation = operations.get(operationId);
  return operation === undefined ? err(operationNotFound(operationId)) : ok(operation);
}

/** The operation, if the claim is still the one that writes. */
export function held(
  records: MemoryOperations,
  claim: OperationClaim,
): Result<Operation, HostingErrorOf<"OPERATION_LOST"> | HostingErrorOf<"OPERATION_NOT_FOUND">> {
  return known(records, claim.operationId).andThen((operation) => {
    const lost = operationLost(operation, claim, records.claims.has(claim.operationId));
    return lost === undefined ? ok(operation) : err(lost);
  });
}

/** Why an operation can't be claimed now; and claims that have ended and stand in the way are taken away. */
export function makeWay(
  records: MemoryOperations,
  operationId: OperationId,
  lane: string | undefined,
  clock: Clock,
): Result<undefined, HostingErrorOf<"OPERATION_HELD">> {
  const inTheWay = [...records.claims].filter(
    ([id, claim]) => id === operationId || (lane !== undefined && claim.lane === lane),
  );
  const living = inTheWay.find(([, { expiresAt }]) => expiresAt > clock.now());
  if (living !== undefined) return err(operationHeld(operationId, living[1].holder, living[1].expiresAt));
  for (const [id] of inTheWay) {
    records.claims.delete(id);
    const other = records.operations.get(id);
    if (other !== undefined && id !== operationId) put(records, other, { epoch: other.epoch + 1 });
  }
  return ok(undefined);
}

/** Writes a step anew, at its place in the ledger. */
export function putStep(records: MemoryOperations, step: OperationStep): OperationStep {
  const place = records.steps.findIndex((other) => isSameStep(other, step));
  const written = without(step) as OperationStep;
  if (place === -1) records.steps.push(written);
  else records.steps[place] = written;
  return structuredClone(written);
}

/** Whether two entries of the ledger are of one step. */
export function isSameStep(
  one: Pick<OperationStep, "name" | "operationId" | "round">,
  other: Pick<OperationStep, "name" | "operationId" | "round">,
): boolean {
  return one.operationId === other.operationId && one.round === other.round && one.name === other.name;
}

/** A copy without what is `undefined`, as a database gives it back. */
function without<T extends object>(facts: T): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T;
}

import type {
  FailureState,
  Operation,
  OperationAllowance,
  OperationEvent,
  OperationEventKind,
  OperationId,
  OperationReason,
  OperationState,
  OperationStep,
  OperationStepState,
  ResourceFacts,
  ResourceGoal,
  StepEffect,
} from "@hostelry/core/adapter";
import {
  type Columns,
  integer,
  optionalJson,
  optionalText,
  optionalTime,
  type Row,
  text,
  time,
} from "../database/columns.ts";

/** The columns of an operation. */
export const operationColumns: Columns = {
  id: "text",
  position: "integer",
  kind: "text",
  place: "text",
  key: "text",
  desired: "json",
  goal: "text",
  allows: "json",
  state: "text",
  state_since: "time",
  round: "integer",
  epoch: "integer",
  attempts: "integer",
  reason: "json",
  due_at: "time",
  facts: "json",
  actor: "text",
  requested_at: "time",
  begun_at: "time",
  created_at: "time",
  version: "integer",
  claim_holder: "text",
};

/** The columns of an event. */
export const operationEventColumns: Columns = {
  sequence: "integer",
  operation_id: "text",
  kind: "text",
  state: "text",
  round: "integer",
  epoch: "integer",
  at: "time",
  actor: "text",
  step: "text",
  reason: "json",
};

/** Reads an operation. */
export function readOperation(row: Row): Operation {
  const [dueAt, begunAt] = [optionalTime(row, "due_at"), optionalTime(row, "begun_at")];
  const reason = optionalJson<OperationReason>(row, "reason");
  return {
    id: text(row, "id") as OperationId,
    kind: text(row, "kind"),
    place: text(row, "place"),
    key: text(row, "key"),
    desired: optionalJson<ResourceFacts>(row, "desired") ?? {},
    goal: text(row, "goal") as ResourceGoal,
    allows: optionalJson<readonly OperationAllowance[]>(row, "allows") ?? [],
    state: text(row, "state") as OperationState,
    stateSince: time(row, "state_since"),
    round: integer(row, "round"),
    epoch: integer(row, "epoch"),
    attempts: integer(row, "attempts"),
    ...(reason === undefined ? {} : { reason }),
    ...(dueAt === undefined ? {} : { dueAt }),
    facts: optionalJson<ResourceFacts>(row, "facts") ?? {},
    actor: text(row, "actor"),
    requestedAt: time(row, "requested_at"),
    ...(begunAt === undefined ? {} : { begunAt }),
    createdAt: time(row, "created_at"),
    version: integer(row, "version"),
  };
}

/** Whether somebody has the operation that was read. */
export function isClaimed(row: Row): boolean {
  return optionalText(row, "claim_holder") !== undefined;
}

/** Reads an event. */
export function readOperationEvent(row: Row): OperationEvent {
  const step = optionalText(row, "step");
  const reason = optionalJson<OperationReason>(row, "reason");
  return {
    sequence: integer(row, "sequence"),
    operationId: text(row, "operation_id") as OperationId,
    kind: text(row, "kind") as OperationEventKind,
    state: text(row, "state") as OperationState,
    round: integer(row, "round"),
    epoch: integer(row, "epoch"),
    at: time(row, "at"),
    actor: text(row, "actor"),
    ...(step === undefined ? {} : { step }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** A step as `operation_ledger` gives it: times in milliseconds, `null` for what is not there. */
interface LedgerEntry {
  readonly round: number;
  readonly name: string;
  readonly title: string;
  readonly effect: StepEffect;
  readonly state: OperationStepState;
  readonly epoch: number;
  readonly settleMs: number;
  readonly attempts: number;
  readonly intendedAt: number;
  readonly concludedAt: number | null;
  readonly outcome: FailureState;
  readonly reason: OperationReason | null;
}

/** Reads the ledger out of a column. */
export function readLedger(row: Row, column: string, operationId: OperationId): readonly OperationStep[] {
  const entries = optionalJson<readonly LedgerEntry[]>(row, column) ?? [];
  return entries.map((entry) => stepOf(entry, operationId));
}

/** Reads one step out of a column. */
export function readStep(row: Row, column: string, operationId: OperationId): OperationStep {
  const entry = optionalJson<LedgerEntry>(row, column);
  if (entry === undefined) throw new TypeError(`Column ${column} has no step.`);
  return stepOf(entry, operationId);
}

function stepOf({ intendedAt, concludedAt, reason, ...entry }: LedgerEntry, operationId: OperationId): OperationStep {
  return {
    operationId,
    ...entry,
    intendedAt: new Date(intendedAt),
    ...(concludedAt === null ? {} : { concludedAt: new Date(concludedAt) }),
    ...(reason === null ? {} : { reason }),
  };
}

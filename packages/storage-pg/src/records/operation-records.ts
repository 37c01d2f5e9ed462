import {
  canonicalFacts,
  checkClaimTime,
  checkOperationClaim,
  checkOperationLimit,
  checkOperationReason,
  checkOperationRequest,
  checkOperationWait,
  checkStepIntent,
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  type MoveOperation,
  nextOperationState,
  type Operation,
  type OperationClaim,
  type OperationEventKind,
  type OperationState,
  type OperationStep,
  type OperationStore,
  ok,
  operationHeld,
  operationLost,
  operationNotFound,
  operationTransitionInvalid,
  type Result,
  type StoreCapabilities,
  statesBefore,
} from "@hostelry/core/adapter";
import type { Bind } from "../database/bind.ts";
import { flag, integer, type Row, selectList, text, time } from "../database/columns.ts";
import { type Listing, listPage } from "../database/listing.ts";
import type { Session } from "../database/session.ts";
import { awaitOperationEvent, operationsTopic } from "./await-operation-event.ts";
import {
  isClaimed,
  operationColumns,
  operationEventColumns,
  readLedger,
  readOperation,
  readOperationEvent,
  readStep,
} from "./operation-row.ts";
import { conflict, onlyRow, unknownOutcome } from "./outcome.ts";

const oldestFirst: Listing<Operation> = {
  name: "listOperations",
  table: "operation",
  columns: operationColumns,
  order: ["created_at", "position"],
  direction: "asc",
  item: readOperation,
};

const moveEvents: Readonly<Record<MoveOperation["move"], OperationEventKind>> = {
  cancel: "cancelled",
  drift: "drifted",
  remove: "deleting",
  retry: "requested",
};

/** In which state a move has been made already. */
const doneStates: Readonly<Partial<Record<MoveOperation["move"], OperationState>>> = {
  cancel: "failed",
  remove: "deleting",
};

/** Operations of provisioning, in a schema. */
export function operationRecords(session: Session, name: string, capabilities: StoreCapabilities): OperationStore {
  const { schema } = session;
  const result = selectList(operationColumns, "(f.result)");
  const columns = selectList(operationColumns, "operation");
  const claimOf = (bind: Bind, { operationId, epoch, round }: OperationClaim): string =>
    `${bind.text(operationId, "operationId")}, ${bind.integer(epoch, "epoch")}, ${bind.integer(round, "round")}`;

  return {
    spec: "operation-store/1",
    name,
    capabilities,

    requestOperation: (request, options) =>
      flow(async function* () {
        yield* checkOperationRequest(request);
        const { operationId, resource, allows, actor, now } = request;
        const { kind, place, key, desired } = resource;
        const rows = yield* session.write(
          "requestOperation",
          (bind) => `select f.outcome, ${result} from ${schema}.request_operation(
            ${bind.text(operationId, "operationId")}, ${bind.text(kind, "kind")}, ${bind.text(place, "place")},
            ${bind.text(key, "key")}, ${bind.text(canonicalFacts(desired), "desired")}::json, ${bind.json(allows)},
            ${bind.text(actor, "actor")}, ${bind.time(now, "now")}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "conflict") return err(conflict(`operation ${operationId}`, "absent", "present"));
        const operation = readOperation(row);
        if (outcome === "transition") return err(operationTransitionInvalid(operation.id, operation.state, "request"));
        if (outcome !== "same" && outcome !== "changed" && outcome !== "created") throw unknownOutcome(outcome);
        if (outcome !== "same") session.bell.ring(operationsTopic);
        return ok({ operation, outcome } as const);
      }),

    moveOperation: ({ operationId, move, expectVersion, allows, actor, now }, options) =>
      flow(async function* () {
        const allowed = statesBefore(move);
        const [from = "failed"] = allowed;
        const isCancel = move === "cancel";
        const reason = isCancel ? { code: "OPERATION_CANCELLED", message: `${actor} stopped it.` } : undefined;
        const rows = yield* session.write(
          "moveOperation",
          (bind) => `select f.outcome, ${result} from ${schema}.move_operation(
            ${bind.text(operationId, "operationId")}, ${bind.integer(expectVersion, "expectVersion")},
            ${bind.text(move, "move")}, array(select json_array_elements_text(${bind.json(allowed)})),
            ${bind.text(nextOperationState({ state: from, goal: "present" }, move), "next")},
            ${bind.text(nextOperationState({ state: from, goal: "absent" }, move), "next")},
            ${bind.text(doneStates[move], "done")}, ${bind.json(allows)}, ${bind.text(actor, "actor")},
            ${bind.time(now, "now")}, ${bind.text(moveEvents[move], "event")}, ${bind.json(reason)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "operation_not_found") return err(operationNotFound(operationId));
        const operation = readOperation(row);
        const { state, version } = operation;
        if (outcome === "version") {
          return err(conflict(`operation ${operationId}`, `at version ${expectVersion}`, `at version ${version}`));
        }
        if (outcome === "transition") return err(operationTransitionInvalid(operationId, state, move));
        if (outcome !== "done") throw unknownOutcome(outcome);
        session.bell.ring(operationsTopic);
        return ok(operation);
      }),

    claimOperation: (request, options) =>
      flow(async function* () {
        yield* checkOperationClaim(request);
        const { operationId, holder, ttlMs, lane, now } = request;
        const held = selectList({ held_by: "text", held_until: "time", ledger: "json" }, "f");
        const rows = yield* session.write(
          "claimOperation",
          (bind) => `select f.outcome, ${held}, ${result} from ${schema}.claim_operation(
            ${bind.text(operationId, "operationId")}, ${bind.text(holder, "holder")}, ${bind.integer(ttlMs, "ttlMs")},
            ${bind.text(lane, "lane")}, ${bind.time(now, "now")}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "operation_not_found") return err(operationNotFound(operationId));
        if (outcome === "held") return err(operationHeld(operationId, text(row, "held_by"), time(row, "held_until")));
        if (outcome === "nothing") return ok({ claimed: false, operation: readOperation(row) } as const);
        if (outcome !== "done") throw unknownOutcome(outcome);
        session.bell.ring(operationsTopic);
        const steps = readLedger(row, "ledger", operationId);
        return ok({ claimed: true, operation: readOperation(row), steps } as const);
      }),

    renewClaim: (request, options) =>
      flow(async function* () {
        yield* checkClaimTime(request.ttlMs);
        const rows = yield* session.write(
          "renewClaim",
          (bind) => `select f.outcome, ${result} from ${schema}.renew_operation_claim(
            ${claimOf(bind, request)}, ${bind.integer(request.ttlMs, "ttlMs")}) f`,
          options,
        );
        yield* held(onlyRow(rows), request);
        return ok(undefined);
      }),

    releaseClaim: ({ operationId, epoch }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "releaseClaim",
          (bind) => `select f.released::text as released from ${schema}.release_operation_claim(
            ${bind.text(operationId, "operationId")}, ${bind.integer(epoch, "epoch")}) f`,
          options,
        );
        return ok({ released: flag(onlyRow(rows), "released") });
      }),

    intendStep: (request, options) =>
      flow(async function* () {
        yield* checkStepIntent(request);
        const { operationId, epoch, round, name: step, title, effect, settleMs, now } = request;
        const rows = yield* session.write(
          "intendStep",
          (bind) => `select f.outcome, f.attempt::text as attempt, ${result} from ${schema}.intend_operation_step(
            ${claimOf(bind, request)}, ${bind.text(step, "name")}, ${bind.text(title, "title")},
            ${bind.text(effect, "effect")}, ${bind.integer(settleMs, "settleMs")}, ${bind.time(now, "now")}) f`,
          options,
        );
        const row = onlyRow(rows);
        yield* held(row, request);
        session.bell.ring(operationsTopic);
        const attempts = integer(row, "attempt");
        const facts = { operationId, round, epoch, name: step, title, effect, settleMs, attempts, intendedAt: now };
        return ok<OperationStep>({ ...facts, state: "intended", outcome: "unknown" });
      }),

    concludeStep: (request, options) =>
      flow(async function* () {
        yield* checkOperationReason(request.reason);
        const { operationId, name: step, outcome, reason, now } = request;
        const rows = yield* session.write(
          "concludeStep",
          (bind) => `select f.outcome, f.step::text as step, ${result} from ${schema}.conclude_operation_step(
            ${claimOf(bind, request)}, ${bind.text(step, "name")}, ${bind.text(outcome, "outcome")}, ${bind.json(reason)},
            ${bind.time(now, "now")}) f`,
          options,
        );
        const row = onlyRow(rows);
        if (text(row, "outcome") === "not_intended") return err(notIntended(step));
        yield* held(row, request);
        session.bell.ring(operationsTopic);
        return ok(readStep(row, "step", operationId));
      }),

    settleOperation: (request, options) =>
      flow(async function* () {
        const { move, now } = request;
        const facts = move === "finish" ? canonicalFacts(request.facts) : null;
        const reason = move === "finish" ? undefined : request.reason;
        const attempts = move === "finish" ? 0 : request.attempts;
        yield* checkOperationReason(reason);
        const rows = yield* session.write(
          "settleOperation",
          (bind) => `select f.outcome, ${result} from ${schema}.settle_operation(
            ${claimOf(bind, request)}, ${bind.text(move, "move")}, ${bind.text(facts, "facts")}::json, ${bind.json(reason)},
            ${bind.integer(attempts, "attempts")}, ${bind.time(move === "wait" ? request.dueAt : null, "dueAt")},
            ${bind.time(now, "now")}) f`,
          options,
        );
        const operation = yield* held(onlyRow(rows), request);
        session.bell.ring(operationsTopic);
        return ok(operation);
      }),

    getOperation: (operationId, options) =>
      flow(async function* () {
        const [row] = yield* session.read(
          "getOperation",
          (bind) =>
            `select ${columns} from ${schema}.operation where operation.id = ${bind.text(operationId, "operationId")}`,
          options,
        );
        return row === undefined ? err(operationNotFound(operationId)) : ok(readOperation(row));
      }),

    listOperations: (request = {}, options) =>
      listPage(
        session,
        oldestFirst,
        request,
        (bind) =>
          (["kind", "place", "key", "state"] as const).flatMap((field) => {
            const value = request[field];
            return value === undefined ? [] : [`operation.${field} = ${bind.text(value, field)}`];
          }),
        options,
      ),

    listDueOperations: ({ now, limit, place }, options) =>
      flow(async function* () {
        yield* checkOperationLimit(limit);
        const rows = yield* session.read(
          "listDueOperations",
          (bind) => `select ${columns} from ${schema}.operation where operation.due_at <= ${bind.time(now, "now")}
            and (operation.claim_until is null or operation.claim_until <= clock_timestamp())
            ${place === undefined ? "" : `and operation.place = ${bind.text(place, "place")}`}
            order by operation.due_at, operation.position limit ${bind.integer(limit, "limit")}`,
          options,
        );
        return ok(rows.map(readOperation));
      }),

    listSteps: (operationId, options) =>
      flow(async function* () {
        const rows = yield* session.read(
          "listSteps",
          (bind) =>
            `select ${schema}.operation_ledger(${bind.text(operationId, "operationId")}, null, 1000)::text as ledger`,
          options,
        );
        return ok(readLedger(onlyRow(rows), "ledger", operationId));
      }),

    listEvents: ({ after, limit, operationId }, options) =>
      flow(async function* () {
        yield* checkOperationLimit(limit);
        const rows = yield* session.read(
          "listEvents",
          (bind) => `select ${selectList(operationEventColumns, "operation_event")} from ${schema}.operation_event
            where operation_event.sequence > ${bind.integer(after, "after")}
            ${operationId === undefined ? "" : `and operation_event.operation_id = ${bind.text(operationId, "operationId")}`}
            order by operation_event.sequence limit ${bind.integer(limit, "limit")}`,
          options,
        );
        return ok(rows.map(readOperationEvent));
      }),

    awaitEvent: (request, options) =>
      flow(async function* () {
        yield* checkOperationWait(request.waitMs);
        return awaitOperationEvent(session, request, options);
      }),

    forgetDeleted: ({ deletedBefore, highest }, options) =>
      flow(async function* () {
        yield* checkOperationLimit(highest);
        const rows = yield* session.write(
          "forgetDeleted",
          (bind) => `select f.removed::text as removed from ${schema}.forget_deleted_operations(
            ${bind.time(deletedBefore, "deletedBefore")}, ${bind.integer(highest, "highest")}) f`,
          options,
        );
        return ok({ removed: integer(onlyRow(rows), "removed") });
      }),
  };
}

/** The operation, if the claim was the one that writes. */
function held(
  row: Row,
  claim: OperationClaim,
): Result<Operation, HostingErrorOf<"OPERATION_LOST"> | HostingErrorOf<"OPERATION_NOT_FOUND">> {
  const outcome = text(row, "outcome");
  if (outcome === "operation_not_found") return err(operationNotFound(claim.operationId));
  const operation = readOperation(row);
  if (outcome === "done") return ok(operation);
  const lost = operationLost(operation, claim, isClaimed(row));
  if (outcome !== "lost" || lost === undefined) throw unknownOutcome(outcome);
  return err(lost);
}

function notIntended(step: string): HostingErrorOf<"INVALID_INPUT"> {
  const problem = "names a step that was not intended";
  return hostingError("INVALID_INPUT", `${step} ${problem}.`, { field: "name", problem });
}

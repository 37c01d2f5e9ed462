import {
  type ClaimedOperation,
  errAsync,
  hasCode,
  type OperationId,
  type OperationStore,
  okAsync,
} from "@hostelry/core/adapter";
import type { MemoryOperationStore } from "../memory/operation-store/memory-operation-store.ts";
import { operationStoreSaboteur, type Saboteur } from "./saboteur.ts";

/** Whoever is refused writes as if the last claim were theirs. */
function asIfHeld<A extends { readonly operationId: OperationId; readonly epoch: number; readonly round: number }>(
  { operations }: MemoryOperationStore,
  request: A,
): A {
  const operation = operations.operations.get(request.operationId);
  return operation === undefined ? request : { ...request, epoch: operation.epoch };
}

/** Gives an operation to who asks, whatever stands in the way. */
function takeFrom(
  { operations }: MemoryOperationStore,
  isInTheWay: (id: OperationId, lane: string | undefined) => boolean,
): void {
  for (const [id, { lane }] of operations.claims) if (isInTheWay(id, lane)) operations.claims.delete(id);
}

/** Operation stores that break one promise each. */
export const operationSaboteurs: readonly Saboteur[] = [
  operationStoreSaboteur({
    name: "makes a new operation of every wish",
    caughtBy: ["request/changed", "request/raced", "request/same"],
    spoil: (store) => ({
      requestOperation: (request, options) =>
        store.requestOperation(request, options).andThen((answer) => {
          if (answer.outcome === "created") return okAsync(answer);
          const all = store.operations.operations;
          const { operation: there } = answer;
          all.set(there.id, { ...there, key: `${there.key}-hidden` });
          return store.requestOperation(request, options).map((anew) => {
            all.set(there.id, there);
            return anew;
          });
        }),
    }),
  }),
  operationStoreSaboteur({
    name: "compares desired state with the order of its facts",
    caughtBy: ["request/same"],
    spoil: (store) => ({
      requestOperation: (request, options) => {
        const { kind, place, key, desired } = request.resource;
        const there = [...store.operations.operations.values()].find(
          (each) => each.kind === kind && each.place === place && each.key === key && each.state === "pending",
        );
        if (there === undefined || JSON.stringify(there.desired) === JSON.stringify(desired)) {
          return store.requestOperation(request, options);
        }
        store.operations.operations.set(there.id, { ...there, desired: { not: "that" } });
        return store.requestOperation(request, options);
      },
    }),
  }),
  operationStoreSaboteur({
    name: "gives an operation to everybody who asks",
    caughtBy: ["claim/another-process", "claim/begins", "claim/raced", "claim/renewed", "move/tells-holder"],
    spoil: (store) => ({
      claimOperation: (request, options) =>
        store.claimOperation(request, options).orElse((error) => {
          if (!hasCode(error, "OPERATION_HELD")) return errAsync(error);
          takeFrom(store, (id) => id === request.operationId);
          return store.claimOperation(request, options);
        }),
    }),
  }),
  operationStoreSaboteur({
    name: "has no lanes",
    caughtBy: ["claim/lane", "claim/lane-raced", "claim/nothing"],
    spoil: (store) => ({
      claimOperation: ({ lane: _lane, ...request }, options) => store.claimOperation(request, options),
    }),
  }),
  operationStoreSaboteur({
    name: "frees a lane without refusing who had it",
    caughtBy: ["claim/lane"],
    spoil: (store) => ({
      claimOperation: (request, options) => {
        const before = [...store.operations.operations.values()];
        return store.claimOperation(request, options).map((claim) => {
          for (const { id, epoch } of before) {
            const now = store.operations.operations.get(id);
            if (now === undefined || now.epoch === epoch || id === request.operationId) continue;
            store.operations.operations.set(id, { ...now, epoch });
            store.operations.claims.set(id, { holder: "stale", lane: undefined, expiresAt: new Date(0) });
          }
          return claim;
        });
      },
    }),
  }),
  operationStoreSaboteur({
    name: "takes the late word of a holder whose operation was taken over",
    caughtBy: ["claim/expires", "claim/lane"],
    spoil: (store) => ({
      intendStep: (request, options) =>
        store.intendStep(request, options).orElse((error) => {
          const isTaken =
            hasCode(error, "OPERATION_LOST") && error.details.reason === "taken" && request.name === "make-it";
          const isSameLane = store.operations.claims.get(request.operationId)?.lane === undefined;
          return isTaken && isSameLane ? store.intendStep(asIfHeld(store, request), options) : errAsync(error);
        }),
    }),
  }),
  operationStoreSaboteur({
    name: "lets an older round write",
    caughtBy: ["claim/another-process", "move/tells-holder"],
    spoil: (store) => ({
      intendStep: (request, options) => {
        const round = store.operations.operations.get(request.operationId)?.round ?? request.round;
        return store.intendStep({ ...request, round }, options);
      },
    }),
  }),
  operationStoreSaboteur({
    name: "never takes over from who let a claim run out",
    caughtBy: ["claim/expires", "claim/lane", "list/due"],
    spoil: ({ operations, ...store }) => ({
      claimOperation: (request, options) => {
        for (const [id, claim] of operations.claims) {
          operations.claims.set(id, { ...claim, expiresAt: new Date(8_000_000_000_000) });
        }
        return store.claimOperation(request, options).map((claim) => {
          for (const [id, each] of operations.claims) {
            operations.claims.set(id, { ...each, expiresAt: new Date(8_000_000_000_000) });
          }
          return claim;
        });
      },
    }),
  }),
  operationStoreSaboteur({
    name: "gives what is not due",
    caughtBy: ["claim/nothing", "settle/wait"],
    spoil: (store) => ({
      claimOperation: (request, options) =>
        store.claimOperation(request, options).andThen((claim) => {
          const { dueAt } = claim.operation;
          if (claim.claimed || dueAt === undefined) return okAsync<ClaimedOperation>(claim);
          return store.claimOperation({ ...request, now: dueAt }, options);
        }),
    }),
  }),
  operationStoreSaboteur({
    name: "begins a round with the attempts of the one before",
    caughtBy: ["move/round"],
    spoil: ({ operations, ...store }) => ({
      moveOperation: (request, options) => {
        const before = operations.operations.get(request.operationId);
        return store.moveOperation(request, options).map((after) => {
          const spoiled = { ...after, attempts: before?.attempts ?? 0 };
          operations.operations.set(after.id, spoiled);
          return spoiled;
        });
      },
    }),
  }),
  operationStoreSaboteur({
    name: "ends the claim of who works when it is told something else",
    caughtBy: ["move/tells-holder"],
    spoil: (store) => ({
      moveOperation: (request, options) =>
        store.moveOperation(request, options).map((after) => {
          takeFrom(store, (id) => id === after.id);
          return after;
        }),
    }),
  }),
  operationStoreSaboteur({
    name: "forgets what had begun when the next holder comes",
    caughtBy: ["claim/expires", "ledger/rounds"],
    spoil: (store) => ({
      claimOperation: (request, options) =>
        store.claimOperation(request, options).map((claim) => (claim.claimed ? { ...claim, steps: [] } : claim)),
    }),
  }),
  operationStoreSaboteur({
    name: "does not count how often a step was begun",
    caughtBy: ["ledger/again"],
    spoil: (store) => ({
      intendStep: (request, options) => store.intendStep(request, options).map((step) => ({ ...step, attempts: 1 })),
    }),
  }),
  operationStoreSaboteur({
    name: "tells nothing of steps",
    caughtBy: ["ledger/steps"],
    spoil: (store) => ({
      listEvents: (request, options) =>
        store.listEvents(request, options).map((events) => events.filter(({ step }) => step === undefined)),
    }),
  }),
  operationStoreSaboteur({
    name: "keeps the claim when the work has ended",
    caughtBy: ["list/due", "list/forget", "move/machine", "settle/fail", "settle/finish", "settle/wait"],
    spoil: ({ operations, ...store }) => ({
      settleOperation: (request, options) => {
        const claim = operations.claims.get(request.operationId);
        return store.settleOperation(request, options).map((after) => {
          const isKept = claim !== undefined && request.move !== "fail";
          if (isKept) operations.claims.set(after.id, claim);
          return after;
        });
      },
    }),
  }),
  operationStoreSaboteur({
    name: "lists due operations in any order",
    caughtBy: ["list/due"],
    spoil: (store) => ({
      listDueOperations: (request, options) =>
        store.listDueOperations(request, options).map((due) => [...due].reverse()),
    }),
  }),
  operationStoreSaboteur({
    name: "skips an event now and then",
    caughtBy: ["events/concurrent"],
    spoil: (store): Partial<OperationStore> => ({
      listEvents: (request, options) =>
        store
          .listEvents(request, options)
          .map((events) => (request.limit === 7 ? events.filter(({ sequence }) => sequence % 5 !== 0) : events)),
    }),
  }),
  operationStoreSaboteur({
    name: "wakes nobody who waits for events",
    caughtBy: ["await-event/wakes"],
    spoil: (store) => ({
      awaitEvent: (request, options) => store.awaitEvent({ ...request, after: Number.MAX_SAFE_INTEGER }, options),
    }),
  }),
  operationStoreSaboteur({
    name: "forgets operations that are not deleted",
    caughtBy: ["list/forget"],
    spoil: ({ operations, ...store }) => ({
      forgetDeleted: (request, options) =>
        store.forgetDeleted(request, options).map((answer) => {
          for (const { id, state } of operations.operations.values()) {
            if (state === "active") operations.operations.delete(id);
          }
          return answer;
        }),
    }),
  }),
];

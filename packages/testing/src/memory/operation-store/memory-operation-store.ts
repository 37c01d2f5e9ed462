import {
  type Clock,
  checkClaimTime,
  checkOperationClaim,
  checkOperationLimit,
  checkOperationReason,
  checkOperationRequest,
  checkOperationWait,
  checkStepIntent,
  err,
  errAsync,
  flow,
  type Operation,
  type OperationEvent,
  type OperationStore,
  ok,
  openOperationStates,
  operationTransitionInvalid,
  type StoreCapabilities,
  sameFacts,
  systemClock,
} from "@hostelry/core/adapter";
import { hungBell } from "../hung-bell.ts";
import { invalidInput, type ListingOrder, pageOf } from "../page-of.ts";
import { conflict } from "../store/store-context.ts";
import { decide, nextTurn, type Turn } from "../turn.ts";
import { type MemoryOperations, memoryOperations } from "./memory-operations.ts";
import { held, isSameStep, known, makeWay, newRound, put, putStep } from "./operation-acts.ts";
import { moved } from "./operation-moves.ts";
import { settled } from "./settle-operation.ts";

/** Settings of {@link memoryOperationStore}. */
export interface MemoryOperationStoreOptions {
  /** What claims and waits end by. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Operations to work on. Default: new ones. Two stores on one set are two processes on one database. */
  readonly operations?: MemoryOperations | undefined;
  /** What to declare. Default: neither shared nor durable, for both end with the process. */
  readonly capabilities?: Partial<StoreCapabilities> | undefined;
  /** How to let others run before and after each decision. Default: one turn of the event loop. */
  readonly turn?: Turn | undefined;
}

/** A {@link memoryOperationStore}, and the records behind it. */
export interface MemoryOperationStore extends OperationStore {
  readonly operations: MemoryOperations;
}

/** An {@link OperationStore} in memory: every promise of the port, except that it ends with the process. */
export function memoryOperationStore(options: MemoryOperationStoreOptions = {}): MemoryOperationStore {
  const { clock = systemClock, operations: records = memoryOperations(), turn = nextTurn } = options;
  const all = (): readonly Operation[] => [...records.operations.values()];
  const oldestFirst: ListingOrder<Operation> = {
    key: ({ id, createdAt }) => [createdAt.getTime(), records.positions.get(id) ?? 0],
    newestFirst: false,
  };
  const isClaimed = ({ id }: Operation): boolean => (records.claims.get(id)?.expiresAt ?? 0) > clock.now();
  return {
    spec: "operation-store/1",
    name: "memory",
    capabilities: { shared: false, durable: false, ...options.capabilities },
    operations: records,

    requestOperation: (request, call) => {
      const checked = checkOperationRequest(request);
      if (checked.isErr()) return errAsync(checked.error);
      return decide(turn, "requestOperation", call, () => {
        const { operationId: id, resource, allows, actor, now } = request;
        const { kind, place, key, desired } = resource;
        const there = all().find(
          (other) => other.kind === kind && other.place === place && other.key === key && other.state !== "deleted",
        );
        const event = { kind: "requested", at: now, actor } as const;
        const wish = { desired, allows, actor, goal: "present", state: "pending" } as const;
        if (there !== undefined) {
          if (there.state === "deleting") return err(operationTransitionInvalid(there.id, there.state, "request"));
          const isSame = there.goal === "present" && there.state !== "failed" && sameFacts(there.desired, desired);
          if (isSame) return ok({ operation: structuredClone(there), outcome: "same" as const });
          const operation = put(records, there, { ...newRound(there, now), ...wish }, event);
          return ok({ operation, outcome: "changed" as const });
        }
        if (records.positions.has(id)) return err(conflict(`operation ${id}`, "absent", "present"));
        records.positions.set(id, records.positions.size);
        const times = { stateSince: now, requestedAt: now, createdAt: now, dueAt: now };
        const counts = { round: 1, epoch: 0, attempts: 0, version: 0 };
        const draft: Operation = { id, kind, place, key, facts: {}, ...wish, ...times, ...counts };
        return ok({ operation: put(records, draft, {}, event), outcome: "created" as const });
      });
    },

    moveOperation: (request, call) => decide(turn, "moveOperation", call, () => moved(records, request)),

    claimOperation: (request, call) => {
      const checked = checkOperationClaim(request);
      if (checked.isErr()) return errAsync(checked.error);
      return decide(turn, "claimOperation", call, () =>
        known(records, request.operationId).andThen((operation) => {
          const { operationId, holder, ttlMs, lane, now } = request;
          const isDue = operation.dueAt !== undefined && operation.dueAt <= now;
          if (!openOperationStates.includes(operation.state) || !isDue) {
            return ok({ claimed: false as const, operation: structuredClone(operation) });
          }
          return makeWay(records, operationId, lane, clock).map(() => {
            const expiresAt = new Date(clock.now().getTime() + ttlMs);
            records.claims.set(operationId, { holder, lane, expiresAt });
            const begins = operation.state === "pending" ? ({ state: "provisioning", stateSince: now } as const) : {};
            const facts = { ...begins, epoch: operation.epoch + 1, begunAt: operation.begunAt ?? now };
            const claimed = put(records, operation, facts, { kind: "claimed", at: now });
            const steps = records.steps.filter(
              (step) =>
                step.operationId === operationId && (step.round === claimed.round || step.outcome === "unknown"),
            );
            return { claimed: true as const, operation: claimed, steps: structuredClone(steps) };
          });
        }),
      );
    },

    renewClaim: (request, call) => {
      const checked = checkClaimTime(request.ttlMs);
      if (checked.isErr()) return errAsync(checked.error);
      return decide(turn, "renewClaim", call, () =>
        held(records, request).map(() => {
          const claim = records.claims.get(request.operationId);
          const expiresAt = new Date(clock.now().getTime() + request.ttlMs);
          if (claim !== undefined) records.claims.set(request.operationId, { ...claim, expiresAt });
          return undefined;
        }),
      );
    },

    releaseClaim: ({ operationId, epoch }, call) =>
      decide(turn, "releaseClaim", call, () => {
        const isOurs = records.operations.get(operationId)?.epoch === epoch;
        return ok({ released: isOurs && records.claims.delete(operationId) });
      }),

    intendStep: (request, call) => {
      const checked = checkStepIntent(request);
      if (checked.isErr()) return errAsync(checked.error);
      return decide(turn, "intendStep", call, () =>
        held(records, request).map((operation) => {
          const { operationId, round, epoch, name, title, effect, settleMs, now } = request;
          const before = records.steps.find((step) => isSameStep(step, request));
          const attempts = (before?.attempts ?? 0) + 1;
          const step = { operationId, round, epoch, name, title, effect, settleMs, attempts, intendedAt: now } as const;
          put(records, operation, {}, { kind: "step-intended", at: now, step: name });
          return putStep(records, { ...step, state: "intended", outcome: "unknown" });
        }),
      );
    },

    concludeStep: (request, call) => {
      const checked = checkOperationReason(request.reason);
      if (checked.isErr()) return errAsync(checked.error);
      return decide(turn, "concludeStep", call, () =>
        held(records, request).andThen((operation) => {
          const { epoch, name, reason, outcome, now } = request;
          const before = records.steps.find((step) => isSameStep(step, request));
          if (before === undefined) return err(invalidInput("name", "names a step that was not intended"));
          const state = reason === undefined ? "done" : "failed";
          put(records, operation, {}, { kind: `step-${state}`, at: now, step: name, reason });
          return ok(putStep(records, { ...before, epoch, state, outcome, reason, concludedAt: now }));
        }),
      );
    },

    settleOperation: (request, call) => {
      const checked = checkOperationReason("reason" in request ? request.reason : undefined);
      if (checked.isErr()) return errAsync(checked.error);
      return decide(turn, "settleOperation", call, () =>
        held(records, request).map((operation) => settled(records, operation, request)),
      );
    },

    getOperation: (operationId, call) =>
      decide(turn, "getOperation", call, () =>
        known(records, operationId).map((operation) => structuredClone(operation)),
      ),

    listOperations: (request = {}, call) =>
      decide(turn, "listOperations", call, () => {
        const wanted = (["kind", "place", "key", "state"] as const).filter((field) => request[field] !== undefined);
        const listed = all().filter((each) => wanted.every((field) => each[field] === request[field]));
        return pageOf(listed, oldestFirst, request);
      }),

    listDueOperations: ({ now, limit, place }, call) =>
      decide(turn, "listDueOperations", call, () =>
        checkOperationLimit(limit).map(() => {
          const due = all().filter(
            (each) =>
              openOperationStates.includes(each.state) &&
              each.dueAt !== undefined &&
              each.dueAt <= now &&
              (place === undefined || each.place === place) &&
              !isClaimed(each),
          );
          due.sort((one, other) => Number(one.dueAt) - Number(other.dueAt));
          return structuredClone(due.slice(0, limit));
        }),
      ),

    listSteps: (operationId, call) =>
      decide(turn, "listSteps", call, () => {
        const steps = records.steps.filter((step) => step.operationId === operationId);
        return ok(structuredClone(steps.slice(-1000)));
      }),

    listEvents: ({ after, limit, operationId }, call) =>
      decide(turn, "listEvents", call, () =>
        checkOperationLimit(limit).map(() => {
          const listed = records.events.filter((event) => isWanted(event, after, operationId));
          return structuredClone(listed.slice(0, limit));
        }),
      ),

    awaitEvent: ({ after, waitMs, operationId }, call) =>
      flow(async function* () {
        yield* checkOperationWait(waitMs);
        const bell = hungBell(records.bells);
        const over = new AbortController();
        const signal = call?.signal ?? new AbortController().signal;
        void clock.sleep(waitMs, AbortSignal.any([signal, bell.down])).then(() => over.abort());
        try {
          for (;;) {
            const last = over.signal.aborted;
            const more = yield* decide(turn, "awaitEvent", call, () =>
              ok(records.events.some((event) => isWanted(event, after, operationId))),
            );
            if (more || last) return ok({ more });
            await bell.rungBefore(AbortSignal.any([signal, over.signal]));
          }
        } finally {
          bell.takeDown();
        }
      }),

    forgetDeleted: ({ deletedBefore, highest }, call) =>
      decide(turn, "forgetDeleted", call, () =>
        checkOperationLimit(highest).map(() => {
          const old = all().filter(({ state, stateSince }) => state === "deleted" && stateSince < deletedBefore);
          old.sort((one, other) => Number(one.stateSince) - Number(other.stateSince));
          const gone = new Set(old.slice(0, highest).map(({ id }) => id));
          for (const id of gone) records.operations.delete(id);
          keep(records.steps, ({ operationId }) => !gone.has(operationId));
          keep(records.events, ({ operationId }) => !gone.has(operationId));
          return { removed: gone.size };
        }),
      ),
  };
}

function isWanted(event: OperationEvent, after: number, operationId: string | undefined): boolean {
  return event.sequence > after && (operationId === undefined || event.operationId === operationId);
}

function keep<T>(list: T[], isKept: (item: T) => boolean): void {
  list.splice(0, list.length, ...list.filter(isKept));
}

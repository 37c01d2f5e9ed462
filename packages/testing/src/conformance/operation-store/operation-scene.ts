import { randomBytes } from "node:crypto";
import type {
  ClaimOperation,
  IntendStep,
  MoveOperation,
  Operation,
  OperationClaim,
  OperationEvent,
  OperationId,
  OperationStep,
  OperationStore,
  RequestOperation,
  Resource,
} from "@hostelry/core/adapter";
import { expectOk } from "../expectation.ts";
import { afterNoon, noon } from "../store/scene.ts";

/** An id nobody has. */
export function freshOperationId(): OperationId {
  return `operation-${randomBytes(10).toString("hex")}` as OperationId;
}

/** A word nobody uses. */
export function freshWord(): string {
  return `w-${randomBytes(8).toString("hex")}`;
}

/** A resource that nobody wants yet. */
export function freshResource(facts: Partial<Resource> = {}): Resource {
  return {
    kind: "site",
    place: freshWord(),
    key: freshWord(),
    desired: { owner: "ada", n: 1, list: ["ü", null, true] },
    ...facts,
  };
}

/** A wish on paper. */
export function wishFor(resource: Resource, facts: Partial<RequestOperation> = {}): RequestOperation {
  return { operationId: freshOperationId(), resource, allows: [], actor: "ada", now: noon, ...facts };
}

/** An operation that is wanted. */
export async function requested(
  store: OperationStore,
  facts: Partial<Resource> = {},
  now: Date = noon,
): Promise<Operation> {
  return (await expectOk(store.requestOperation(wishFor(freshResource(facts), { now })))).operation;
}

/** A claim on paper. */
export function claimFor(operationId: OperationId, facts: Partial<ClaimOperation> = {}): ClaimOperation {
  return { operationId, holder: "holder-1", ttlMs: 60_000, now: noon, ...facts };
}

/** Who writes under the last claim of an operation. */
export function writerOf({ id, epoch, round }: Operation): OperationClaim {
  return { operationId: id, epoch, round };
}

/** An operation that somebody has claimed. */
export async function claimed(store: OperationStore, facts: Partial<Resource> = {}): Promise<Operation> {
  const { id } = await requested(store, facts);
  return (await expectOk(store.claimOperation(claimFor(id)))).operation;
}

/** A step to begin. */
export function intentOf(operation: Operation, facts: Partial<IntendStep> = {}): IntendStep {
  const step = { name: "make-it", title: "Make it.", effect: "once", settleMs: 5 } as const;
  return { ...writerOf(operation), ...step, now: afterNoon(10), ...facts };
}

/** A step that has begun. */
export async function intended(
  store: OperationStore,
  operation: Operation,
  facts: Partial<IntendStep> = {},
): Promise<OperationStep> {
  return expectOk(store.intendStep(intentOf(operation, facts)));
}

/** An operation that has reached its goal. */
export async function active(store: OperationStore, facts: Partial<Resource> = {}): Promise<Operation> {
  const operation = await claimed(store, facts);
  return expectOk(
    store.settleOperation({ ...writerOf(operation), move: "finish", facts: { root: "/x" }, now: afterNoon(20) }),
  );
}

/** An operation that was given up. */
export async function failed(store: OperationStore, facts: Partial<Resource> = {}): Promise<Operation> {
  const reason = { code: "RESOURCE_CONFLICT", message: "Another one is there.", step: "make-it" } as const;
  const claim = writerOf(await claimed(store, facts));
  return expectOk(store.settleOperation({ ...claim, move: "fail", reason, attempts: 3, now: afterNoon(20) }));
}

/** An operation after a wish. */
export async function moved(
  store: OperationStore,
  { id }: Operation,
  move: MoveOperation["move"],
  now: Date = afterNoon(30),
): Promise<Operation> {
  return expectOk(store.moveOperation({ operationId: id, move, actor: "bob", now }));
}

/** The events of an operation. */
export async function eventsOf(store: OperationStore, operationId: OperationId): Promise<readonly OperationEvent[]> {
  return expectOk(store.listEvents({ after: 0, limit: 1000, operationId }));
}

/** What happened to an operation, in order. */
export async function kindsOf(store: OperationStore, operationId: OperationId): Promise<readonly string[]> {
  return (await eventsOf(store, operationId)).map(({ kind }) => kind);
}

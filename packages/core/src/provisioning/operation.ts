import type { ErrorCode, FailureState } from "../errors/index.ts";
import type { ResourceAddress, ResourceFacts, ResourceGoal } from "./resource.ts";

/** An operation's id: `operation-` and twenty lower-case letters and digits. */
export type OperationId = string & { readonly __brand: "OperationId" };

/**
 * How far the work on a resource has come.
 *
 * `pending`: wanted, nobody has begun. `provisioning`: begun, or waiting for the next attempt. `active`: it is there, as an observation
 * showed at the end. `failed`: given up, see `reason`; nothing happens until somebody asks. `deleting`: it is to go, begun or not.
 * `deleted`: an observation showed that it is not there.
 */
export type OperationState = "pending" | "provisioning" | "active" | "failed" | "deleting" | "deleted";

/** All of them, in the order of a life. */
export const operationStates: readonly OperationState[] = [
  "pending",
  "provisioning",
  "active",
  "failed",
  "deleting",
  "deleted",
];

/** States in which there is something to be done. */
export const openOperationStates: readonly OperationState[] = ["pending", "provisioning", "deleting"];

/** Why an operation failed, waits, or was stopped. Without secrets. */
export interface OperationReason {
  readonly code: ErrorCode;
  /** One sentence for a person. */
  readonly message: string;
  /** The step that it happened in; left out: none had begun. */
  readonly step?: string | undefined;
}

/** `repair`: orphans may be taken away or completed. `replace`: what can't be changed may be taken away and made anew. */
export type OperationAllowance = "repair" | "replace";

/**
 * The work on one resource, from the wish to its end: there is one per address until it is `deleted`. Every new wish (other desired state,
 * removal, another try after a failure, the repair of a drift) is a new round of the same operation; who still works for an
 * older round is refused at its next word.
 */
export interface Operation extends ResourceAddress {
  readonly id: OperationId;
  readonly desired: ResourceFacts;
  readonly goal: ResourceGoal;
  /** What whoever asked has allowed beyond making and changing; of the present round. */
  readonly allows: readonly OperationAllowance[];
  readonly state: OperationState;
  readonly stateSince: Date;
  /** 1, 2, 3 …: which wish this is. Part of the idempotency keys, so that what is done again is not taken for a repetition. */
  readonly round: number;
  /** Grows with each claim; a claim of a lower epoch is over. 0: nobody has claimed it yet. */
  readonly epoch: number;
  /** Attempts of this round that came to nothing, since it last got a step further. */
  readonly attempts: number;
  /** Of the last failure, wait or stop; taken away with success. */
  readonly reason?: OperationReason | undefined;
  /** From when on something is to be done; left out where nothing is. */
  readonly dueAt?: Date | undefined;
  /** What the last observation of a success told, e.g. the document root. */
  readonly facts: ResourceFacts;
  /** Who wants the present round, as the host names its users. */
  readonly actor: string;
  /** When the present round was asked for, and when it was first claimed. */
  readonly requestedAt: Date;
  readonly begunAt?: Date | undefined;
  readonly createdAt: Date;
  /** Grows with every change of the record. */
  readonly version: number;
}

/**
 * What repeating a step does to the world.
 *
 * `repeatable`: the same again. `once`: something is made that there may be one of; it is never repeated without an observation that shows
 * it absent. `destructive`: as `once`, and something is taken away that can't be brought back.
 */
export type StepEffect = "repeatable" | "once" | "destructive";

/** How far a step has come. `intended`: written down before it began, and nobody has said how it ended. */
export type OperationStepState = "intended" | "done" | "failed";

/** One step in the ledger of a round. */
export interface OperationStep {
  readonly operationId: OperationId;
  readonly round: number;
  /** Unique in the round. */
  readonly name: string;
  readonly title: string;
  readonly effect: StepEffect;
  readonly state: OperationStepState;
  /** Of the claim that wrote last. */
  readonly epoch: number;
  /** So long after its last entry the world can't be relied upon while the outcome is unknown. */
  readonly settleMs: number;
  /** How often it was begun. */
  readonly attempts: number;
  readonly intendedAt: Date;
  readonly concludedAt?: Date | undefined;
  /** What it did; `unknown` also while it is only intended. */
  readonly outcome: FailureState;
  /** Of a failure. */
  readonly reason?: OperationReason | undefined;
}

/** What can be told of an operation. */
export type OperationEventKind =
  | "requested"
  | "claimed"
  | "step-intended"
  | "step-done"
  | "step-failed"
  | "waiting"
  | "active"
  | "failed"
  | "cancelled"
  | "drifted"
  | "deleting"
  | "deleted";

/** Something that happened to an operation. */
export interface OperationNotice {
  readonly operationId: OperationId;
  readonly kind: OperationEventKind;
  /** Of the operation, afterwards; so are `round` and `epoch`. */
  readonly state: OperationState;
  readonly round: number;
  readonly epoch: number;
  readonly at: Date;
  /** Who asked for the round; of a wish: who had it. */
  readonly actor: string;
  readonly step?: string | undefined;
  readonly reason?: OperationReason | undefined;
}

/** Something that happened to an operation, written together with what it tells of. All of them are the audit record of provisioning. */
export interface OperationEvent extends OperationNotice {
  /** Grows over the whole store; the cursor of `listEvents`. Gaps are possible, going back is not. */
  readonly sequence: number;
}

/** The key under which a step is done: the same for every attempt of a round, another one for every round. */
export function idempotencyKeyOf({ id, round }: Pick<Operation, "id" | "round">, step: string): string {
  return `${id}:${round}:${step}`;
}

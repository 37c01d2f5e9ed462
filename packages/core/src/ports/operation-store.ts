import type { FailureState, HostingErrorOf } from "../errors/index.ts";
import type {
  Operation,
  OperationAllowance,
  OperationEvent,
  OperationId,
  OperationReason,
  OperationState,
  OperationStep,
  StepEffect,
} from "../provisioning/operation.ts";
import type { OperationWish } from "../provisioning/operation-machine.ts";
import type { Resource, ResourceFacts, ResourceKind, ResourcePlace } from "../provisioning/resource.ts";
import type { ResultAsync } from "../result/index.ts";
import type { CallOptions, Page, PageRequest } from "./call-options.ts";
import type { StoreCapabilities, StoreError } from "./store/index.ts";

/** A resource that is wanted. */
export interface RequestOperation {
  /** Of the operation, should there be a new one. */
  readonly operationId: OperationId;
  /** As the provider's `check` gave it. */
  readonly resource: Resource;
  readonly allows: readonly OperationAllowance[];
  readonly actor: string;
  readonly now: Date;
}

/** Another wish for an operation that is there, or its stop. */
export interface MoveOperation {
  readonly operationId: OperationId;
  readonly move: OperationWish | "cancel";
  /** Refuse with `STORE_CONFLICT` unless it is still at that version. */
  readonly expectVersion?: number | undefined;
  /** What is allowed in the new round. Default: what was in the old one. */
  readonly allows?: readonly OperationAllowance[] | undefined;
  readonly actor: string;
  readonly now: Date;
}

/** The wish to work on an operation. */
export interface ClaimOperation {
  readonly operationId: OperationId;
  /** Who, for messages: 1 to 200 visible ASCII characters. */
  readonly holder: string;
  /** 1 to 3,600,000. */
  readonly ttlMs: number;
  /** Of several operations with the same lane one is claimed at a time: 1 to 300 visible ASCII characters. */
  readonly lane?: string | undefined;
  readonly now: Date;
}

/** The answer to a claim. `false`: there is nothing to do now, see the operation's state and `dueAt`. */
export type ClaimedOperation =
  | {
      readonly claimed: true;
      readonly operation: Operation;
      /** The ledger as far as it matters now, in the order in which steps were first begun: this round, and of others what has an unknown outcome. */
      readonly steps: readonly OperationStep[];
    }
  | { readonly claimed: false; readonly operation: Operation };

/** Who writes: a claim, and the round that it was given for. */
export interface OperationClaim {
  readonly operationId: OperationId;
  readonly epoch: number;
  readonly round: number;
}

/** A step that is about to begin. */
export interface IntendStep extends OperationClaim {
  readonly name: string;
  readonly title: string;
  readonly effect: StepEffect;
  /** As in `ResourceStep`. */
  readonly settleMs: number;
  readonly now: Date;
}

/** How a step ended. */
export interface ConcludeStep extends OperationClaim {
  readonly name: string;
  /** Left out: it is done. */
  readonly reason?: OperationReason | undefined;
  readonly outcome: FailureState;
  readonly now: Date;
}

/** How the work of a claim ended. */
export type SettleOperation = OperationClaim & {
  readonly now: Date;
} & (
    | { readonly move: "finish"; readonly facts: ResourceFacts }
    | { readonly move: "fail"; readonly reason: OperationReason; readonly attempts: number }
    | {
        readonly move: "wait";
        readonly dueAt: Date;
        readonly attempts: number;
        readonly reason?: OperationReason | undefined;
      }
  );

/** Which operations to list. Conditions are all to be met. */
export interface ListOperations extends PageRequest {
  readonly kind?: ResourceKind | undefined;
  readonly place?: ResourcePlace | undefined;
  readonly key?: string | undefined;
  readonly state?: OperationState | undefined;
}

/** Errors of acts on an operation that has to be there. */
export type OperationActError = StoreError | HostingErrorOf<"OPERATION_NOT_FOUND">;

/** Errors of writing under a claim. */
export type OperationClaimError = OperationActError | HostingErrorOf<"OPERATION_LOST">;

/**
 * The records of provisioning: which resource is wanted how, how far that has come, and the ledger of what was begun. Every act is
 * decided in here, one after the other, and written with its event or not at all. Of an address there is at most one operation that
 * is not `deleted`. Claims end by the store's own clock; all other times are the caller's.
 */
export interface OperationStore {
  readonly spec: "operation-store/1";
  /** For error messages, e.g. `postgresql`. */
  readonly name: string;
  readonly capabilities: StoreCapabilities;

  /**
   * Writes down that a resource is wanted. A new operation is `pending`, in round 1, due at `now`. One that is there gets a new round with
   * the desired state and the allowances given, `pending` and due at `now`, with no attempts, no reason and no `begunAt`; goal
   * `present`.
   *
   * Absent: makes it.
   * Repeated: wanted like that already (goal `present`, the same desired state, and not `failed`): `same`, nothing is written.
   * Concurrent: of several for one address one makes it; the others are `same`, or a further round where they want something else.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: written whole or not at all.
   * Limits: while it is `deleting`, `OPERATION_TRANSITION_INVALID`. An id that is taken is `STORE_CONFLICT`. Addresses as in
   *   `ResourceAddress`; desired state of at most 64 KiB as JSON; everything beyond is `INVALID_INPUT`.
   */
  requestOperation(
    request: RequestOperation,
    options?: CallOptions,
  ): ResultAsync<
    { readonly operation: Operation; readonly outcome: "changed" | "created" | "same" },
    StoreError | HostingErrorOf<"OPERATION_TRANSITION_INVALID"> | HostingErrorOf<"STORE_CONFLICT">
  >;

  /**
   * Begins a new round of an operation by a wish (`retry`, `drift`, `remove`: see `nextOperationState`), due at `now`, with no attempts, no
   * reason and no `begunAt`; or stops it (`cancel`): `failed` with reason `OPERATION_CANCELLED`, due no more. `remove` sets goal `absent`.
   *
   * Absent: `OPERATION_NOT_FOUND`.
   * Repeated: `remove` of what is `deleting` and `cancel` of what is `failed` are success, nothing is written. Everything else is refused, for the
   *   first one has changed the state.
   * Concurrent: one of several is first. A holder at work is told at its next word: `OPERATION_LOST`.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: written whole or not at all.
   * Limits: a move that the machine does not have from there is `OPERATION_TRANSITION_INVALID`; another version, `STORE_CONFLICT`. A claim
   *   is not ended: whoever has it may still be at work in the world, so the next claim waits until it is given back or ends.
   */
  moveOperation(
    request: MoveOperation,
    options?: CallOptions,
  ): ResultAsync<
    Operation,
    OperationActError | HostingErrorOf<"OPERATION_TRANSITION_INVALID"> | HostingErrorOf<"STORE_CONFLICT">
  >;

  /**
   * Gives an operation to a holder, when there is something to do (an open state, due at or before `now`). A `pending` one becomes
   * `provisioning`; the epoch grows.
   *
   * Absent: `OPERATION_NOT_FOUND`.
   * Repeated: while somebody has it, also the same holder: `OPERATION_HELD`.
   * Concurrent: one of several gets it. Of those with the same lane one has a claim at any time.
   * Cancelled: `ABORTED`; a claim taken all the same ends by itself.
   * Half-way: an epoch that was handed out is never handed out again.
   * Limits: those of {@link ClaimOperation}. Takes over what ended by the store's clock: of the same operation, and of another one in the same
   *   lane; whoever had that is refused from then on (`taken`).
   */
  claimOperation(
    request: ClaimOperation,
    options?: CallOptions,
  ): ResultAsync<ClaimedOperation, OperationActError | HostingErrorOf<"OPERATION_HELD">>;

  /**
   * Prolongs a claim to `ttlMs` from now, also one that has ended if nobody has taken it since.
   *
   * Absent: `OPERATION_NOT_FOUND`.
   * Repeated: prolongs again.
   * Concurrent: with a takeover one of the two happens.
   * Cancelled: `ABORTED`.
   * Half-way: the old or the new time holds.
   * Limits: without the claim, or for another round, `OPERATION_LOST`. Writes no event.
   */
  renewClaim(
    request: OperationClaim & { readonly ttlMs: number },
    options?: CallOptions,
  ): ResultAsync<void, OperationClaimError>;

  /**
   * Gives a claim back, of whatever round. What is open stays due.
   *
   * Absent: success, `released: false`.
   * Repeated: success, `released: false`.
   * Concurrent: never ends a claim of another epoch.
   * Cancelled: `ABORTED`; it then ends by itself.
   * Half-way: given back or not.
   * Limits: writes no event.
   */
  releaseClaim(
    request: { readonly operationId: OperationId; readonly epoch: number },
    options?: CallOptions,
  ): ResultAsync<{ readonly released: boolean }, StoreError>;

  /**
   * Writes down that a step is about to begin: state `intended`, outcome `unknown`, one attempt more.
   *
   * Absent: `OPERATION_NOT_FOUND`. A step that was not in the ledger of this round is added at its end.
   * Repeated: one attempt more; title and effect are those given last.
   * Concurrent: only who has the claim writes.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: written whole or not at all.
   * Limits: without the claim, or for another round, `OPERATION_LOST`: nothing is written, and the step must not begin. Names as in
   *   `ResourceStep`; titles of 1 to 500 characters.
   */
  intendStep(request: IntendStep, options?: CallOptions): ResultAsync<OperationStep, OperationClaimError>;

  /**
   * Writes down how a step ended: `done`, or `failed` with a reason.
   *
   * Absent: `OPERATION_NOT_FOUND`. A step that was not intended is `INVALID_INPUT`.
   * Repeated: the last one stays.
   * Concurrent: only who has the claim writes.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: written whole or not at all.
   * Limits: without the claim, or for another round, `OPERATION_LOST`. Messages of reasons of at most 2000 characters.
   */
  concludeStep(request: ConcludeStep, options?: CallOptions): ResultAsync<OperationStep, OperationClaimError>;

  /**
   * Ends the work of a claim, and gives it back: the goal is reached (`finish`: `active` or `deleted`, by the goal), it is due again later
   * (`wait`), or given up (`fail`).
   *
   * Absent: `OPERATION_NOT_FOUND`.
   * Repeated: the claim is given back, so `OPERATION_LOST`.
   * Concurrent: only who has the claim writes.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: written whole or not at all.
   * Limits: without the claim, or for another round, `OPERATION_LOST`. `finish` takes `reason` and `dueAt` away and sets `attempts` to 0; `fail` takes
   *   `dueAt` away.
   */
  settleOperation(request: SettleOperation, options?: CallOptions): ResultAsync<Operation, OperationClaimError>;

  /**
   * Reads an operation.
   *
   * Absent: `OPERATION_NOT_FOUND`.
   * Repeated: reads again.
   * Concurrent: sees whole records only.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: sees every change that was acknowledged before.
   */
  getOperation(operationId: OperationId, options?: CallOptions): ResultAsync<Operation, OperationActError>;

  /**
   * Lists operations, oldest first.
   *
   * Absent: an empty page.
   * Repeated: reads again.
   * Concurrent: an operation that is there all the while is listed exactly once over all pages.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: {@link PageRequest}.
   */
  listOperations(request?: ListOperations, options?: CallOptions): ResultAsync<Page<Operation>, StoreError>;

  /**
   * Lists open operations that are due at or before `now` and that nobody has, the longest due first.
   *
   * Absent: an empty list.
   * Repeated: reads again.
   * Concurrent: several who work at it are given the same; claims tell them apart.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: `limit` from 1 to 1000. A claim that ended by the store's clock is nobody's.
   */
  listDueOperations(
    request: { readonly now: Date; readonly limit: number; readonly place?: ResourcePlace | undefined },
    options?: CallOptions,
  ): ResultAsync<readonly Operation[], StoreError>;

  /**
   * Reads the ledger of an operation, all rounds, in the order in which steps were first begun.
   *
   * Absent: an empty list.
   * Repeated: reads again.
   * Concurrent: sees whole records only.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: the last 1000.
   */
  listSteps(operationId: OperationId, options?: CallOptions): ResultAsync<readonly OperationStep[], StoreError>;

  /**
   * Lists events after a sequence, oldest first: of one operation, or of all.
   *
   * Absent: an empty list.
   * Repeated: the same, and what has come since.
   * Concurrent: an event that becomes visible later never has a lower number than one that was listed before.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: `limit` from 1 to 1000.
   */
  listEvents(
    request: { readonly after: number; readonly limit: number; readonly operationId?: OperationId | undefined },
    options?: CallOptions,
  ): ResultAsync<readonly OperationEvent[], StoreError>;

  /**
   * Waits until there is an event after a sequence. A hint: what there is, `listEvents` tells.
   *
   * Absent: waits.
   * Repeated: waits again.
   * Concurrent: any number may wait; nobody who writes waits for them.
   * Cancelled: `ABORTED`, at once.
   * Half-way: it only reads.
   * Limits: `waitMs` from 1 to 60,000. `more: false` after that time; `more: true` as soon as the store has noticed, which may take it
   *   a second.
   */
  awaitEvent(
    request: { readonly after: number; readonly waitMs: number; readonly operationId?: OperationId | undefined },
    options?: CallOptions,
  ): ResultAsync<{ readonly more: boolean }, StoreError>;

  /**
   * Removes operations that were deleted before a time, with ledger and events.
   *
   * Absent: nothing to remove is `removed: 0`.
   * Repeated: goes on with what is left.
   * Concurrent: each is removed once.
   * Cancelled: `ABORTED`; some may be gone.
   * Half-way: an operation is there with all that belongs to it, or gone with all of it.
   * Limits: at most `highest`, 1 to 1000; those that were deleted first go first.
   */
  forgetDeleted(
    request: { readonly deletedBefore: Date; readonly highest: number },
    options?: CallOptions,
  ): ResultAsync<{ readonly removed: number }, StoreError>;
}

import type { JsonValue } from "../audit/audit-entry.ts";
import type { HostingError, HostingErrorOf } from "../errors/index.ts";
import type { StepEffect } from "../provisioning/operation.ts";
import type { Resource, ResourceFacts, ResourceGoal, ResourceKind, ResourcePlace } from "../provisioning/resource.ts";
import type { Result, ResultAsync } from "../result/index.ts";
import type { CallOptions } from "./call-options.ts";

/** What a provider can do; read by core and by the conformance kit. */
export interface ResourceProviderCapabilities {
  /** One step at a time at this place, over all kinds of it whose providers say so, and over all processes. Looks go on beside it. */
  readonly serial: boolean;
  /** What is there and different can be changed in place. `false`: its plans answer such differences with a refusal. */
  readonly changes: boolean;
  /** Resources can be taken away. `false`: removal is refused before it is written down. */
  readonly removes: boolean;
  /** Names of the secrets that its steps may want: core looks them up only if there are any. `observe` does without. */
  readonly secrets: readonly string[];
}

/** Secrets by name. Given with each call and forgotten with it: never in desired state, ledger, event, error or log. */
export type ResourceSecrets = Readonly<Record<string, string>>;

/** Options of {@link ResourceProvider.apply}. */
export interface ApplyOptions extends CallOptions {
  readonly secrets: ResourceSecrets;
}

/** One way in which what is there is not what is wanted. */
export interface ResourceDifference {
  /** Name of the fact, e.g. `siteUser`. */
  readonly field: string;
  readonly expected: JsonValue;
  /** `null`: there is none. */
  readonly actual: JsonValue;
  /**
   * `change`: can be changed where it is. `replace`: only by taking away what is there and making it anew. `refuse`: what is there is not
   * ours to change, e.g. it belongs to another customer; a person has to decide.
   */
  readonly remedy: "change" | "replace" | "refuse";
}

/** A piece of a resource that is there although the resource is not: what is left of a creation or a removal that was broken off. */
export interface ResourcePiece {
  /** What it is, e.g. `system user acme`. */
  readonly piece: string;
  /** Where exactly, e.g. `/home/acme`. */
  readonly where: string;
  /** What a person does about it, or what `repair` will do: one sentence. */
  readonly repair: string;
  /** A plan with `repair: true` can take it away or complete it. `false`: only a person can. */
  readonly repairable: boolean;
}

/** What there is in the world. `facts` are for the host: a document root, a port, an id. */
export type ResourceObservation =
  /** Nothing of it is there. */
  | { readonly status: "absent" }
  /** It is there, is ours, and is as desired. */
  | { readonly status: "same"; readonly facts: ResourceFacts }
  /** A thing of that name is there, and is not as desired. */
  | {
      readonly status: "different";
      readonly facts: ResourceFacts;
      /** At least one. */
      readonly differences: readonly ResourceDifference[];
    }
  /** It is not there, and something is in its way. */
  | { readonly status: "orphan"; readonly pieces: readonly ResourcePiece[] };

/** What a plan is made of. */
export interface PlanResource {
  readonly resource: Resource;
  readonly goal: ResourceGoal;
  readonly observation: ResourceObservation;
  /** Whoever asked wants orphans repaired. Default false: they are `RESOURCE_ORPHANED`. */
  readonly repair?: boolean | undefined;
  /** Whoever asked wants what can't be changed replaced. Default false: that is `RESOURCE_CONFLICT`. */
  readonly replace?: boolean | undefined;
}

/** One step of a plan. */
export interface ResourceStep {
  /**
   * What it is, in the same words whenever it is planned: 1 to 100 characters of `[a-z0-9.:_-]`. Unique in a plan. Part of the
   * idempotency key.
   */
  readonly name: string;
  /** One sentence for a person, without secrets: `Make the system user acme.` */
  readonly title: string;
  readonly effect: StepEffect;
  /** What `apply` needs beyond the resource; no secrets. */
  readonly input?: ResourceFacts | undefined;
  /** Names of the secrets that it wants; without one of them it is not begun (`RESOURCE_SECRET_MISSING`). */
  readonly secrets?: readonly string[] | undefined;
  /**
   * So long after an attempt whose end is unknown an observation can't be relied upon, for what was begun may still be going on
   * in the world. Core waits for it. Default 0.
   */
  readonly settleMs?: number | undefined;
}

/** Why there is no plan. */
export type PlanError =
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"RESOURCE_CONFLICT">
  | HostingErrorOf<"RESOURCE_ORPHANED">;

/** A step to do. */
export interface ApplyStep {
  readonly resource: Resource;
  readonly step: ResourceStep;
  /** The same for every attempt at this step: for systems that recognise repetitions. */
  readonly idempotencyKey: string;
}

/** What a step did. */
export interface AppliedStep {
  /** `unchanged`: everything was so already. */
  readonly state: "changed" | "unchanged";
  /**
   * What the step has seen after its effect, exactly as `observe` would tell it: for systems where a look costs a way there and back, and can be
   * had with the step's own answer. Core then takes it for the observation that follows. Never what was to be expected. Left out: core observes.
   */
  readonly observation?: ResourceObservation | undefined;
}

/**
 * What a provider may answer. Any code of the table; its `details.state`, where there is one, says what is known of the world: `unchanged`,
 * `changed` or `unknown`, and `unknown` where there is none. `retryable` says whether it is tried again; `details.retryAt`, when.
 */
export type ResourceError = HostingError;

/**
 * One kind of resource at one place, e.g. the sites of a panel server. It keeps no state of its own: what there is, it sees. Core
 * observes before every step and after the last one (or a step brings its own look along), so a step need not find out for itself whether it
 * was done before.
 */
export interface ResourceProvider {
  readonly spec: "resource/1";
  /** For error messages, e.g. `cloudpanel`. */
  readonly name: string;
  readonly kind: ResourceKind;
  readonly place: ResourcePlace;
  readonly capabilities: ResourceProviderCapabilities;

  /**
   * Checks desired state and gives the one form in which it is stored and compared: defaults filled in, names in their canonical form, nothing
   * in it that the kind does not know. Pure.
   *
   * Absent: looks at nothing outside.
   * Repeated: what it gave is given again unchanged.
   * Concurrent: any number.
   * Cancelled: it does not wait.
   * Half-way: it changes nothing.
   * Limits: `INVALID_INPUT` with the field that is wrong, never with its value where that could be a secret.
   */
  check(resource: Resource): Result<Resource, HostingErrorOf<"INVALID_INPUT">>;

  /**
   * Looks what there is, and changes nothing.
   *
   * Absent: `absent`. What is there of a resource that is not there as a whole is `orphan`, with every piece.
   * Repeated: looks again.
   * Concurrent: with itself any number; with a step under way it may see any state of that.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: sees every step that was answered before; what takes effect later, it waits for or calls `different`. That a name is taken is never
   *   `same`: that needs every fact of the desired state, and that it is ours.
   */
  observe(resource: Resource, options?: CallOptions): ResultAsync<ResourceObservation, ResourceError>;

  /**
   * Says which steps lead from what was observed to the goal. Pure: the same question has the same answer.
   *
   * Absent: `absent` is where creation begins, and for the goal `absent` there is nothing to do: no steps.
   * Repeated: the same steps, by the same names.
   * Concurrent: any number.
   * Cancelled: it does not wait.
   * Half-way: it changes nothing.
   * Limits: no steps if and only if the goal is reached. Only the first step is done before the next observation and the next plan. What
   *   is not ours, or can't be changed, is `RESOURCE_CONFLICT`; pieces in the way without `repair` are `RESOURCE_ORPHANED`.
   */
  plan(request: PlanResource): Result<readonly ResourceStep[], PlanError>;

  /**
   * Does one step.
   *
   * Absent: what the step needs and is not there is an error with `details.state: "unchanged"`.
   * Repeated: never by core without an observation in between; with the same key.
   * Concurrent: core never does two steps of one address at once; of a `serial` place, never two.
   * Cancelled: `ABORTED` as soon as that can be; what was begun may go on, and the next observation tells.
   * Half-way: `details.state`.
   * Limits: a call that takes longer than `policy.stepTimeoutMs` of provisioning is given up, with state `unknown`.
   */
  apply(request: ApplyStep, options: ApplyOptions): ResultAsync<AppliedStep, ResourceError>;
}

import type { OperationRunner } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** An operation runner for one case, not started. */
export interface OperationRunnerUnderTest extends UnderTest<OperationRunner> {
  /** The time that `notBefore` and `again` are measured by. */
  now(): Date;
  /** Lets at least `milliseconds` pass by that clock. */
  passTime(milliseconds: number): Promise<void>;
  /** How long after its moment a delivery may begin, in milliseconds by that clock. Default 0: at once. */
  readonly slackMs?: number | undefined;
  /** Takes the runner's process away, as SIGKILL does, and gives the next one on the same queue. Needed when `capabilities.durable`. */
  restart?(): Promise<OperationRunner>;
}

/** How to make operation runners for `operationRunnerConformance`. */
export type OperationRunnerHarness = Harness<OperationRunner, OperationRunnerUnderTest>;

/** A case of the operation runner's suite before it knows its harness. */
export type OperationRunnerCase = CaseDraft<OperationRunnerUnderTest>;

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { DeliveredOperation, DeliverOperation, OperationId } from "@hostelry/core/adapter";
import type { OperationRunnerUnderTest } from "./operation-runner-harness.ts";

/** What a case does with a delivery. */
export type OnDelivery = (operationId: OperationId, signal: AbortSignal, count: number) => Promise<DeliveredOperation>;

/** Takes deliveries, and writes them down. */
export interface Deliveries {
  readonly deliver: DeliverOperation;
  /** In the order in which they began. */
  readonly begun: OperationId[];
  /** How many were under way at once, at most. */
  mostAtOnce(): number;
}

/** Makes a {@link Deliveries}; by default each is done with at once. */
export function deliveries(onDelivery: OnDelivery = async () => ({})): Deliveries {
  const begun: OperationId[] = [];
  let [underWay, most] = [0, 0];
  return {
    begun,
    mostAtOnce: () => most,
    deliver: async (operationId, signal) => {
      begun.push(operationId);
      underWay += 1;
      most = Math.max(most, underWay);
      try {
        return await onDelivery(operationId, signal, begun.filter((id) => id === operationId).length);
      } finally {
        underWay -= 1;
      }
    },
  };
}

/** An id nobody has. */
export function freshOperation(): OperationId {
  return `operation-${randomBytes(10).toString("hex")}` as OperationId;
}

/** Some time for a runner that is not at once, and for what it begins. */
const turns = 20;

/** Lets the runner do what it can do now. */
export async function settle({ passTime, slackMs = 0 }: OperationRunnerUnderTest): Promise<void> {
  await passTime(slackMs);
  for (let count = 0; count < turns; count += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until something is so. */
export async function until(underTest: OperationRunnerUnderTest, isSo: () => boolean, what: string): Promise<void> {
  for (let count = 0; count < 100 && !isSo(); count += 1) await settle(underTest);
  assert.ok(isSo(), what);
}

/** A door that stays shut until it is opened. */
export function door(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

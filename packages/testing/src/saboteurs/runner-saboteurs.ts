import { type OperationRunner, okAsync } from "@hostelry/core/adapter";
import { operationRunnerSaboteur, type Saboteur } from "./saboteur.ts";

/** Operation runners that break one promise each. */
export const runnerSaboteurs: readonly Saboteur[] = [
  operationRunnerSaboteur({
    name: "delivers everything at once, whatever its key",
    caughtBy: ["deliver/serial", "stop/waits"],
    spoil: (runner) => ({ submit: (request) => runner.submit({ ...request, key: request.operationId }) }),
  }),
  operationRunnerSaboteur({
    name: "loses what is submitted while it is being delivered",
    caughtBy: ["deliver/once-more"],
    spoil: (runner) => {
      const underWay = new Set<string>();
      return {
        start: (deliver, options) =>
          runner.start(async (operationId, signal) => {
            underWay.add(operationId);
            try {
              return await deliver(operationId, signal);
            } finally {
              underWay.delete(operationId);
            }
          }, options),
        submit: (request) => (underWay.has(request.operationId) ? okAsync(undefined) : runner.submit(request)),
      };
    },
  }),
  operationRunnerSaboteur({
    name: "delivers before the moment",
    caughtBy: ["deliver/waiting-once"],
    spoil: (runner) => ({ submit: ({ operationId, key }) => runner.submit({ operationId, key }) }),
  }),
  operationRunnerSaboteur({
    name: "takes everything that is delivered for done",
    caughtBy: ["deliver/again"],
    spoil: (runner) => ({
      start: (deliver, options) =>
        runner.start(async (operationId, signal) => {
          await deliver(operationId, signal);
          return {};
        }, options),
    }),
  }),
  operationRunnerSaboteur({
    name: "takes what a handler throws for done",
    caughtBy: ["deliver/rejected"],
    spoil: (runner) => ({
      start: (deliver, options) =>
        runner.start((operationId, signal) => deliver(operationId, signal).catch(() => ({})), options),
    }),
  }),
  operationRunnerSaboteur({
    name: "forgets what was submitted before it began",
    caughtBy: ["start/submitted-before"],
    spoil: (runner): Partial<OperationRunner> => {
      let isStarted = false;
      return {
        start: (deliver, options) => {
          isStarted = true;
          return runner.start(deliver, options);
        },
        submit: (request) => (isStarted ? runner.submit(request) : okAsync(undefined)),
      };
    },
  }),
  operationRunnerSaboteur({
    name: "does not wait for what is under way when it ends",
    caughtBy: ["stop/waits"],
    spoil: (runner) => ({
      stop: (options) => {
        void runner.stop(options);
        return okAsync(undefined);
      },
    }),
  }),
];

import { flow, ok, type ResultAsync, type Transport } from "@hostelry/core/adapter";
import { answerOf } from "./answer-of.ts";
import type { CheckNodeError, NodeExpectations } from "./node-expectations.ts";
import type { NodeFinding } from "./node-report.ts";

/** Asks the node what time it is. `date` tells whole seconds everywhere, so half a second is added. */
export function clockFinding(
  transport: Transport,
  { now, signal, timeoutMs, maxClockOffsetMs }: NodeExpectations,
): ResultAsync<NodeFinding, CheckNodeError> {
  return flow(async function* () {
    const before = now().getTime();
    const asked = yield* answerOf(transport.run({ argv: ["date", "+%s"] }, { signal, timeoutMs }));
    const after = now().getTime();
    const seconds = asked.isOk() ? new TextDecoder().decode(asked.value.stdout).trim() : "";
    if (!/^\d{9,11}$/.test(seconds)) {
      const message = "the clock could not be read";
      return ok({ check: "clock" as const, status: "skipped" as const, message, facts: {} });
    }
    const offsetMs = Number(seconds) * 1000 + 500 - (before + after) / 2;
    const uncertaintyMs = 500 + (after - before) / 2;
    return ok(clockVerdict({ offsetMs, uncertaintyMs, maxClockOffsetMs }));
  });
}

/** What a clock's offset is worth: within what is uncertain it is right. */
export function clockVerdict(seen: {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  readonly maxClockOffsetMs: number;
}): NodeFinding {
  const { offsetMs, uncertaintyMs, maxClockOffsetMs } = seen;
  const surelyMs = Math.max(0, Math.abs(offsetMs) - uncertaintyMs);
  const facts = { offsetMs: Math.round(offsetMs), uncertaintyMs: Math.round(uncertaintyMs) };
  const away = `${(Math.abs(offsetMs) / 1000).toFixed(1)} s`;
  if (surelyMs <= maxClockOffsetMs) {
    const message = surelyMs === 0 ? "the clock is right, as far as can be told" : `the clock is ${away} off`;
    return { check: "clock", status: "ok", message, facts };
  }
  const message = `the clock is ${away} ${offsetMs > 0 ? "ahead" : "behind"}: previews end there at another time`;
  const nextStep = "Let the node's clock be set by NTP (systemd-timesyncd, chrony).";
  return { check: "clock", status: "warning", message, nextStep, facts };
}

import type { Domain } from "../domain/domain.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import { err, ok, type Result } from "../result/index.ts";
import type { BindingStep } from "./binding.ts";
import type { BindingPorts } from "./binding-ports.ts";

/** `BINDING_INCOMPLETE` when a step failed; the first one's error is its cause. */
export function checkSteps(
  { tell }: BindingPorts,
  domain: Domain,
  operation: string,
  steps: readonly BindingStep[],
  acting: ActingOptions,
): Result<undefined, HostingErrorOf<"BINDING_INCOMPLETE">> {
  const failed = steps.flatMap(({ part: step, place, error }) =>
    error === undefined ? [] : [{ step, place, code: error.code, message: error.message, error }],
  );
  const [first] = failed;
  if (first === undefined) return ok(undefined);
  const { hostname } = domain;
  const verb = operation === "unbind" ? "unbound" : "bound";
  const more = failed.length === 1 ? "" : ` And ${failed.length - 1} more.`;
  const message = `${hostname} is not ${verb} everywhere: ${first.step} at ${first.place}: ${first.message}${more}`;
  tell("binding.failed", domain, { place: null, detail: message }, acting);
  const details = { hostname, operation, steps: failed.map(({ error: _, ...facts }) => facts) };
  const retryable = failed.some(({ error }) => error.retryable);
  return err(hostingError("BINDING_INCOMPLETE", message, details, { cause: first.error, retryable }));
}

import type { Binding, BindingPartState, BindingStep } from "@hostelry/core";
import type { Palette } from "../terminal/palette.ts";
import { domainObject } from "./domain-text.ts";

const marks: Readonly<Record<BindingPartState, string>> = {
  done: "✓",
  failed: "✗",
  missing: "–",
  "not-ours": "·",
  pending: "…",
};

/** A binding, and its steps. */
export function bindingText({ domain, steps, complete }: Binding, paint: Palette): string {
  const head = complete
    ? `${paint.good("✓")} ${domain.hostname} is bound`
    : `… ${domain.hostname} is not bound completely`;
  return [head, ...stepsText(steps, paint)].join("\n");
}

/** Steps, a line each. */
export function stepsText(steps: readonly BindingStep[], paint: Palette): readonly string[] {
  return steps.map(({ part, place, state, detail }) => {
    const mark = state === "done" ? paint.good(marks[state]) : marks[state];
    return `  ${mark} ${part.padEnd(11)} ${place.padEnd(12)} ${detail}`;
  });
}

/** A binding as JSON. */
export function bindingObject({ domain, steps, complete }: Binding): object {
  return { ...domainObject(domain), complete, steps };
}

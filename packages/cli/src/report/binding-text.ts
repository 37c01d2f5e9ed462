import type { Binding, BindingPartState, BindingStep } from "@hostelry/core";
import { formatDate } from "../terminal/format.ts";
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
  return steps.map(({ part, place, state, detail, at }) => {
    const mark = state === "done" ? paint.good(marks[state]) : marks[state];
    const next = state === "pending" && at !== null ? ` Goes on at ${formatDate(at)}.` : "";
    return `  ${mark} ${part.padEnd(11)} ${place.padEnd(12)} ${detail}${next}`;
  });
}

/** A binding as JSON. */
export function bindingObject({ domain, steps, complete }: Binding): object {
  return { ...domainObject(domain), complete, steps };
}

import {
  err,
  type HostingErrorOf,
  hostingError,
  type JsonValue,
  ok,
  type ResourceFacts,
  type Result,
} from "@hostelry/core/adapter";

/** Reads one fact of a desired state as text; left out: the given default, or a refusal. */
export function textFact(
  facts: ResourceFacts,
  field: string,
  otherwise?: string,
): Result<string, HostingErrorOf<"INVALID_INPUT">> {
  const value: JsonValue | undefined = facts[field] ?? otherwise;
  return typeof value === "string" ? ok(value) : invalidFact(field, "is no text");
}

/** Refuses facts that a kind does not know: a misspelt one would be lost without a word. */
export function onlyFacts(
  facts: ResourceFacts,
  known: readonly string[],
): Result<void, HostingErrorOf<"INVALID_INPUT">> {
  const strange = Object.keys(facts).find((field) => !known.includes(field));
  return strange === undefined ? ok(undefined) : invalidFact(strange, `is none of ${known.join(", ")}`);
}

export function invalidFact(field: string, problem: string): Result<never, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `desired.${field} ${problem}.`, { field: `desired.${field}`, problem }));
}

import {
  type ErrorDetails,
  type HostingErrorOf,
  hostingError,
  type Resource,
  type ResourceDifference,
  type ResourcePiece,
} from "@hostelry/core/adapter";

/** What is there is not this resource. */
export function resourceConflict(
  { kind, place, key }: Resource,
  found: readonly ResourceDifference[],
): HostingErrorOf<"RESOURCE_CONFLICT"> {
  const differences = found.map(({ field, expected, actual }) => ({
    field,
    expected: wordOf(expected),
    actual: wordOf(actual),
  }));
  const told = differences.map(({ field, expected, actual }) => `${field} is ${actual}, not ${expected}`).join("; ");
  return hostingError("RESOURCE_CONFLICT", `The ${kind} ${key} at ${place} is another one: ${told}.`, {
    kind,
    place,
    key,
    differences,
  });
}

/** Remains are in the way. */
export function resourceOrphaned(
  { kind, place, key }: Resource,
  found: readonly ResourcePiece[],
): HostingErrorOf<"RESOURCE_ORPHANED"> {
  const pieces: ErrorDetails["RESOURCE_ORPHANED"]["pieces"] = found.map(({ piece, where, repair }) => ({
    piece,
    where,
    repair,
  }));
  const told = pieces.map(({ piece, repair }) => `${piece}: ${repair}`).join(" ");
  return hostingError(
    "RESOURCE_ORPHANED",
    `The ${kind} ${key} at ${place} is not there, and its remains are in its way. ${told}`,
    { kind, place, key, pieces },
  );
}

function wordOf(value: ResourceDifference["expected"]): string {
  return value === null ? "absent" : typeof value === "string" ? value : JSON.stringify(value);
}

import { type HostingErrorOf, hostingError } from "@hostelry/core/adapter";

/** The error for a store that answers something that can't be. */
export function lookFailure(name: string, problem: string): HostingErrorOf<"ADAPTER_FAILED"> {
  const details = { adapter: name, operation: "look", state: "unchanged" } as const;
  return hostingError("ADAPTER_FAILED", `${name} could not look: ${problem}.`, details);
}

import {
  type ErrorDetails,
  type FailureState,
  type HostingErrorOf,
  hostingError,
  type TransportError,
} from "@hostelry/core/adapter";

/** What any call to a panel server may answer. */
export type PanelError =
  | HostingErrorOf<"PANEL_BUSY">
  | HostingErrorOf<"PANEL_FAILED">
  | HostingErrorOf<"PANEL_REFUSED">
  | HostingErrorOf<"PANEL_UNSUPPORTED">
  | HostingErrorOf<"PROTOCOL_VIOLATION">
  | TransportError;

/** Why a command broke off; a word of `PANEL_FAILED`. */
export type PanelFailure = ErrorDetails["PANEL_FAILED"]["problem"];

/** One thing that a panel did not like; a word of `PANEL_REFUSED`. */
export type PanelProblem = ErrorDetails["PANEL_REFUSED"]["problems"][number];

/** Another command holds the server. */
export function panelBusy(panel: string, waitedMs: number): HostingErrorOf<"PANEL_BUSY"> {
  const message = `${panel} is busy with another command; waited ${waitedMs} ms.`;
  return hostingError("PANEL_BUSY", message, { panel, waitedMs });
}

/** The server lacks something. */
export function panelUnsupported(panel: string, needs: string): HostingErrorOf<"PANEL_UNSUPPORTED"> {
  return hostingError("PANEL_UNSUPPORTED", `${panel} can't do this: it needs ${needs}.`, { panel, needs });
}

/** A command broke off. The excerpt has to be free of secrets. */
export function panelFailed(
  panel: string,
  command: string,
  problem: PanelFailure,
  { state, excerpt = "" }: { readonly state: FailureState; readonly excerpt?: string | undefined },
): HostingErrorOf<"PANEL_FAILED"> {
  const what = excerpt === "" ? problem : excerpt;
  return hostingError("PANEL_FAILED", `${panel} broke off ${command}: ${what}`, {
    panel,
    command,
    problem,
    state,
    excerpt,
  });
}

/** The panel refused a command. */
export function panelRefused(
  panel: string,
  command: string,
  problems: readonly PanelProblem[],
): HostingErrorOf<"PANEL_REFUSED"> {
  const named = problems.map(({ field, problem }) => `${field} ${words[problem]}`).join(", ");
  return hostingError("PANEL_REFUSED", `${panel} refused ${command}: ${named}.`, { panel, command, problems });
}

const words: Readonly<Record<PanelProblem["problem"], string>> = {
  exists: "exists",
  invalid: "is not valid",
  missing: "does not exist",
  "too-long": "is too long",
  "too-short": "is too short",
};

/** Something that a panel is not known to say. The excerpt has to be free of secrets. */
export function protocolViolation(
  system: string,
  operation: string,
  { state, excerpt }: { readonly state: FailureState; readonly excerpt: string },
): HostingErrorOf<"PROTOCOL_VIOLATION"> {
  const message = `${system} answered ${operation} with something unknown: ${excerpt === "" ? "nothing" : excerpt}`;
  return hostingError("PROTOCOL_VIOLATION", message, { system, operation, excerpt, state });
}

/** What there is under that name is not what is wanted. */
export function panelConflict(
  panel: string,
  kind: string,
  key: string,
  differences: ErrorDetails["RESOURCE_CONFLICT"]["differences"],
): HostingErrorOf<"RESOURCE_CONFLICT"> {
  const told = differences.map(({ field, expected, actual }) => `${field} is ${actual}, not ${expected}`).join("; ");
  const details = { kind, place: panel, key, differences };
  return hostingError("RESOURCE_CONFLICT", `The ${kind} ${key} at ${panel} is another one: ${told}.`, details);
}

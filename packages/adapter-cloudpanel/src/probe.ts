import { type CallOptions, flow, ok, type ResultAsync } from "@hostelry/core/adapter";
import { panelCommandNames } from "./command/panel-command.ts";
import { linesOf } from "./command/read-answer.ts";
import type { PanelSession } from "./host/panel-session.ts";
import type { PanelError } from "./panel-errors.ts";

/** Something that whoever runs the server should know. */
export interface PanelWarning {
  readonly code: "missing-program" | "no-clpctl" | "not-root" | "unknown-version" | "vulnerable" | "wrapper-broken";
  /** One sentence. */
  readonly message: string;
}

/** What a server is. */
export interface PanelProbe {
  /** As the package manager tells it, e.g. `2.5.4-3+clp-bookworm`; `null` when it knows no CloudPanel. */
  readonly version: string | null;
  /** `site-user` can do nothing of what is in this package. `none`: there is no CloudPanel. */
  readonly role: "none" | "root" | "site-user";
  /** Commands that this package uses and that the server has. */
  readonly commands: readonly string[];
  /** Whether sites can be made there and looked at. */
  readonly ready: boolean;
  readonly warnings: readonly PanelWarning[];
}

/** Looks at a server, changes nothing, and waits for nobody. */
export function probePanel(session: PanelSession, { signal }: CallOptions): ResultAsync<PanelProbe, PanelError> {
  return flow(async function* () {
    const report = yield* session.ask(["probe"], { signal });
    const version = report.one("version")?.trim() || null;
    const list = linesOf(report.text("commands") ?? "");
    const commands = panelCommandNames.filter((name) => list.includes(name));
    const hasPanel = list.some((line) => line.startsWith("CloudPanel CLI"));
    const isRoot = report.one("uid") === "0";
    const role = !hasPanel ? "none" : isRoot && commands.includes("site:delete") ? "root" : "site-user";
    const missing = report.all("without");
    const warnings: readonly PanelWarning[] = [
      ...(hasPanel ? [] : [warning("no-clpctl", "There is no clpctl of CloudPanel 2 that can be run.")]),
      ...(hasPanel && role !== "root" ? [warning("not-root", "Only root may make sites; sign in as root.")] : []),
      ...(isRoot ? missing : []).map((name) =>
        warning(
          "missing-program",
          `${name} is not installed; sites can't be told apart from their remains without it.`,
        ),
      ),
      ...(hasPanel ? versionWarnings(version) : []),
    ];
    return ok<PanelProbe>({ version, role, commands, ready: role === "root" && missing.length === 0, warnings });
  });
}

function versionWarnings(version: string | null): readonly PanelWarning[] {
  if (version === null)
    return [warning("unknown-version", "The package manager knows no cloudpanel; its version can't be told.")];
  return [
    ...(isBefore(version, [2, 3, 2])
      ? [
          warning(
            "vulnerable",
            "Before 2.3.2 anybody can become root through the panel (CVE-2023-35885, CVE-2023-36630): update it now.",
          ),
        ]
      : []),
    ...(isBefore(version, [2, 5, 0])
      ? [
          warning(
            "vulnerable",
            "Before 2.5.0 every user of the server can become root through clpctlWrapper: update it.",
          ),
          warning(
            "wrapper-broken",
            "Before 2.5.0 clpctl works in bash only; it is run so here, and other scripts may fail.",
          ),
        ]
      : []),
  ];
}

function isBefore(version: string, [major, minor, patch]: readonly [number, number, number]): boolean {
  const [a = 0, b = 0, c = 0] = version.split(/[-+~]/)[0]?.split(".").map(Number) ?? [];
  return a !== major ? a < major : b !== minor ? b < minor : c < patch;
}

function warning(code: PanelWarning["code"], message: string): PanelWarning {
  return { code, message };
}

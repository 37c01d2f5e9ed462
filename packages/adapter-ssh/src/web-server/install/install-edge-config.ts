import {
  type CallOptions,
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  ok,
  type ResultAsync,
  type Transport,
  type TransportError,
} from "@hostelry/core/adapter";
import { checkingHost, checkingUrl } from "../configuration-check.ts";
import { edgeConfig, edgeConfigRevision, type WebServerName } from "../edge-config.ts";
import { type EdgeConfigOptions, pathProblem } from "../edge-config-options.ts";
import { installScript } from "./install-script.ts";

/** How a node's web server is told. */
export interface InstallEdgeConfigOptions extends CallOptions {
  /** What to configure. */
  readonly config: EdgeConfigOptions;
  /**
   * The file that is Hostelry's. It has to be included by the main configuration, or to be it. Default
   * `/etc/nginx/conf.d/hostelry.conf` or `/etc/caddy/hostelry.caddy`.
   */
  readonly file?: string | undefined;
  /** Default `/etc/nginx/nginx.conf` or `/etc/caddy/Caddyfile`. */
  readonly mainFile?: string | undefined;
  /** The server's program. Default `nginx` or `caddy`, found on the `PATH`. */
  readonly program?: string | undefined;
  /** The command that reloads. Default: that of the program itself (`nginx -s reload`, `caddy reload …`). */
  readonly reload?: readonly [string, ...string[]] | undefined;
  /** Run everything through `sudo -n`. Default `false`. */
  readonly sudo?: boolean | undefined;
  /** Default 60,000. */
  readonly timeoutMs?: number | undefined;
}

/** What became of it. */
export interface InstalledEdgeConfig {
  readonly outcome: "installed" | "unchanged";
  /**
   * The running server was asked and has answered from the new configuration. `false`: not asked, because the node has
   * neither curl nor wget, or nothing changed.
   */
  readonly checked: boolean;
}

/** Errors of {@link installEdgeConfig}. */
export type InstallEdgeConfigError = TransportError | HostingErrorOf<"WEB_SERVER_REFUSED">;

/**
 * Puts the configuration of an edge root on a node: tries it alone, puts it in place by rename, tries the whole, reloads,
 * and asks the running server. A configuration that the server refuses at any of these steps is `WEB_SERVER_REFUSED`, and
 * the one before is back in place and running.
 *
 * Absent: a missing directory or program is `ADAPTER_FAILED` with what the node said.
 * Repeated: `unchanged`, without a reload.
 * Concurrent: not meant for it: one installer for a node at a time.
 * Cancelled: `ABORTED`; the one before is put back, at the latest by the next call.
 * Half-way: as cancelled. A lost connection is `TRANSPORT_LOST`; call again.
 * Limits: needs `capabilities.exec` and rights to write the file and to reload; `sudo` gives them. What the server says is
 *   kept to 4,000 characters.
 */
export function installEdgeConfig(
  transport: Transport,
  server: WebServerName,
  options: InstallEdgeConfigOptions,
): ResultAsync<InstalledEdgeConfig, InstallEdgeConfigError> {
  const { config, signal, timeoutMs = 60_000 } = options;
  const file = options.file ?? (server === "nginx" ? "/etc/nginx/conf.d/hostelry.conf" : "/etc/caddy/hostelry.caddy");
  const mainFile = options.mainFile ?? (server === "nginx" ? "/etc/nginx/nginx.conf" : "/etc/caddy/Caddyfile");
  const program = options.program ?? server;
  const reload = options.reload ?? ownReload(server, program, mainFile);
  return flow(async function* () {
    const problem = pathProblem("file", file) ?? pathProblem("mainFile", mainFile);
    if (problem !== undefined) return err(problem);
    const text = yield* edgeConfig(server, config);
    const words = [
      server,
      program,
      file,
      mainFile,
      checkingUrl(config),
      edgeConfigRevision(text),
      checkingHost,
      ...reload,
    ];
    const shell = ["sh", "-c", installScript, "hostelry-edge-config", ...words] as const;
    const argv = options.sudo === true ? (["sudo", "-n", "--", ...shell] as const) : shell;
    const input = new TextEncoder().encode(text);
    const ended = yield* transport.run({ argv: [...argv] }, { input, signal, timeoutMs, maxErrorBytes: 16_384 });
    const decoder = new TextDecoder();
    const said = decoder.decode(ended.stderr).trim().slice(-4000);
    const last = decoder.decode(ended.stdout).trimEnd().split("\n").at(-1) ?? "";
    const [word, more = ""] = last.split(" ");
    if (ended.exitCode === 0 && word === "unchanged") return ok({ outcome: "unchanged" as const, checked: false });
    if (ended.exitCode === 0 && word === "installed") {
      return ok({ outcome: "installed" as const, checked: more === "checked" });
    }
    if (ended.exitCode === 0 && word === "refused" && isStep(more)) return err(refused(transport, server, more, said));
    const adapter = transport.name;
    return err(
      hostingError(
        "ADAPTER_FAILED",
        `${adapter} could not install the configuration of ${server} (exit code ${ended.exitCode}).`,
        { adapter, operation: "installEdgeConfig", state: "unknown" },
        { cause: new Error(said) },
      ),
    );
  });
}

const steps = {
  alone: "can't read the configuration",
  whole: "can't use it together with the rest of its configuration",
  reload: "was not reloaded",
  check: "does not answer from it after the reload",
} as const;

function isStep(word: string): word is keyof typeof steps {
  return Object.hasOwn(steps, word);
}

function refused(
  transport: Transport,
  server: WebServerName,
  step: keyof typeof steps,
  output: string,
): HostingErrorOf<"WEB_SERVER_REFUSED"> {
  const message = `${server} on ${transport.name} ${steps[step]}; the one before is still in place.`;
  return hostingError("WEB_SERVER_REFUSED", message, { transport: transport.name, server, step, output });
}

function ownReload(server: WebServerName, program: string, mainFile: string): readonly [string, ...string[]] {
  if (server === "nginx") return [program, "-c", mainFile, "-s", "reload"];
  return [program, "reload", "--adapter", "caddyfile", "--config", mainFile];
}

import {
  type CallOptions,
  err,
  flow,
  hostingError,
  ok,
  type ResultAsync,
  type Transport,
  type TransportError,
} from "@hostelry/core/adapter";
import { readPhpSettings } from "./php-settings.ts";
import { type StalenessReport, stalenessOf } from "./staleness.ts";

/** Where to look. */
export interface ReadStalenessOptions extends CallOptions {
  /** Look only at places whose document root is this directory or below it. Default: everywhere. */
  readonly root?: string | undefined;
  /** Default `nginx`, found on the `PATH` or where administrators' programs are (`/usr/sbin`). */
  readonly program?: string | undefined;
  /** The main configuration. Default: the program's own. */
  readonly mainFile?: string | undefined;
  /** PHP's FPM program, e.g. `php-fpm8.2`, asked for its settings. Default: PHP's defaults are assumed. */
  readonly phpProgram?: string | undefined;
  /** Run through `sudo -n`; nginx reads certificates' keys when it tests a configuration. Default `false`. */
  readonly sudo?: boolean | undefined;
  /** For each program. Default 20,000. */
  readonly timeoutMs?: number | undefined;
}

/** Runs a program that an ordinary account has no `PATH` to; `sudo` has one of its own. */
const withSystemPath = 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH; exec "$@"';

/**
 * Asks a node's nginx for the configuration it reads, and says how stale a flip can be seen.
 *
 * Absent: no nginx, or one that refuses its configuration, is `ADAPTER_FAILED` with what it said.
 * Repeated: looks again.
 * Concurrent: any number.
 * Cancelled: `ABORTED`.
 * Half-way: it only reads.
 * Limits: needs `capabilities.exec`. It is the configuration on the disk: one that was changed and not loaded yet is
 *   reported as if it were. Caches before the node (a CDN) are not seen.
 */
export function readStaleness(
  transport: Transport,
  options: ReadStalenessOptions = {},
): ResultAsync<StalenessReport, TransportError> {
  const { root, program = "nginx", mainFile, phpProgram, sudo = false, signal, timeoutMs = 20_000 } = options;
  const decoder = new TextDecoder();
  const ask = (name: string, ...words: readonly string[]): ResultAsync<string, TransportError> =>
    flow(async function* () {
      const before = sudo ? (["sudo", "-n", "--"] as const) : (["sh", "-c", withSystemPath, "hostelry"] as const);
      const ended = yield* transport.run(
        { argv: [...before, name, ...words] },
        { signal, timeoutMs, maxOutputBytes: 16 * 1024 * 1024 },
      );
      if (ended.exitCode === 0) return ok(decoder.decode(ended.stdout));
      const adapter = transport.name;
      const message = `${adapter} could not ask ${name} for its settings (exit code ${ended.exitCode}).`;
      const details = { adapter, operation: "readStaleness", state: "unchanged" } as const;
      const cause = new Error(decoder.decode(ended.stderr).slice(-4000));
      return err(hostingError("ADAPTER_FAILED", message, details, { cause }));
    });
  return flow(async function* () {
    const nginx = yield* ask(program, "-T", "-q", ...(mainFile === undefined ? [] : ["-c", mainFile]));
    const php = phpProgram === undefined ? undefined : readPhpSettings(yield* ask(phpProgram, "-i"));
    return ok(stalenessOf({ nginx, php, root }));
  });
}

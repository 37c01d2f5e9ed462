import { resolve } from "node:path";
import { adapterError, attempt, type ResultAsync, type Target, type TargetError } from "@hostelry/core/adapter";
import { type DurabilityLevel, durabilityOf } from "../file-system/durability.ts";
import { type FileSystem, nodeFileSystem } from "../file-system/file-system.ts";
import { activate } from "./activate.ts";
import { discard } from "./discard.ts";
import { missing } from "./missing.ts";
import { observe } from "./observe.ts";
import { probe } from "./probe.ts";
import { setServingState } from "./set-serving-state.ts";
import { stage } from "./stage.ts";
import type { TargetParts } from "./target-parts.ts";
import type { Tracked } from "./tracked.ts";
import { verify } from "./verify.ts";

/** Options of {@link directoryTarget}. */
export interface DirectoryTargetOptions {
  /** Unique among a site's targets. Default `directory`. */
  readonly name?: string | undefined;
  /** Default `full`: what resolves is on the disk. */
  readonly durability?: DurabilityLevel | undefined;
  /** What to reach the disk through. Default `node:fs`. */
  readonly fileSystem?: FileSystem | undefined;
}

/**
 * Publishes into a directory of this machine, for any web server that follows links: `sites/<siteId>/current` is the
 * live site. Works on any POSIX file system, without locks; any number of processes may use one root, and a paused one
 * can't change what a later one has set (docs/explanation/fencing-without-locks.md). The layout is described in
 * docs/reference/directory-target.md. Nothing is made before the first `stage`.
 */
export function directoryTarget(root: string, options: DirectoryTargetOptions = {}): Target {
  const { name = "directory", durability = "full", fileSystem = nodeFileSystem } = options;
  const parts: TargetParts = {
    name,
    root: resolve(root),
    fileSystem,
    durability: durabilityOf(durability, fileSystem),
  };

  /** Inside, everything throws: the disk's errors and ours. This is where they become results. */
  const run = <T>(
    operation: string,
    signal: AbortSignal | undefined,
    work: (tracked: Tracked) => Promise<T> | T,
  ): ResultAsync<T, TargetError> => {
    const tracked: Tracked = { state: "unchanged", signal };
    const start = (): Promise<T> | T => {
      signal?.throwIfAborted();
      return work(tracked);
    };
    return attempt(start, (cause) => adapterError(cause, { adapter: name, operation, state: tracked.state, signal }));
  };

  return {
    spec: "target/1",
    name,
    capabilities: { fencing: true, previews: true, servingState: true, verify: true },
    observe: (siteId, { signal } = {}) => run("observe", signal, () => observe(parts, siteId)),
    missing: (request, { signal } = {}) => run("missing", signal, (tracked) => missing(parts, request, tracked)),
    stage: (request, { signal, onProgress } = {}) =>
      run("stage", signal, (tracked) => stage(parts, request, tracked, onProgress)),
    activate: (request, { signal } = {}) => run("activate", signal, (tracked) => activate(parts, request, tracked)),
    probe: (request, { signal } = {}) => run("probe", signal, (tracked) => probe(parts, request, tracked)),
    setServingState: (request, { signal } = {}) =>
      run("setServingState", signal, (tracked) => setServingState(parts, request, tracked)),
    discard: (request, { signal } = {}) => run("discard", signal, (tracked) => discard(parts, request, tracked)),
    verify: (request, { signal, onProgress } = {}) =>
      run("verify", signal, (tracked) => verify(parts, request, tracked, onProgress)),
  };
}

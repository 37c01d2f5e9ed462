import { setMaxListeners } from "node:events";
import {
  adapterError,
  attempt,
  type ResultAsync,
  type SiteId,
  type Target,
  type TargetError,
  type Transport,
} from "@hostelry/core/adapter";
import type { Tracked } from "../edge/edge-parts.ts";
import { siteTurns } from "../edge/site-turns.ts";
import { activate, setServingState } from "./change-slots.ts";
import { type SftpParts, type SftpSite, sftpSite } from "./sftp-site.ts";
import { stage } from "./stage.ts";
import { discard, missing, observe, probe, verify } from "./upkeep.ts";

/** Options of {@link sftpTarget}. */
export interface SftpTargetOptions {
  /** Unique among a site's targets. Default: the transport's name. */
  readonly name?: string | undefined;
}

/**
 * Publishes to an account that has SFTP and no shell. The layout, the promises and the calls are those of `sshEdge`, with
 * these differences: nothing on the machine compares fencing tokens when something changes, so only the lease keeps
 * publishers apart (`capabilities.fencing` is `false`); files are written one by one, many at a time; and `probe` and
 * `verify` read what they hash over the wire. The server must be able to replace a link by renaming another over it
 * (`posix-rename@openssh.com`), or there is no flip that readers do not notice.
 */
export function sftpTarget(transport: Transport, root: string, options: SftpTargetOptions = {}): Target {
  const { name = transport.name } = options;
  const { files, capabilities } = transport;
  if (!root.startsWith("/")) throw new TypeError(`root must be an absolute path, not ${JSON.stringify(root)}`);
  if (!capabilities.files || !capabilities.atomicRename)
    throw new TypeError(`${transport.name} has no SFTP, or can't replace files by renaming`);
  const { flush: flushes, hardLinks } = capabilities;
  const parts: SftpParts = { name, files, root: root.replace(/\/+$/, ""), flushes, hardLinks };
  const inTurn = siteTurns();

  /** Inside, everything throws: the transport's errors and ours. This is where they become results. */
  const run = <T>(
    operation: string,
    siteId: SiteId,
    signal: AbortSignal | undefined,
    work: (site: SftpSite, tracked: Tracked) => Promise<T>,
  ): ResultAsync<T, TargetError> => {
    const tracked: Tracked = { state: "unchanged", signal };
    // Many files are under way at once, and each of them listens.
    if (signal !== undefined) setMaxListeners(0, signal);
    const start = async (): Promise<T> => {
      signal?.throwIfAborted();
      return work(sftpSite(parts, siteId, signal), tracked);
    };
    return attempt(start, (cause) => {
      const reason: unknown = signal?.aborted === true ? signal.reason : cause;
      return adapterError(reason, { adapter: name, operation, state: tracked.state, signal });
    });
  };

  return {
    spec: "target/1",
    name,
    capabilities: { fencing: false, previews: true, servingState: true, verify: true },
    observe: (siteId, { signal } = {}) => run("observe", siteId, signal, (site) => observe(parts, site)),
    missing: ({ siteId, manifest }, { signal } = {}) =>
      run("missing", siteId, signal, (site) => missing(parts, site, manifest)),
    stage: (request, { signal, onProgress } = {}) =>
      run("stage", request.siteId, signal, (site) => stage(parts, site, request, onProgress)),
    activate: (request, { signal } = {}) =>
      run("activate", request.siteId, signal, (site, tracked) =>
        inTurn(request.siteId, () => activate(parts, site, request, tracked)),
      ),
    probe: (request, { signal } = {}) => run("probe", request.siteId, signal, (site) => probe(parts, site, request)),
    setServingState: (request, { signal } = {}) =>
      run("setServingState", request.siteId, signal, (site, tracked) =>
        inTurn(request.siteId, () => setServingState(parts, site, request, tracked)),
      ),
    discard: (request, { signal } = {}) =>
      run("discard", request.siteId, signal, (site, tracked) =>
        inTurn(request.siteId, () => discard(parts, site, request, tracked)),
      ),
    verify: (request, { signal, onProgress } = {}) =>
      run("verify", request.siteId, signal, (site) => verify(parts, site, request, onProgress)),
  };
}

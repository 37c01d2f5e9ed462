import {
  adapterError,
  attempt,
  type CallOptions,
  type ResultAsync,
  type SiteId,
  type Target,
  type TargetError,
  type Transport,
} from "@hostelry/core/adapter";
import { activate } from "./activate.ts";
import { discard } from "./discard.ts";
import type { DocumentRoot } from "./document-root.ts";
import type { EdgeParts, Tracked } from "./edge-parts.ts";
import { bindHost, type ExpiredPreview, type HostRequest, sweep, unbindHost } from "./hosts.ts";
import { knownReleases } from "./known-releases.ts";
import { missing } from "./missing.ts";
import { sessionPool } from "./node/session-pool.ts";
import { observe } from "./observe.ts";
import { probe } from "./probe.ts";
import { setServingState } from "./set-serving-state.ts";
import { siteTurns } from "./site-turns.ts";
import { stageAndActivate } from "./stage-and-activate.ts";
import type { Packing } from "./staging/packed.ts";
import { stage } from "./staging/stage.ts";
import { verify } from "./verify.ts";

/** Options of {@link sshEdge}. */
export interface SshEdgeOptions {
  /** Unique among a site's targets. Default: the transport's name. */
  readonly name?: string | undefined;
  /** Default `full`: what resolves is on the node's disk. */
  readonly durability?: "full" | "none" | undefined;
  /** Whether bytes are compressed on the wire. Default `auto`: where it saves time, and for little always. */
  readonly packing?: Packing | "auto" | undefined;
  /** At most so many shells at once on the node; more calls wait. Default 4; sshd allows 10 to a connection. */
  readonly maxSessions?: number | undefined;
  /**
   * Whether the node makes, after each flip, the tree of links that the next release begins with. The next publish is then
   * a good deal faster; each site's live release takes its directories (not its files) twice. Default `true`.
   */
  readonly prepares?: boolean | undefined;
  /**
   * Account of the node that everything is done as and belongs to, for a transport of root's. Needs `setpriv` there (util-linux). Default: the
   * transport's own account.
   */
  readonly runAs?: string | undefined;
  /**
   * Where a panel has a site's document root: there a link is kept that leads to the live release, and in maintenance or suspension to
   * a directory without it. Such a target shows no previews and binds no hosts. Same file system as the root. Default: the web server's
   * configuration leads to `sites/<siteId>/current`.
   */
  readonly documentRoot?: ((siteId: SiteId) => DocumentRoot) | undefined;
  /** The time, for the node's journal and for what is carried along. Default: the machine's. */
  readonly now?: (() => Date) | undefined;
}

/** A target on another machine, with the sessions it keeps there. */
export interface SshEdge extends Target {
  readonly stageAndActivate: NonNullable<Target["stageAndActivate"]>;

  /**
   * Gives a host name to a site: `hosts/<host>` leads there, and a web server needs no reload.
   *
   * Absent: a site that was never staged takes it as well.
   * Repeated: success, `changed: false`.
   * Concurrent: the first of two sites gets it; a host of another site is `TARGET_LAYOUT_INVALID`, and stays.
   * Cancelled: `ABORTED`, or done.
   * Half-way: state `unknown` at worst; call again. Durable when it resolves.
   * Limits: lower-case ASCII names; not fenced, for hosts do not belong to a publication.
   */
  bindHost(request: HostRequest, options?: CallOptions): ResultAsync<{ readonly changed: boolean }, TargetError>;

  /**
   * Takes a host name from a site.
   *
   * Absent: success, `changed: false`.
   * Repeated: success, `changed: false`.
   * Concurrent: any number.
   * Cancelled: `ABORTED`, or done.
   * Half-way: state `unknown` at worst; call again.
   * Limits: a host of another site is `TARGET_LAYOUT_INVALID`, and stays.
   */
  unbindHost(request: HostRequest, options?: CallOptions): ResultAsync<{ readonly changed: boolean }, TargetError>;

  /**
   * Takes away all previews whose time is over, of all sites: what the control plane does at the hour, for when it was
   * down. The time is `now` of this machine.
   *
   * Absent: nothing has expired: an empty list.
   * Repeated: success; what is gone is not named again.
   * Concurrent: with publications: fenced as the latest of each site.
   * Cancelled: `ABORTED`; some may be gone.
   * Half-way: state `unknown`; call again.
   * Limits: costs grow with the previews that are open.
   */
  sweep(options?: CallOptions): ResultAsync<{ readonly expired: readonly ExpiredPreview[] }, TargetError>;

  /** Ends the sessions. The transport stays; it is its owner's to close. */
  close(): Promise<void>;
}

/**
 * Publishes to a machine that runs an ordinary sshd, for any web server that follows links: below `root`,
 * `sites/<siteId>/current` is the live site. The node needs a POSIX shell, coreutils (GNU's or BusyBox's), tar and gzip;
 * nothing is installed. Any number of publishers may use one node, and a paused one can't change what a later one has set
 * (docs/explanation/fencing-without-locks.md). The protocol is told in docs/explanation/edge-protocol.md.
 */
export function sshEdge(transport: Transport, root: string, options: SshEdgeOptions = {}): SshEdge {
  const { name = transport.name, durability = "full", packing = "auto", maxSessions = 4, prepares = true } = options;
  const { now = () => new Date(), documentRoot, runAs } = options;
  if (!root.startsWith("/")) throw new TypeError(`root must be an absolute path, not ${JSON.stringify(root)}`);
  if (runAs !== undefined && !/^[a-z_][a-z0-9_-]{0,31}$/i.test(runAs))
    throw new TypeError("runAs must be an account's name");
  const sessions = sessionPool(transport, { root: root.replace(/\/+$/, ""), runAs, durability, now, maxSessions });
  const background = new Set<Promise<unknown>>();
  const parts: EdgeParts = {
    name,
    sessions,
    known: knownReleases(),
    packing,
    documentRoot,
    prepares,
    now,
    inTurn: siteTurns(),
    behind: (work) => {
      const running = work().catch(() => undefined);
      background.add(running);
      void running.finally(() => background.delete(running));
    },
  };

  /** Inside, everything throws: the transport's errors and ours. This is where they become results. */
  const run = <T>(
    operation: string,
    signal: AbortSignal | undefined,
    work: (tracked: Tracked) => Promise<T>,
  ): ResultAsync<T, TargetError> => {
    const tracked: Tracked = { state: "unchanged", signal };
    const start = (): Promise<T> => {
      signal?.throwIfAborted();
      return work(tracked);
    };
    return attempt(start, (cause) =>
      adapterError(signal?.aborted === true ? signal.reason : cause, {
        adapter: name,
        operation,
        state: tracked.state,
        signal,
      }),
    );
  };

  return {
    spec: "target/1",
    name,
    capabilities: {
      fencing: true,
      previews: documentRoot === undefined,
      servingState: true,
      verify: true,
      stageAndActivate: true,
    },
    observe: (siteId, { signal } = {}) => run("observe", signal, (tracked) => observe(parts, siteId, tracked)),
    missing: (request, { signal } = {}) => run("missing", signal, (tracked) => missing(parts, request, tracked)),
    stage: (request, { signal, onProgress } = {}) =>
      run("stage", signal, async (tracked) => (await stage(parts, request, tracked, onProgress)).outcome),
    stageAndActivate: (request, { signal, ...told } = {}) =>
      // Not in its turn: it would keep others from the site for as long as it sends.
      run("stageAndActivate", signal, (tracked) => stageAndActivate(parts, request, tracked, told)),
    activate: (request, { signal } = {}) =>
      run("activate", signal, (tracked) => parts.inTurn(request.siteId, () => activate(parts, request, tracked))),
    probe: (request, { signal } = {}) => run("probe", signal, (tracked) => probe(parts, request, tracked)),
    setServingState: (request, { signal } = {}) =>
      run("setServingState", signal, (tracked) =>
        parts.inTurn(request.siteId, () => setServingState(parts, request, tracked)),
      ),
    discard: (request, { signal } = {}) =>
      run("discard", signal, (tracked) => parts.inTurn(request.siteId, () => discard(parts, request, tracked))),
    verify: (request, { signal, onProgress } = {}) =>
      run("verify", signal, (tracked) => verify(parts, request, tracked, onProgress)),
    bindHost: (request, { signal } = {}) => run("bindHost", signal, (tracked) => bindHost(parts, request, tracked)),
    unbindHost: (request, { signal } = {}) =>
      run("unbindHost", signal, (tracked) => unbindHost(parts, request, tracked)),
    sweep: ({ signal } = {}) => run("sweep", signal, (tracked) => sweep(parts, tracked)),
    close: async () => {
      await Promise.allSettled([...background]);
      await sessions.close();
    },
  };
}

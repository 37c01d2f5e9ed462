import type { CallOptions, HostingErrorOf } from "@hostelry/core/adapter";
import type { ReadStalenessOptions } from "../web-server/staleness/read-staleness.ts";

/** What a node has to be, and what is worth a warning. */
export interface CheckNodeOptions extends CallOptions {
  /** The directory that sites are published to; absolute. */
  readonly root: string;
  /** What publishes there: `edge` (default) needs a shell, `sftp` does not. */
  readonly kind?: "edge" | "sftp" | undefined;
  /** Less free space than this is a warning. Default 1,000,000,000. */
  readonly minFreeBytes?: number | undefined;
  /** Fewer free inodes than this are a warning: each file of a release that is not linked takes one. Default 50,000. */
  readonly minFreeInodes?: number | undefined;
  /** A clock that is further off is a warning: nodes end previews by their own. Default 5,000. */
  readonly maxClockOffsetMs?: number | undefined;
  /** How to ask the node's nginx how stale a flip can be seen. Default: it is not asked. */
  readonly webServer?: Omit<ReadStalenessOptions, "root" | "signal" | "timeoutMs"> | undefined;
  /** For each of the few things that are done on the node. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** The time to compare with. Default: the machine's. */
  readonly now?: (() => Date) | undefined;
}

/** Options with their defaults. */
export interface NodeExpectations extends Pick<CheckNodeOptions, "root" | "signal" | "webServer"> {
  readonly kind: "edge" | "sftp";
  readonly minFreeBytes: number;
  readonly minFreeInodes: number;
  readonly maxClockOffsetMs: number;
  readonly timeoutMs: number;
  readonly now: () => Date;
}

/** Errors of `checkNode`. What is wrong with the node is a finding. */
export type CheckNodeError = HostingErrorOf<"ABORTED"> | HostingErrorOf<"INVALID_INPUT">;

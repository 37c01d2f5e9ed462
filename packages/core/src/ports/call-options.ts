import type { HostingErrorOf } from "../errors/index.ts";

/** What every waiting call takes. */
export interface CallOptions {
  /** Ends the call early with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a call that changes something. */
export interface ActingOptions extends CallOptions {
  /** Who wants it, for the audit record; default `system`. */
  readonly actor?: string | undefined;
}

/** A step of long work, told while it goes on. */
export interface Progress {
  /** What is being done, e.g. `stage`. */
  readonly step: string;
  /** So much of `total` is done. */
  readonly done: number;
  readonly total: number;
  readonly unit: "files" | "bytes" | "targets" | "steps";
  /** The target it concerns, when there are several. */
  readonly target?: string | undefined;
}

/** Takes {@link Progress}; must return quickly. A throw is a bug of the listener and ends the call. */
export type ProgressListener = (progress: Progress) => void;

/** Options of long work. */
export interface WorkOptions extends CallOptions {
  readonly onProgress?: ProgressListener | undefined;
}

/**
 * What any adapter may answer besides the errors of its method. `ADAPTER_FAILED` for what it did not expect;
 * `ADAPTER_THROTTLED` and `ADAPTER_UNAUTHORIZED` when a service behind an interface says so; `STORAGE_…` when a disk says
 * so; `ABORTED` when the signal fired.
 */
export type AdapterError =
  | HostingErrorOf<"ABORTED">
  | HostingErrorOf<"ADAPTER_FAILED">
  | HostingErrorOf<"ADAPTER_INCOMPATIBLE">
  | HostingErrorOf<"ADAPTER_THROTTLED">
  | HostingErrorOf<"ADAPTER_TIMEOUT">
  | HostingErrorOf<"ADAPTER_UNAUTHORIZED">
  | HostingErrorOf<"STORAGE_DENIED">
  | HostingErrorOf<"STORAGE_FULL">
  | HostingErrorOf<"STORAGE_READ_ONLY">;

/** One page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Pass as `after` for the next page; absent on the last one. */
  readonly next?: string | undefined;
}

/** How to ask for a page. */
export interface PageRequest {
  /** Cursor out of the page before; opaque, and stays right while records are added. */
  readonly after?: string | undefined;
  /** 1 to 1000; default 100. */
  readonly limit?: number | undefined;
}

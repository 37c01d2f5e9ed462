import type { ResultAsync } from "../result/index.ts";
import type { AdapterError, CallOptions } from "./call-options.ts";

/** What a host said. */
export interface HostAnswer {
  /** `false`: the name has no address, or nobody there answers. */
  readonly reached: boolean;
  /** HTTP status; 0 when nobody was reached. */
  readonly status: number;
  /** The start of the body. */
  readonly text: string;
}

/** Asks hosts that strangers name, by plain HTTP on port 80, the way a certificate authority does. */
export interface HostProbe {
  readonly spec: "host-probe/1";
  /** For messages, e.g. `http`. */
  readonly name: string;
  /** There is nothing that one can do and another can't. */
  readonly capabilities: Readonly<Record<never, never>>;

  /**
   * Reads the start of a text at a path of a host.
   *
   * Absent: `reached: false`; a path that is not there is an answer with its status.
   * Repeated: asks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads; what breaks off is `reached: false`.
   * Limits: at most `maxBytes` of the body. Follows no redirect, for the answer has to come from the name itself. The names are
   *   those of strangers: an adapter connects to no address of this machine or its networks unless it was told that it may.
   *   Ends within ten seconds.
   */
  ask(
    request: { readonly hostname: string; readonly path: string; readonly maxBytes: number },
    options?: CallOptions,
  ): ResultAsync<HostAnswer, AdapterError>;
}

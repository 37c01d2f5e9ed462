import type { ResultAsync } from "../../result/index.ts";
import type { CallOptions } from "../call-options.ts";
import type { Command, CommandOutput, RunOptions, StartOptions, TransportProcess } from "./process.ts";
import type { TransportError } from "./transport-error.ts";
import type { TransportFiles } from "./transport-files.ts";

/** What a transport can do; read by targets and by the conformance kit, which skips nothing but what is `false` here. */
export interface TransportCapabilities {
  /** `start` and `run` work. `false` for accounts that may do nothing but SFTP. */
  readonly exec: boolean;
  /** `files` works. */
  readonly files: boolean;
  /** `files.rename` replaces what is there, atomically for readers. */
  readonly atomicRename: boolean;
  /** `files.hardLink` works. */
  readonly hardLinks: boolean;
  /** `files.flush` and the option `durable` of `files.write` bring data to the disk. */
  readonly flush: boolean;
}

/** For those who keep programs running that do nothing, so that the next request need not wait for a start. */
export interface TransportCrowd {
  /** Whether a call waits because the other side allows no more sessions at once. Then no program is to be kept that does nothing. */
  isCrowded(): boolean;
  /**
   * Asks for room whenever a call begins to wait: one listener after the other, until one says that it ends a program. Returns what calls
   * that off.
   */
  onCrowded(listener: () => boolean): () => void;
}

/**
 * A way to one machine: programs are started there and files are moved, nothing else is assumed of it. It knows nothing of
 * sites, releases or policy. A method that needs a capability which is `false` answers `INVALID_INPUT`.
 */
export interface Transport {
  readonly spec: "transport/1";
  /** Unique among a product's transports; for records and messages, e.g. `deploy@edge1:22`. No secret in it. */
  readonly name: string;
  readonly capabilities: TransportCapabilities;
  /** Files of the other machine. */
  readonly files: TransportFiles;
  /** Where the other side limits how many programs run at once: whoever keeps some for later makes room. Absent: nobody ever waits. */
  readonly crowd?: TransportCrowd | undefined;

  /**
   * Makes the machine ready for calls: connects, checks who answers, and signs in. Other methods do it by themselves; this
   * is for those who want to know early, or to save the next call's time.
   *
   * Absent: `TRANSPORT_UNREACHABLE`; who answers with another key than expected is `HOST_KEY_MISMATCH`.
   * Repeated: success without a round trip while the connection stands; after a loss it connects anew.
   * Concurrent: all callers wait for one attempt. One caller's cancellation does not end it for the others.
   * Cancelled: `ABORTED`.
   * Half-way: nothing is left behind.
   * Limits: after `close` it is `TRANSPORT_LOST`.
   */
  connect(options?: CallOptions): ResultAsync<void, TransportError>;

  /**
   * Starts a program and hands it over while it runs. Needs `capabilities.exec`.
   *
   * Absent: a program that is not there ends with exit code 127, as a shell says it; that is an outcome, not an error.
   * Repeated: starts it again.
   * Concurrent: as many as the other side allows; more wait for their turn.
   * Cancelled: before the start `ABORTED`, and nothing was started. Later the signal ends the program with all its
   *   children, and its `outcome` is `ABORTED`.
   * Half-way: `details.state` is `unchanged` when the program certainly did not start, otherwise `unknown`.
   * Limits: arguments arrive byte for byte as UTF-8, whatever is in them; U+0000 and lone surrogates are `INVALID_INPUT`,
   *   and so are more than 100,000 bytes of them in all: send data through the input. Arguments are visible to every user
   *   of that machine: secrets go through the input. A program whose connection is lost is ended on the other side.
   */
  start(command: Command, options?: StartOptions): ResultAsync<TransportProcess, TransportError>;

  /**
   * Runs a program to its end and gathers what it writes. Needs `capabilities.exec`.
   *
   * Absent: as with `start`.
   * Repeated: runs it again.
   * Concurrent: as with `start`.
   * Cancelled: `ABORTED`; the program is ended with all its children.
   * Half-way: as with `start`. An input that throws ends the program as with `write`.
   * Limits: as with `start`; output beyond `maxOutputBytes` ends the program with `TRANSPORT_OUTPUT_TOO_LARGE`.
   */
  run(command: Command, options?: RunOptions): ResultAsync<CommandOutput, TransportError>;

  /**
   * Ends all programs and lets go of the connection.
   *
   * Absent: never connected is success.
   * Repeated: success.
   * Concurrent: calls under way end with `TRANSPORT_LOST`.
   * Cancelled: it takes no signal, and never waits for long.
   * Half-way: it always lets go; there is no error.
   * Limits: a closed transport stays closed; make a new one.
   */
  close(): Promise<void>;
}

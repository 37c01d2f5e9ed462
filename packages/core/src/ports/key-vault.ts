import type { HostingErrorOf } from "../errors/index.ts";
import type { ResultAsync } from "../result/index.ts";
import type { AdapterError, CallOptions } from "./call-options.ts";

/** Bytes that only their vault can read, as visible ASCII without spaces; at most 64 Ki characters. It says which key sealed it. */
export type Sealed = string & { readonly __brand: "Sealed" };

/** Bytes that were sealed. */
export interface Opened {
  readonly bytes: Uint8Array;
  /** It was sealed with a key that is not the current one: seal it anew when it is written the next time. */
  readonly stale: boolean;
}

/** Errors of {@link KeyVault.open}. */
export type OpenSealedError = AdapterError | HostingErrorOf<"SEALED_UNREADABLE"> | HostingErrorOf<"INVALID_INPUT">;

/**
 * Seals what must not be read in the records: private keys. By a key in this process (`aesKeyVault`), or by a service that keeps the
 * key to itself. What is sealed is in no error and no log.
 */
export interface KeyVault {
  readonly spec: "key-vault/1";
  /** For messages, e.g. `aes`. */
  readonly name: string;
  /** There is nothing that one can do and another can't. */
  readonly capabilities: Readonly<Record<never, never>>;

  /**
   * Seals bytes for a context, with the current key. The context is not kept in the result: whoever opens it has to know it.
   *
   * Absent: without bytes, `INVALID_INPUT`.
   * Repeated: another text each time, which opens to the same.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: it changes nothing.
   * Limits: 1 to 32,768 bytes; a context of 1 to 500 characters. Otherwise `INVALID_INPUT`.
   */
  seal(
    bytes: Uint8Array,
    context: string,
    options?: CallOptions,
  ): ResultAsync<Sealed, AdapterError | HostingErrorOf<"INVALID_INPUT">>;

  /**
   * Opens what was sealed, for the same context.
   *
   * Absent: a key that the vault has no more is `SEALED_UNREADABLE` (`unknown-key`).
   * Repeated: the same bytes.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: a single changed character, or another context, is `SEALED_UNREADABLE` (`damaged`); what was never sealed is `malformed`.
   */
  open(sealed: Sealed, context: string, options?: CallOptions): ResultAsync<Opened, OpenSealedError>;
}

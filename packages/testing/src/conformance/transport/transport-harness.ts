import type { Transport } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A transport for one case, and readers of the other machine that do not go through it. */
export interface TransportUnderTest extends UnderTest<Transport> {
  /** An empty directory that the transport's account may write to, as the other machine names it. Absolute. */
  readonly directory: string;
  /** A file in the directory, read without the transport; `null` when there is none. */
  readFile(name: string): Promise<Uint8Array | null>;
  /** Writes a file in the directory without the transport, so that the transport's account may read and write it. */
  writeFile(name: string, bytes: Uint8Array): Promise<void>;
  /**
   * How many processes of the other machine have the text in their arguments. Needed when `capabilities.exec`; harnesses
   * that can't look declare `without: ["running"]`.
   */
  running?(text: string): Promise<number>;
  /** Breaks the connection as an accident would. Where there is none, declare `without: ["cut"]`. */
  cut?(): Promise<void>;
}

/** How to make transports for {@link transportConformance}. The other machine needs a POSIX shell and `cat`, `head`, `sleep`. */
export type TransportHarness = Harness<Transport, TransportUnderTest>;

/** A case of the transport's suite before it knows its harness. */
export type TransportCase = CaseDraft<TransportUnderTest>;

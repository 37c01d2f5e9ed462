import type { Readable, Writable } from "node:stream";

/** How a program ended, as whoever started it was told. */
export type ProcessEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: string }
  /** Nobody said how it ended: the connection is gone. */
  | { readonly kind: "lost"; readonly cause: unknown };

/** A running program as drivers give it: three streams, its end, and a way to make an end of it. */
export interface ProcessPipes {
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
  /** Settles when the program has ended; its output may still be under way. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Settles when nothing more will come out of the streams: they were read to their ends, or are broken. Never rejects. */
  readonly closed: Promise<void>;
  /** Ends the program with all its children. Called at most once; `ended` and `closed` must settle afterwards. */
  kill(): void;
}

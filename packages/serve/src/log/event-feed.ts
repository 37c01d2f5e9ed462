/** Something that can be followed from any place in it. */
export interface EventFeed<T> {
  /** What one client limit counts together, e.g. a log. */
  key(subject: T): string;
  /**
   * Looks at where a client wants to go on, before it is answered. `undefined` id: from the start.
   *
   * @returns `invalid` for an id that is none, `over` when there is nothing left to say, else the way to follow it.
   */
  open(subject: T, id: string | undefined): Promise<"invalid" | "over" | OpenFeed>;
}

/** Event text, in pieces of some 32,000 characters at most, until there is nothing left to say or the signal fires. */
export type OpenFeed = (signal: AbortSignal) => AsyncGenerator<string, void, undefined>;

/** An account at a memory place: the piece that there may be one of, and that has an owner. */
export interface MemoryAccount {
  readonly owner: string;
}

/**
 * A place in memory, as a server would be: what is there survives whoever works on it. Tests look into it, put things in the way, and read
 * what was done.
 */
export interface MemoryPlace {
  /** Made once, first. */
  readonly accounts: Map<string, MemoryAccount>;
  /** Made in the account. */
  readonly rooms: Map<string, { readonly size: number }>;
  /** Made last: what visitors see. */
  readonly signs: Map<string, { readonly text: string }>;
  /** Everything that changed something, in order: `make-account a`. */
  readonly done: string[];
  /** Every step that could not be done as things were, and why: whoever looks before each step has none. */
  readonly refused: string[];
  /** Secrets that steps were given, by key: a test compares. */
  readonly passwords: Map<string, string>;
}

/** Nothing there yet. */
export function memoryPlace(): MemoryPlace {
  return { accounts: new Map(), rooms: new Map(), signs: new Map(), done: [], refused: [], passwords: new Map() };
}

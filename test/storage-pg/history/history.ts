// What clients did and what they were told, with the moments at which they asked and were answered.

/** Moments on the machine's monotonic clock, which all processes share, and on its wall clock. */
export interface Span {
  /** Nanoseconds, before the call was made. */
  readonly begin: number;
  /** Nanoseconds, after the answer had come. */
  readonly end: number;
  /** Milliseconds since 1970, at `end`. */
  readonly endedAtMs: number;
}

/** One call and its answer. Every call was answered: nobody is killed in this experiment. */
export type HistoryEvent = Span & { readonly client: string; readonly site: string } & (
    | { readonly kind: "append"; readonly id: string; readonly number: number }
    /** Sets `to` if the version or publication is `from`; `seen` is what it was if it was another. */
    | { readonly kind: "rename"; readonly from: number; readonly to: number; readonly seen: number | null }
    | { readonly kind: "set-slot"; readonly from: number; readonly to: number; readonly seen: number | null }
    | { readonly kind: "read-site"; readonly seen: number }
    | { readonly kind: "read-slot"; readonly seen: number }
    | { readonly kind: "slot-refused"; readonly token: number }
    | { readonly kind: "acquire"; readonly token: number; readonly ttlMs: number; readonly expiresAtMs: number }
    | { readonly kind: "held"; readonly holder: string; readonly expiresAtMs: number }
    | { readonly kind: "renew"; readonly token: number; readonly ttlMs: number; readonly expiresAtMs: number }
    | { readonly kind: "lost"; readonly token: number }
    | { readonly kind: "release"; readonly token: number; readonly released: boolean }
    | { readonly kind: "consume"; readonly tokenHash: string; readonly opened: boolean }
  );

/** The events of one kind. */
export type EventOf<K extends HistoryEvent["kind"]> = Extract<HistoryEvent, { kind: K }>;

/** The events of some kinds. */
export function eventsOf<K extends HistoryEvent["kind"]>(
  events: readonly HistoryEvent[],
  ...kinds: readonly K[]
): readonly EventOf<K>[] {
  return events.filter((event): event is EventOf<K> => (kinds as readonly string[]).includes(event.kind));
}

/** Something that no serial order explains. */
export interface Contradiction {
  readonly site: string;
  readonly rule: string;
  readonly what: string;
}

/** Whether one call was answered before the other was made: then no serial order may turn them round. */
export function isBefore(one: Span, other: Span): boolean {
  return one.end < other.begin;
}

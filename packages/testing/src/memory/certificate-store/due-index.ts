import type { CertificateId, CertificateRecord } from "@hostelry/core/adapter";

/** Which records are due, found without looking at all of them: a simulated year asks fifty thousand times. */
export interface DueIndex {
  /** A record was written; what was known of it before counts no more. */
  note(record: Pick<CertificateRecord, "dueAt" | "id">): void;
  /** A record is gone. */
  drop(id: CertificateId): void;
  /** Those that may be due at a time, in any order; whether they are is for the record to say. */
  candidates(nowMs: number): Iterable<CertificateId>;
}

interface Entry {
  readonly dueMs: number;
  readonly id: CertificateId;
}

/** An index of nothing. */
export function dueIndex(): DueIndex {
  /** A binary heap, the earliest first. It holds entries that count no more, which are left out when they come up. */
  const heap: Entry[] = [];
  const dueMsOf = new Map<CertificateId, number>();
  const come = new Set<CertificateId>();
  const at = (index: number): Entry | undefined => heap[index];

  const push = (entry: Entry): void => {
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = at(parent);
      if (above === undefined || above.dueMs <= entry.dueMs) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  };
  const pop = (): void => {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const [left, right] = [at(2 * index + 1), at(2 * index + 2)];
      if (left === undefined) break;
      const isRight = right !== undefined && right.dueMs < left.dueMs;
      const below = isRight ? right : left;
      if (below.dueMs >= last.dueMs) break;
      heap[index] = below;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = last;
  };

  return {
    note: ({ id, dueAt }) => {
      const dueMs = dueAt?.getTime();
      if (dueMs !== undefined && dueMsOf.get(id) === dueMs) return;
      come.delete(id);
      dueMsOf.delete(id);
      if (dueMs === undefined) return;
      dueMsOf.set(id, dueMs);
      push({ dueMs, id });
    },
    drop: (id) => {
      come.delete(id);
      dueMsOf.delete(id);
    },
    candidates: (nowMs) => {
      for (let first = at(0); first !== undefined && first.dueMs <= nowMs; first = at(0)) {
        pop();
        if (dueMsOf.get(first.id) === first.dueMs) come.add(first.id);
      }
      return come;
    },
  };
}

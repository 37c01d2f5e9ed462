/** A limit: `max` at once, and one more each `windowMs / max`. */
export interface MemoryRateLimit {
  readonly max: number;
  readonly windowMs: number;
}

/** What is counted. */
export interface CountedUse {
  /** The limit's name. */
  readonly limit: string;
  /** By whom or what it is counted. */
  readonly by: string;
  readonly allows: MemoryRateLimit;
}

/** Counts uses as an authority does: on its own, and without the arithmetic that is to be proven against it. */
export interface LeakyBuckets {
  /** The limit that has no room for one more use, and when there is; `undefined` when all have. */
  full(uses: readonly CountedUse[], nowMs: number): { readonly limit: string; readonly roomAtMs: number } | undefined;
  /** Counts one use of each. */
  add(uses: readonly CountedUse[], nowMs: number): void;
}

interface Bucket {
  /** Each use fills in `windowMs`, and `max` runs out each millisecond: whole numbers, nothing is rounded. */
  level: number;
  atMs: number;
}

/** Empty buckets. */
export function leakyBuckets(): LeakyBuckets {
  const buckets = new Map<string, Bucket>();
  const levelAt = ({ limit, by, allows }: CountedUse, nowMs: number): number => {
    const bucket = buckets.get(`${limit}\n${by}`);
    return bucket === undefined ? 0 : Math.max(0, bucket.level - (nowMs - bucket.atMs) * allows.max);
  };
  return {
    full: (uses, nowMs) => {
      let worst: { readonly limit: string; readonly roomAtMs: number } | undefined;
      for (const use of uses) {
        const { max, windowMs } = use.allows;
        const tooMuch = levelAt(use, nowMs) + windowMs - max * windowMs;
        const roomAtMs = nowMs + Math.ceil(tooMuch / max);
        if (tooMuch > 0 && roomAtMs > (worst?.roomAtMs ?? 0)) worst = { limit: use.limit, roomAtMs };
      }
      return worst;
    },
    add: (uses, nowMs) => {
      for (const use of uses) {
        const level = levelAt(use, nowMs) + use.allows.windowMs;
        buckets.set(`${use.limit}\n${use.by}`, { level, atMs: nowMs });
      }
    },
  };
}

import type { Contradiction, Span } from "./history.ts";

/** A successful compare-and-set. Every value is set once, so the values are an order. */
export interface Write extends Span {
  readonly from: number;
  readonly to: number;
}

/** A look at the value, also that of a compare-and-set that failed and told what it saw. */
export interface Look extends Span {
  readonly seen: number;
}

/**
 * Whether a register that is only changed by compare-and-set was linearizable. The writes are a chain, from the first value on:
 * their order is forced. What remains is to find a moment for each, within its call, in that order, with every look at a
 * value between its write and the next: taking each as early as what is before it lets, which is the choice that leaves the
 * most room for the rest, so if it fails, every other fails too.
 */
export function checkRegister(
  site: string,
  rule: string,
  first: number,
  writes: readonly Write[],
  looks: readonly Look[],
): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const bySource = new Map<number, Write>();
  for (const write of writes) {
    const rival = bySource.get(write.from);
    if (rival !== undefined)
      found.push({ site, rule, what: `${write.to} and ${rival.to} both replaced ${write.from}` });
    bySource.set(write.from, write);
  }
  const looksAt = new Map<number, Look[]>();
  for (const look of looks) looksAt.set(look.seen, [...(looksAt.get(look.seen) ?? []), look]);

  let value = first;
  let moment = Number.NEGATIVE_INFINITY;
  const reached = new Set<number>();
  for (;;) {
    reached.add(value);
    let nextNotBefore = moment;
    for (const look of looksAt.get(value) ?? []) {
      if (look.end < moment) found.push({ site, rule, what: `${value} was seen before it could be set` });
      nextNotBefore = Math.max(nextNotBefore, look.begin);
    }
    const next = bySource.get(value);
    if (next === undefined || reached.has(next.to)) break;
    moment = Math.max(nextNotBefore, next.begin);
    if (moment > next.end) found.push({ site, rule, what: `${next.to} was set, and ${value} was seen after that` });
    value = next.to;
  }
  for (const { to } of writes) if (!reached.has(to)) found.push({ site, rule, what: `${to} is not in the chain` });
  for (const { seen } of looks)
    if (!reached.has(seen)) found.push({ site, rule, what: `${seen} was seen and never set` });
  return found;
}

import { type Contradiction, type EventOf, isBefore } from "./history.ts";

/**
 * A counter that gives 1, 2, 3 … is linearizable if and only if what it gave has no gap and no repetition, and nobody who asked
 * after another was answered got a lower number.
 */
export function checkCounter(site: string, appends: readonly EventOf<"append">[]): readonly Contradiction[] {
  const rule = "revision numbers";
  const sorted = [...appends].sort((one, other) => one.number - other.number);
  const found: Contradiction[] = [];
  for (const [index, event] of sorted.entries()) {
    if (event.number !== index + 1) {
      found.push({ site, rule, what: `the ${index + 1}th number is ${event.number}` });
      break;
    }
  }
  // The latest beginning among lower numbers must not come after the answer to a higher one.
  let latest: EventOf<"append"> | undefined;
  for (const event of sorted) {
    if (latest !== undefined && isBefore(event, latest)) {
      found.push({ site, rule, what: `${event.number} was given before ${latest.number} was asked for` });
    }
    if (latest === undefined || event.begin > latest.begin) latest = event;
  }
  return found;
}

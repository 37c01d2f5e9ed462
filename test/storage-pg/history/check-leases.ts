import { type Contradiction, eventsOf, type HistoryEvent, isBefore } from "./history.ts";

/** The database tells an end to the millisecond, cut off. */
const roundingMs = 1;

/**
 * Whether leases excluded each other. The database's own clock tells when a lease was given or prolonged: its end, less
 * the time it was asked for. Checked of each lease and the one after it (by token): tokens follow the order in which they were
 * asked for; the earlier one had ended (given back, or its last end had passed) when the later one was given; nothing was
 * prolonged, and no slot set, under a token after a later one was given; a refusal names an end that was really given; a lease
 * called lost had ended.
 */
export function checkLeases(site: string, events: readonly HistoryEvent[]): readonly Contradiction[] {
  const rule = "leases";
  const found: Contradiction[] = [];
  const say = (what: string): void => void found.push({ site, rule, what });
  const grants = [...eventsOf(events, "acquire")].sort((one, other) => one.token - other.token);
  const renewals = eventsOf(events, "renew");
  const releases = eventsOf(events, "release").filter(({ released }) => released);

  for (const [index, grant] of grants.entries()) {
    const next = grants[index + 1];
    const { token } = grant;
    const own = renewals.filter((renewal) => renewal.token === token);
    const lastEndMs = lastEndOf([grant, ...own]);
    const given = releases.filter((release) => release.token === token);
    if (given.length > 1) say(`${token} was given back twice`);
    for (const release of given) {
      if (own.some((renewal) => isBefore(release, renewal))) say(`${token} was prolonged after it was given back`);
    }
    for (const { token: lostToken, end, endedAtMs } of eventsOf(events, "lost", "slot-refused")) {
      if (lostToken !== token) continue;
      const ranOut = lastEndOf([grant, ...own.filter(({ begin }) => begin <= end)]) <= endedAtMs + roundingMs;
      const takenOver = next !== undefined && next.begin <= end;
      const over = ranOut || takenOver || given.some(({ begin }) => begin <= end);
      if (!over) say(`${token} was called lost while it was held`);
    }
    if (next === undefined) continue;
    if (next.token === token) say(`${token} was given twice`);
    if (isBefore(next, grant)) say(`${next.token} was given before ${token} was asked for`);
    const nextGivenAtMs = next.expiresAtMs - next.ttlMs;
    const ended = given.some(({ begin }) => begin <= next.end) || lastEndMs <= nextGivenAtMs + roundingMs;
    if (!ended) say(`${next.token} was given while ${token} was held`);
    for (const renewal of own) {
      const renewedAtMs = renewal.expiresAtMs - renewal.ttlMs;
      if (renewedAtMs > nextGivenAtMs + roundingMs) say(`${token} was prolonged after ${next.token} was given`);
    }
    for (const change of eventsOf(events, "set-slot")) {
      if (change.seen === null && change.to === token && isBefore(next, change)) {
        say(`the slot was set under ${token} after ${next.token} was given`);
      }
    }
  }

  const ends = new Set([...grants, ...renewals].map(({ expiresAtMs }) => expiresAtMs));
  for (const { holder, expiresAtMs } of eventsOf(events, "held")) {
    if (!ends.has(expiresAtMs)) say(`${holder} was said to hold it until ${expiresAtMs}, which nobody was given`);
  }
  return found;
}

/** The end that holds: that of the latest prolongation, which may also have brought it nearer. */
function lastEndOf(given: readonly { readonly expiresAtMs: number; readonly ttlMs: number }[]): number {
  const sorted = [...given].sort((one, other) => one.expiresAtMs - one.ttlMs - (other.expiresAtMs - other.ttlMs));
  return sorted.at(-1)?.expiresAtMs ?? 0;
}

import { type AuditEntry, auditChainStart, type SiteId } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { checkHistory } from "./check-history.ts";
import type { HistoryEvent } from "./history.ts";

type Facts = HistoryEvent extends infer E
  ? E extends HistoryEvent
    ? Omit<E, "client" | "endedAtMs" | "site">
    : never
  : never;

/** Events of one site; moments in milliseconds, which are both clocks here. */
function history(...facts: readonly Facts[]): readonly HistoryEvent[] {
  return facts.map((event) => ({ ...event, client: "c", site: "a", endedAtMs: event.end }) as HistoryEvent);
}

function rulesBroken(
  events: readonly HistoryEvent[],
  audit: readonly AuditEntry[] | "none" = "none",
): readonly string[] {
  const rules = checkHistory(events, audit === "none" ? [] : audit).map(({ rule }) => rule);
  return [...new Set(audit === "none" ? rules.filter((rule) => rule !== "audit record") : rules)];
}

const append = (number: number, begin: number, end: number): Facts => ({
  kind: "append",
  id: `r${number}`,
  number,
  begin,
  end,
});
const rename = (from: number, begin: number, end: number, seen: number | null = null): Facts => ({
  kind: "rename",
  from,
  to: from + 1,
  seen,
  begin,
  end,
});
const look = (seen: number, begin: number, end: number): Facts => ({ kind: "read-site", seen, begin, end });
const acquire = (token: number, begin: number, end: number, ttlMs = 100): Facts => ({
  kind: "acquire",
  token,
  ttlMs,
  expiresAtMs: begin + ttlMs,
  begin,
  end,
});

describe("the history checker", () => {
  it.each<[string, readonly Facts[]]>([
    ["numbers given to calls that overlap, in any order", [append(2, 0, 10), append(1, 1, 9), append(3, 11, 12)]],
    [
      "a look that overlaps a write and sees either value",
      [rename(1, 5, 10), look(1, 0, 6), look(2, 6, 20), look(1, 9, 9.5)],
    ],
    ["a failed write that tells what it saw", [rename(1, 0, 1), rename(1, 0, 3, 2), rename(2, 4, 5)]],
    [
      "leases that follow each other",
      [acquire(1, 0, 1), { kind: "release", token: 1, released: true, begin: 2, end: 3 }, acquire(2, 2.5, 4)],
    ],
    [
      "a takeover after the end",
      [acquire(1, 0, 1, 10), acquire(2, 11, 12), { kind: "lost", token: 1, begin: 13, end: 14 }],
    ],
  ])("explains %s", (_, facts) => {
    expect(rulesBroken(history(...facts))).toEqual([]);
  });

  it.each<[string, readonly string[], readonly Facts[]]>([
    ["a number given twice", ["revision numbers"], [append(1, 0, 1), append(1, 2, 3)]],
    ["a gap", ["revision numbers"], [append(1, 0, 1), append(3, 2, 3)]],
    ["a lower number given later", ["revision numbers"], [append(2, 0, 1), append(1, 2, 3)]],
    ["a look at the old value after the write was answered", ["version"], [rename(1, 0, 1), look(1, 2, 3)]],
    ["a look at the new value before the write was made", ["version"], [look(2, 0, 1), rename(1, 2, 3)]],
    ["two looks that turn time round", ["version"], [rename(1, 0, 20), look(2, 5, 6), look(1, 7, 8)]],
    ["two writes that replaced the same", ["version"], [rename(1, 0, 5), { ...rename(1, 1, 6), to: 9 } as Facts]],
    ["a value nobody set", ["version"], [look(7, 0, 1)]],
    ["two leases at once", ["leases"], [acquire(1, 0, 1), acquire(2, 5, 6)]],
    ["a token given twice", ["leases"], [acquire(1, 0, 1, 10), acquire(1, 20, 21)]],
    ["a lower token given later", ["leases"], [acquire(2, 0, 1, 10), acquire(1, 20, 21)]],
    [
      "a lease prolonged after the takeover",
      ["leases"],
      [
        acquire(1, 0, 1, 10),
        acquire(2, 20, 21),
        { kind: "renew", token: 1, ttlMs: 10, expiresAtMs: 40, begin: 29, end: 31 },
      ],
    ],
    [
      "a lease called lost while it was held",
      ["leases"],
      [acquire(1, 0, 1), { kind: "lost", token: 1, begin: 5, end: 6 }],
    ],
    [
      "a slot set after the takeover",
      ["leases"],
      [acquire(1, 0, 1, 10), acquire(2, 20, 21), { kind: "set-slot", from: 0, to: 1, seen: null, begin: 30, end: 31 }],
    ],
    [
      "a refusal in nobody's name",
      ["leases"],
      [acquire(1, 0, 1), { kind: "held", holder: "x", expiresAtMs: 77, begin: 2, end: 3 }],
    ],
    [
      "a token that opened twice",
      ["single-use tokens"],
      [1, 3].map((begin): Facts => ({ kind: "consume", tokenHash: "t", opened: true, begin, end: begin + 1 })),
    ],
    [
      "a token called used before it was",
      ["single-use tokens"],
      [false, true].map(
        (opened, index): Facts => ({ kind: "consume", tokenHash: "t", opened, begin: index * 5, end: index * 5 + 1 }),
      ),
    ],
  ])("finds %s", (_, rules, facts) => {
    expect(rulesBroken(history(...facts))).toEqual(rules);
  });

  const entry = (number: number, subject: string, actor = "c"): AuditEntry => ({
    sequence: number,
    number,
    hash: auditChainStart,
    actor,
    action: "revision.uploaded",
    siteId: "a" as SiteId,
    subject,
    at: new Date(0),
  });
  const written = history(append(1, 0, 1), append(2, 2, 3));

  it("is content with an audit record that tells what was done, in that order", () => {
    expect(rulesBroken(written, [entry(1, "r0", "scene"), entry(2, "r1"), entry(3, "r2")])).toEqual([]);
  });

  it.each<[string, readonly AuditEntry[]]>([
    ["an entry too few", [entry(1, "r1")]],
    ["an entry twice", [entry(1, "r1"), entry(2, "r2"), entry(3, "r2")]],
    ["an entry nobody made", [entry(1, "r1"), entry(2, "r2"), entry(3, "r3")]],
    ["a gap in the numbers", [entry(1, "r1"), entry(3, "r2")]],
    ["two that changed places", [entry(1, "r2"), entry(2, "r1")]],
  ])("finds in the audit record %s", (_, audit) => {
    expect(rulesBroken(written, audit)).toEqual(["audit record"]);
  });
});

import { describe, expect, it } from "vitest";
import { type DomainState, holdingStates, routedStates } from "./domain.ts";
import {
  type DomainEvent,
  type DomainOutcome,
  domainEvents,
  domainTransitions,
  isDomainMove,
  nextDomainState,
} from "./domain-machine.ts";
import type { Hostname } from "./hostname.ts";
import { redirectHostname } from "./redirect-hostname.ts";

const states = Object.keys(domainTransitions) as DomainState[];

/** The whole table, written out a second time: a change must be meant. */
const expected: Readonly<Record<DomainState, string>> = {
  claimed: "verified . . . . . gone",
  verified: "verified active claimed . detached . .",
  active: "active active suspect . detached . .",
  suspect: "active . suspect grace detached . .",
  grace: "active . grace grace detached . .",
  detached: ". . . . detached tombstone .",
  tombstone: ". . . . . tombstone gone",
};

/** Every path of events from a claim, up to a length, with the states it goes through. */
function* paths(length: number, path: readonly DomainOutcome[] = ["claimed"]): Generator<readonly DomainOutcome[]> {
  yield path;
  const state = path.at(-1);
  if (path.length > length || state === undefined || state === "gone") return;
  for (const event of domainEvents) {
    const next = nextDomainState(state, event);
    if (next !== undefined && next !== state) yield* paths(length, [...path, next]);
  }
}

describe("the machine of a domain", () => {
  it.each(states)("has every move from %s, and no other", (state) => {
    expect(domainEvents.map((event: DomainEvent) => nextDomainState(state, event) ?? ".").join(" ")).toBe(
      expected[state],
    );
  });

  it("routes nothing that was not proven before, on any path", () => {
    let seen = 0;
    for (const path of paths(9)) {
      const routed = path.findIndex((state) => (routedStates as readonly string[]).includes(state));
      if (routed < 0) continue;
      seen += 1;
      expect(path.slice(0, routed)).toContain("verified");
      for (const [index, state] of path.entries()) {
        if (state === "active" && path[index - 1] !== undefined) {
          expect(["verified", "suspect", "grace"]).toContain(path[index - 1]);
        }
      }
    }
    expect(seen).toBeGreaterThan(100);
  });

  it("leads every held name through detached and tombstone before it is gone", () => {
    for (const path of paths(9)) {
      if (path.at(-1) !== "gone" || path.at(-2) === "claimed") continue;
      expect(path.slice(-3)).toEqual(["detached", "tombstone", "gone"]);
    }
  });

  it("never takes up again what was detached", () => {
    for (const event of domainEvents) {
      expect(["detached", "tombstone", undefined]).toContain(nextDomainState("detached", event));
      expect(["tombstone", "gone", undefined]).toContain(nextDomainState("tombstone", event));
    }
  });

  it("lets no change of a record skip the proof", () => {
    for (const to of states) expect(isDomainMove("claimed", to)).toBe(false);
    for (const from of states) if (!holdingStates.includes(from)) expect(isDomainMove(from, "active")).toBe(false);
    expect(isDomainMove("grace", "active")).toBe(true);
  });
});

describe("the redirect of a name", () => {
  const from = (redirect: "serve" | "to-primary" | "to-www" | "to-apex", name: string, primary?: string): unknown =>
    redirectHostname({ redirect }, name as Hostname, primary as Hostname | undefined);

  it("leads to the primary name, to the www or to the name without", () => {
    expect(from("serve", "acme.com", "acme.de")).toBeUndefined();
    expect(from("to-primary", "acme.com", "acme.de")).toBe("acme.de");
    expect(from("to-www", "acme.com")).toBe("www.acme.com");
    expect(from("to-apex", "www.acme.com")).toBe("acme.com");
  });

  it("never leads a name to itself, to a wildcard or in a circle", () => {
    expect(from("to-primary", "acme.com", "acme.com")).toBeUndefined();
    expect(from("to-primary", "acme.com")).toBeUndefined();
    expect(from("to-primary", "acme.com", "*.acme.com")).toBeUndefined();
    expect(from("to-www", "www.acme.com")).toBeUndefined();
    expect(from("to-apex", "acme.com")).toBeUndefined();
  });
});

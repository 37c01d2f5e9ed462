import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RevisionState } from "./revision.ts";
import { isPublishable, nextRevisionState, type RevisionEvent, revisionTransitions } from "./revision-machine.ts";

const states = Object.keys(revisionTransitions) as RevisionState[];
const events: readonly RevisionEvent[] = ["validate", "preview", "close_preview", "publish", "supersede", "reject"];

/** The whole table, written out a second time: a change must be meant. */
const expected: Record<RevisionState, Partial<Record<RevisionEvent, RevisionState>>> = {
  uploaded: { validate: "validated", reject: "rejected" },
  validated: { validate: "validated", preview: "in_preview", publish: "published", reject: "rejected" },
  in_preview: {
    validate: "in_preview",
    preview: "in_preview",
    close_preview: "validated",
    publish: "published",
    reject: "rejected",
  },
  published: {
    validate: "published",
    preview: "published",
    close_preview: "published",
    publish: "published",
    supersede: "retired",
  },
  retired: {
    validate: "retired",
    preview: "retired",
    close_preview: "retired",
    publish: "published",
    supersede: "retired",
  },
  rejected: { close_preview: "rejected", reject: "rejected" },
};

describe("the revision machine", () => {
  it.each(states.flatMap((state) => events.map((event) => [state, event] as const)))("%s on %s", (state, event) => {
    expect(nextRevisionState(state, event)).toBe(expected[state][event]);
  });

  it("never shows visitors what was not validated, on any path", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 30 }), (path) => {
        let state: RevisionState = "uploaded";
        let validated = false;
        for (const event of path) {
          const next = nextRevisionState(state, event);
          if (next === undefined) continue;
          if (event === "validate") validated = true;
          if (event === "publish" || event === "preview") expect(validated).toBe(true);
          state = next;
        }
      }),
    );
  });

  it("never lets a rejected revision back", () => {
    for (const event of events) expect([undefined, "rejected"]).toContain(nextRevisionState("rejected", event));
  });

  it("publishes only from states with inspected content", () => {
    expect(states.filter(isPublishable)).toEqual(["validated", "in_preview", "published", "retired"]);
  });
});

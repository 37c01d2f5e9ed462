import type { CertificateId } from "@hostelry/core/adapter";
import fc from "fast-check";
import { expect, it } from "vitest";
import { dueIndex } from "./due-index.ts";

it("an index of what is due names all that are, whatever was written, dropped and asked in between", () => {
  const ids = ["a", "b", "c", "d", "e"] as CertificateId[];
  const act = fc.record({
    id: fc.constantFrom(...ids),
    due: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
    what: fc.constantFrom("note", "note", "drop", "ask"),
    now: fc.integer({ min: 0, max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const index = dueIndex();
      const known = new Map<CertificateId, number>();
      for (const { id, due, what, now } of acts) {
        if (what === "ask") {
          const candidates = new Set(index.candidates(now));
          for (const [each, at] of known) if (at <= now) expect(candidates).toContain(each);
          for (const each of candidates) expect(known.has(each)).toBe(true);
        } else if (what === "drop") {
          index.drop(id);
          known.delete(id);
        } else {
          index.note(due === undefined ? { id } : { id, dueAt: new Date(due) });
          if (due === undefined) known.delete(id);
          else known.set(id, due);
        }
      }
    }),
  );
});

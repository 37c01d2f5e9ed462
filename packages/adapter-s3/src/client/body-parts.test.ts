import fc from "fast-check";
import { expect, it } from "vitest";
import { bodyParts } from "./body-parts.ts";

/** Chunks that all come in the same memory, one after the other. */
async function* chunksOf(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const memory = new Uint8Array(64);
  for (let from = 0, turn = 0; from < bytes.length; turn += 1) {
    const chunk = bytes.subarray(from, from + (cuts[turn % cuts.length] ?? 1));
    memory.set(chunk);
    yield memory.subarray(0, chunk.length);
    from += chunk.length;
  }
}

it("cuts any body into parts of one size, whatever chunks it comes in and however many bytes were announced", async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 6 });
  const sizes = { size: fc.integer({ min: 1, max: 90 }), expected: fc.option(fc.nat(500), { nil: undefined }) };
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), cuts, fc.record(sizes), async (bytes, lengths, asked) => {
      const parts: Uint8Array[] = [];
      const { size, expected = bytes.length } = asked;
      for await (const part of bodyParts(chunksOf(bytes, lengths), size, expected)) parts.push(part);
      expect(Buffer.concat(parts).equals(bytes)).toBe(true);
      expect(parts.slice(0, -1).every((part) => part.length === size)).toBe(true);
      expect(parts.length).toBe(Math.ceil(bytes.length / size));
    }),
    { numRuns: 60 },
  );
});

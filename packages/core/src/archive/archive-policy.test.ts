import { describe, expect, it } from "vitest";
import { type ArchivePolicy, archivePolicy, defaultArchivePolicy } from "./archive-policy.ts";

/** As it may come out of a configuration file. */
const parsed = (text: string): Partial<ArchivePolicy> => JSON.parse(text) as Partial<ArchivePolicy>;

describe("a policy", () => {
  it("keeps the default of every field that is not given", () => {
    expect(archivePolicy({ maxDepth: 3 })).toEqual({ ...defaultArchivePolicy, maxDepth: 3 });
  });

  it("may be without a limit", () => {
    expect(archivePolicy({ maxTotalBytes: Number.POSITIVE_INFINITY }).maxTotalBytes).toBe(Number.POSITIVE_INFINITY);
  });

  it.each(["maxEntries", "maxRatio", "maxDepth"] as const)("does not take %s that compares with nothing", (field) => {
    expect(() => archivePolicy({ [field]: Number.NaN })).toThrow(`archivePolicy: ${field} must be a number`);
    expect(() => archivePolicy({ [field]: -1 })).toThrow(`archivePolicy: ${field} must be a number`);
    expect(() => archivePolicy(parsed(`{ "${field}": "3" }`))).toThrow(`archivePolicy: ${field} must be a number`);
  });

  it.each([
    ["strip", '["a/b"]'],
    ["strip", '[""]'],
    ["strip", '".DS_Store"'],
    ["forbid", '[".env"]'],
    ["forbid", '[{ "pattern": "a/b", "reason": "x" }]'],
    ["forbidExtensions", '[".php"]'],
    ["requireIndex", '"yes"'],
    ["wrappingFolder", '"remove"'],
    ["collisions", '"ignore"'],
  ])("does not take %s that can't be meant: %s", (field, value) => {
    expect(() => archivePolicy(parsed(`{ "${field}": ${value} }`))).toThrow(`archivePolicy: ${field} must be`);
  });
});

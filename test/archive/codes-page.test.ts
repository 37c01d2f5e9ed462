import { readFileSync } from "node:fs";
import { defaultArchivePolicy, findingCodes } from "@hostelry/core";
import { describe, expect, it } from "vitest";

const page = (name: string): string =>
  readFileSync(new URL(`../../docs/reference/${name}.md`, import.meta.url), "utf8");

describe("the reference", () => {
  it("lists every finding code with its meaning, and no other", () => {
    const rows = [...page("archive-codes").matchAll(/^\| `([A-Z0-9_]+)` \| [^|]+ \| ([^|]+) \|/gm)];
    expect(Object.fromEntries(rows.map(([, code, meaning]) => [code, meaning]))).toEqual(findingCodes);
  });

  it("lists every field of the policy, and every name on its lists", () => {
    const text = page("archive-policy");
    for (const field of Object.keys(defaultArchivePolicy)) expect(text).toContain(`| \`${field}\` |`);
    const { strip, forbid, forbidExtensions } = defaultArchivePolicy;
    for (const name of [...strip, ...forbid.map(({ pattern }) => pattern), ...forbidExtensions]) {
      expect(text).toContain(`\`${name}\``);
    }
  });
});

import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

it.each([
  ["prove-an-adapter", 2],
  ["write-a-resource-provider", 3],
])("the how-to %s shows the very code that is run as a test", async (name, count) => {
  const text = await readFile(new URL(`../../../docs/how-to/${name}.md`, import.meta.url), "utf8");
  const source = await readFile(new URL(`${name}.test.ts`, import.meta.url), "utf8");
  const regions = [...source.matchAll(/\/\/ #region \w+\n(.*?)\/\/ #endregion/gs)];
  const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(regions).toHaveLength(count);
  for (const [, code] of regions) expect(blocks).toContain(code);
});

import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

const page = new URL("../../../docs/how-to/prove-an-adapter.md", import.meta.url);
const source = new URL("prove-an-adapter.test.ts", import.meta.url);

it("the how-to shows the very code that is run as a test", async () => {
  const text = await readFile(page, "utf8");
  const regions = [...(await readFile(source, "utf8")).matchAll(/\/\/ #region \w+\n(.*?)\/\/ #endregion/gs)];
  const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(regions).toHaveLength(2);
  for (const [, code] of regions) expect(blocks).toContain(code);
});

import { expect, it } from "vitest";
import { announcedGroup } from "./announced-group.ts";

async function afterwards(
  chunks: readonly string[],
): Promise<{ readonly text: string; readonly number: number | undefined }> {
  const { errors, number } = announcedGroup();
  for (const chunk of chunks) errors.write(chunk);
  errors.end();
  let text = "";
  for await (const chunk of errors) text += String(chunk);
  return { text, number: number() };
}

it.each([
  [["hostelry group 42\nproblem\n"], "problem\n", 42],
  [["host", "elry group 4", "2\npro", "blem"], "problem", 42],
  [["hostelry group 42\n"], "", 42],
  [["hostelry group 42"], "hostelry group 42", undefined],
  [["sh: not found\nhostelry group 42\n"], "sh: not found\nhostelry group 42\n", undefined],
  [["hostelry group 0\n"], "hostelry group 0\n", undefined],
  [["hostelry group -1\n"], "hostelry group -1\n", undefined],
  [["x".repeat(100), "\n"], `${"x".repeat(100)}\n`, undefined],
  [[], "", undefined],
])("of %j leaves %j, and the group %j", async (chunks, text, number) => {
  expect(await afterwards(chunks)).toEqual({ text, number });
});

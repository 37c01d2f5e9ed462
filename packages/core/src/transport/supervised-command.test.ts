import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { supervisedLine } from "./supervised-command.ts";

const run = promisify(execFile);

it("a line that a login shell reads runs the arguments as they are", async () => {
  const texts = ["it's", "a\nb", "$HOME `id` $(id)", '"', "\\", "", "-n", "é 🏨"];
  const line = supervisedLine({ argv: ["sh", "-c", 'printf "%s|" "$@"', "sh", ...texts] })._unsafeUnwrap();
  const { stdout, stderr } = await run("sh", ["-c", line]);
  expect(stdout).toBe(texts.map((text) => `${text}|`).join(""));
  expect(stderr).toMatch(/^hostelry group [0-9]+\n$/);
});

it("a line is refused when quoting makes it longer than Linux takes", () => {
  expect(supervisedLine({ argv: ["true", "x".repeat(90_000)] }).isOk()).toBe(true);
  const refused = supervisedLine({ argv: ["true", "'".repeat(90_000)] });
  expect(refused.isErr() && refused.error).toMatchObject({ code: "INVALID_INPUT", details: { field: "argv" } });
});

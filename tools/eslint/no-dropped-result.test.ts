import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { expect, test } from "vitest";
import { noDroppedResult } from "./no-dropped-result.js";

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ["**/*.ts"],
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: {
          projectService: { allowDefaultProject: ["*.ts"], defaultProject: "tsconfig.json" },
          tsconfigRootDir: process.cwd(),
        },
      },
      plugins: { hostelry: { rules: { "no-dropped-result": noDroppedResult } } },
      rules: { "hostelry/no-dropped-result": "error" },
    },
  ],
});

const preamble = `
import { err, ok, type Result, ResultAsync } from "@hostelry/core/adapter";
declare function publish(): ResultAsync<number, Error>;
declare function check(): Result<number, Error>;
declare const urgent: boolean;
`;

/** The numbers of the lines of `body` on which the rule reports, counted from 1. */
async function reportedLines(body: string): Promise<readonly number[]> {
  const [result] = await eslint.lintText(preamble + body, { filePath: "dropped-result-fixture.ts" });
  const messages = result?.messages ?? [];
  const fatal = messages.find((message) => message.ruleId !== "hostelry/no-dropped-result");
  if (fatal !== undefined) throw new Error(fatal.message);
  return messages.map((message) => message.line - preamble.split("\n").length + 1);
}

test.each([
  "publish();",
  "await publish();",
  "check();",
  "ok(1);",
  "publish().map((n) => n + 1);",
  "urgent ? publish() : 0;",
  "urgent && (await publish());",
])("reports `%s`", async (statement) => {
  expect(await reportedLines(statement)).toEqual([1]);
});

test.each([
  "const result = await publish(); result.isOk();",
  "void publish();",
  "await publish().match(() => 1, () => 2);",
  "let last = check(); last = check();",
  "export function* body(): Generator<unknown, void, unknown> { yield* check(); }",
  "export function again(): ResultAsync<number, Error> { return publish(); }",
  "if ((await publish()).isErr()) throw new Error();",
])("accepts `%s`", async (statement) => {
  expect(await reportedLines(statement)).toEqual([]);
});

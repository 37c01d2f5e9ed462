import assert from "node:assert/strict";
import type { Transport } from "@hostelry/core/adapter";
import { bytesOf } from "../blob-store/bytes.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { hostileTexts, randomTexts } from "./hostile-text.ts";
import type { TransportCase } from "./transport-harness.ts";

/** Prints each argument with a NUL after it, which no argument can contain. */
const printArguments = 'for each do printf "%s\\0" "$each"; done';

/** The arguments as a program of the other machine got them. */
async function arrived(subject: Transport, texts: readonly string[]): Promise<readonly string[]> {
  const argv: [string, ...string[]] = ["sh", "-c", printArguments, "sh", ...texts];
  const { stdout, exitCode } = await expectOk(subject.run({ argv }));
  assert.equal(exitCode, 0);
  return Buffer.from(stdout).toString("utf8").split("\0").slice(0, -1);
}

/** What a transport promises of arguments. */
export const argumentCases: readonly TransportCase[] = [
  {
    name: "run/arguments-exact",
    title: "hands hostile arguments to the program byte for byte",
    requires: ["exec"],
    check: async ({ subject }) => {
      assertSame(await arrived(subject, hostileTexts), hostileTexts, "all of them, in order");
    },
  },
  {
    name: "run/arguments-random",
    title: "hands 10,000 random arguments to programs byte for byte",
    requires: ["exec"],
    check: async ({ subject }) => {
      for (let batch = 0; batch < 40; batch += 1) {
        const texts = randomTexts(`arguments ${batch}`, 250, 60);
        assertSame(await arrived(subject, texts), texts, `batch ${batch}`);
      }
    },
  },
  {
    name: "run/no-shell",
    title: "runs the program that is named, not something built into a shell, and expands nothing",
    requires: ["exec"],
    check: async ({ subject }) => {
      // No `exit`, `cd` or `set` is on any PATH: only a shell knows them.
      assert.equal((await expectOk(subject.run({ argv: ["exit", "7"] }))).exitCode, 127);
      assert.equal((await expectOk(subject.run({ argv: ["A=b", "true"] }))).exitCode, 127);
      const { stdout } = await expectOk(subject.run({ argv: ["cat"] }, { input: bytesOf("$HOME `id`") }));
      assertSame(Buffer.from(stdout).toString(), "$HOME `id`", "input is not looked at either");
    },
  },
  {
    name: "run/arguments-refused",
    title: "answers INVALID_INPUT to what no program can be given, and runs nothing",
    requires: ["exec"],
    check: async ({ subject }) => {
      const refused = (argv: [string, ...string[]]): Promise<unknown> =>
        expectRefusal(subject.run({ argv }), "INVALID_INPUT");
      await refused([""]);
      await refused(["-x"]);
      await refused(["true", "a\0b"]);
      await refused(["true", "\ud800"]);
      await refused(["true", "x".repeat(100_001)]);
      await expectOk(subject.run({ argv: ["true", "x".repeat(60_000)] }));
    },
  },
];

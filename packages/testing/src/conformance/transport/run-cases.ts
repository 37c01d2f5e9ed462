import assert from "node:assert/strict";
import type { CommandOutput, Transport } from "@hostelry/core/adapter";
import { brokenStream, bytesOf, hashOf, patternOf, streamOf } from "../blob-store/bytes.ts";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { eventuallyGone, marker } from "./processes.ts";
import type { TransportCase } from "./transport-harness.ts";

/** Runs a line of shell. */
function shell(subject: Transport, line: string): Promise<CommandOutput> {
  return expectOk(subject.run({ argv: ["sh", "-c", line] }));
}

/** What a transport promises of `run`. */
export const runCases: readonly TransportCase[] = [
  {
    name: "run/exit-code",
    title: "tells the exit code, whatever it is, as a value; 127 for a program that is not there",
    requires: ["exec"],
    check: async ({ subject }) => {
      for (const code of [0, 1, 2, 42, 255]) {
        const { exitCode, signal } = await shell(subject, `exit ${code}`);
        assertSame({ exitCode, signal }, { exitCode: code, signal: null }, `exit ${code}`);
      }
      assert.equal((await expectOk(subject.run({ argv: ["hostelry-no-such-program"] }))).exitCode, 127);
    },
  },
  {
    name: "run/signal",
    title: "names the signal that ended a program",
    requires: ["exec"],
    check: async ({ subject }) => {
      const outcome = await shell(subject, "kill -TERM $$");
      assertSame([outcome.exitCode, outcome.signal], [143, "SIGTERM"], "as shells say it");
    },
  },
  {
    name: "run/output",
    title: "gathers output and error output apart, byte for byte",
    requires: ["exec"],
    check: async ({ subject }) => {
      const { stdout, stderr } = await shell(subject, "printf 'o\\000\\377\\n'; printf 'e\\000\\376\\n' >&2");
      assertSame([...stdout], [111, 0, 255, 10], "output");
      assertSame([...stderr], [101, 0, 254, 10], "error output");
    },
  },
  {
    name: "run/input",
    title: "gives a program its input byte for byte, from memory or from a stream, and then its end",
    requires: ["exec"],
    check: async ({ subject }) => {
      const bytes = patternOf(3_000_000);
      const maxOutputBytes = bytes.length;
      for (const input of [bytes, streamOf(bytes, 100_000), streamOf(bytes.subarray(0, 5000), 1)]) {
        const { stdout } = await expectOk(subject.run({ argv: ["cat"] }, { input, maxOutputBytes }));
        const expected = stdout.length === bytes.length ? bytes : bytes.subarray(0, 5000);
        assert.equal(hashOf(stdout), hashOf(expected));
      }
      assert.equal((await expectOk(subject.run({ argv: ["cat"] }))).stdout.length, 0, "no input is an empty one");
    },
  },
  {
    name: "run/input-reused",
    title: "lets the source use its chunk again as soon as the next one is asked for",
    requires: ["exec"],
    check: async ({ subject }) => {
      const bytes = patternOf(400_000);
      const reused = new Uint8Array(10_000);
      const source = async function* (): AsyncGenerator<Uint8Array> {
        for (let offset = 0; offset < bytes.length; offset += reused.length) {
          reused.set(bytes.subarray(offset, offset + reused.length));
          yield reused;
        }
      };
      const { stdout } = await expectOk(subject.run({ argv: ["cat"] }, { input: source() }));
      assert.equal(hashOf(stdout), hashOf(bytes));
    },
  },
  {
    name: "run/input-throws",
    title: "ends the program when its input throws, with that cause",
    requires: ["exec"],
    tool: "running",
    check: async (underTest) => {
      const cause = new Error("the source broke");
      const text = marker();
      const argv: [string, ...string[]] = ["sh", "-c", `cat; sleep 600; : ${text}`];
      const error = await expectRefusal(
        underTest.subject.run({ argv }, { input: brokenStream(bytesOf("some"), cause) }),
        "ADAPTER_FAILED",
      );
      assert.equal(error.cause, cause);
      await eventuallyGone(underTest, text);
    },
  },
  {
    name: "run/output-bounded",
    title: "ends a program that writes more than it may",
    requires: ["exec"],
    tool: "running",
    check: async (underTest) => {
      const text = marker();
      const argv: [string, ...string[]] = ["sh", "-c", `while :; do echo ${text}; done`];
      await expectRefusal(underTest.subject.run({ argv }, { maxOutputBytes: 100_000 }), "TRANSPORT_OUTPUT_TOO_LARGE");
      await eventuallyGone(underTest, text);
      const exact = await expectOk(
        underTest.subject.run({ argv: ["head", "-c", "1000", "/dev/zero"] }, { maxOutputBytes: 1000 }),
      );
      assert.equal(exact.stdout.length, 1000, "exactly as much is not more");
    },
  },
  {
    name: "run/error-tail",
    title: "keeps the end of a long error output",
    requires: ["exec"],
    check: async ({ subject }) => {
      const line = "head -c 300000 /dev/zero >&2; echo the end >&2";
      const { stderr } = await expectOk(subject.run({ argv: ["sh", "-c", line] }, { maxErrorBytes: 1000 }));
      assert.equal(stderr.length, 1000);
      assert.ok(Buffer.from(stderr).toString().endsWith("the end\n"));
    },
  },
  {
    name: "run/many",
    title: "runs many programs at once, more than the other side may allow",
    requires: ["exec"],
    check: async ({ subject }) => {
      const { values } = await race(30, (index) =>
        subject.run({ argv: ["sh", "-c", `sleep 0; echo ${index}; exit ${index}`] }),
      );
      assertSame(
        values.map(({ stdout, exitCode }) => `${Buffer.from(stdout).toString()}${exitCode}`),
        Array.from({ length: 30 }, (_, index) => `${index}\n${index}`),
        "each its own output",
      );
    },
  },
];

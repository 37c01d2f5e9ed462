import assert from "node:assert/strict";
import { bytesOf, patternOf, streamOf } from "../blob-store/bytes.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { answers } from "./processes.ts";
import type { TransportCase } from "./transport-harness.ts";

/** What a transport promises of a program that is talked to while it runs. */
export const processCases: readonly TransportCase[] = [
  {
    name: "start/conversation",
    title: "carries questions and answers, in order, for as long as the program runs",
    requires: ["exec"],
    check: async ({ subject }) => {
      const line = 'while read -r question; do printf "re: %s\\n" "$question"; done; exit 9';
      const process = await expectOk(subject.start({ argv: ["sh", "-c", line] }));
      const output = answers(process);
      for (let turn = 0; turn < 20; turn += 1) {
        assertSame(await expectOk(process.write(bytesOf(`turn ${turn}\n`))), { accepted: true }, "it listens");
        assert.equal(await output.until("\n"), `re: turn ${turn}\n`);
      }
      await expectOk(process.closeInput());
      assert.equal(await output.end(), "");
      assert.equal((await expectOk(process.outcome())).exitCode, 9);
      assert.equal((await expectOk(process.outcome())).exitCode, 9, "asked again");
    },
  },
  {
    name: "start/writes-in-order",
    title: "sends what is written at once one after the other, never mixed, and the end after all of it",
    requires: ["exec"],
    check: async ({ subject }) => {
      const process = await expectOk(subject.start({ argv: ["cat"] }));
      const parts = ["a", "b", "c", "d"].map((letter) => letter.repeat(30_000));
      const writes = parts.map((part, index) =>
        process.write(index % 2 === 0 ? bytesOf(part) : streamOf(bytesOf(part), 7000)),
      );
      const closing = process.closeInput();
      const echoed = await answers(process).end();
      for (const write of writes) assertSame(await expectOk(write), { accepted: true }, "taken");
      await expectOk(closing);
      assert.ok(echoed === parts.join(""), "in the order of the calls");
      assertSame(await expectOk(process.write(bytesOf("late"))), { accepted: false }, "nothing after the end");
    },
  },
  {
    name: "start/pulled",
    title: "makes a program wait whose output is not read, and loses nothing of it",
    requires: ["exec"],
    check: async ({ subject, directory, readFile }) => {
      const size = 24_000_000;
      const line = `head -c ${size} /dev/zero; echo over > "$1/over"`;
      const process = await expectOk(subject.start({ argv: ["sh", "-c", line, "sh", directory] }));
      const chunks = process.stdout[Symbol.asyncIterator]();
      const first = await chunks.next();
      let read = first.done === true ? 0 : first.value.length;
      for (let round = 0; round < 5; round += 1) await expectOk(subject.run({ argv: ["true"] }));
      assert.equal(await readFile("over"), null, "it waits for its reader");
      for (let step = await chunks.next(); step.done !== true; step = await chunks.next()) read += step.value.length;
      assert.equal(read, size);
      assert.equal((await expectOk(process.outcome())).exitCode, 0);
      assert.notEqual(await readFile("over"), null);
    },
  },
  {
    name: "start/output-given-up",
    title: "lets a program run to its end when its reader leaves early",
    requires: ["exec"],
    check: async ({ subject }) => {
      const process = await expectOk(subject.start({ argv: ["sh", "-c", "head -c 5000000 /dev/zero; exit 4"] }));
      for await (const chunk of process.stdout) if (chunk.length > 0) break;
      assert.equal((await expectOk(process.outcome())).exitCode, 4);
    },
  },
  {
    name: "start/input-refused",
    title: "says accepted: false when a program takes no more input, also in the middle of a stream",
    requires: ["exec"],
    check: async ({ subject }) => {
      const process = await expectOk(subject.start({ argv: ["sh", "-c", "head -c 10 >/dev/null; exit 6"] }));
      const endless = async function* (): AsyncGenerator<Uint8Array> {
        for (;;) {
          yield patternOf(50_000);
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      assertSame(await expectOk(process.write(endless())), { accepted: false }, "the stream is left");
      assert.equal((await expectOk(process.outcome())).exitCode, 6);
      assertSame(await expectOk(process.write(bytesOf("x"))), { accepted: false }, "after its end");
      await expectOk(process.closeInput());
      await expectOk(process.stop());
    },
  },
  {
    name: "start/cancelled-before",
    title: "starts nothing when the signal has fired before the call",
    requires: ["exec"],
    check: async ({ subject, directory, readFile }) => {
      const argv: [string, ...string[]] = ["sh", "-c", 'echo > "$1/started"', "sh", directory];
      const signal = AbortSignal.abort();
      await expectRefusal(subject.start({ argv }, { signal }), "ABORTED");
      await expectRefusal(subject.run({ argv }, { signal }), "ABORTED");
      await expectRefusal(subject.connect({ signal }), "ABORTED");
      await expectOk(subject.run({ argv: ["true"] }));
      assert.equal(await readFile("started"), null);
    },
  },
];

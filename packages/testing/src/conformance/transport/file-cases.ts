import assert from "node:assert/strict";
import { brokenStream, bytesOf, collect, hashOf, patternOf, silentStream, streamOf } from "../blob-store/bytes.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import type { TransportCase } from "./transport-harness.ts";

/** What a transport promises of reading and writing files. */
export const fileCases: readonly TransportCase[] = [
  {
    name: "files/write/bytes",
    title: "writes bytes and streams of any size, and replaces all of what was there",
    requires: ["files"],
    check: async ({ subject: { files }, directory, readFile }) => {
      for (const length of [0, 1, 32_767, 32_768, 32_769, 3_000_000, 5]) {
        const bytes = patternOf(length);
        for (const content of [bytes, streamOf(bytes, 50_000)]) {
          assertSame(await expectOk(files.write(`${directory}/file`, content)), { size: length }, "the answer");
          assert.equal(hashOf((await readFile("file")) ?? bytesOf("no file")), hashOf(bytes), `${length} bytes`);
        }
      }
    },
  },
  {
    name: "files/write/reused",
    title: "lets the source use its chunk again as soon as the next one is asked for",
    requires: ["files"],
    check: async ({ subject: { files }, directory, readFile }) => {
      const bytes = patternOf(1_000_000);
      const reused = new Uint8Array(40_000);
      const source = async function* (): AsyncGenerator<Uint8Array> {
        for (let offset = 0; offset < bytes.length; offset += reused.length) {
          reused.set(bytes.subarray(offset, offset + reused.length));
          yield reused;
        }
      };
      await expectOk(files.write(`${directory}/file`, source()));
      assert.equal(hashOf((await readFile("file")) ?? bytesOf("no file")), hashOf(bytes));
    },
  },
  {
    name: "files/write/exclusive",
    title: "leaves a file that is there alone when it is asked to",
    requires: ["files"],
    check: async ({ subject: { files }, directory, readFile }) => {
      const options = { exclusive: true, mode: 0o600 };
      await expectOk(files.write(`${directory}/file`, bytesOf("first"), options));
      await expectRefusal(files.write(`${directory}/file`, bytesOf("second"), options), "REMOTE_FILE_EXISTS");
      assertSame(await readFile("file"), bytesOf("first"), "the first one");
      assert.equal((await expectOk(files.look(`${directory}/file`)))?.mode, 0o600);
    },
  },
  {
    name: "files/write/source-throws",
    title: "answers with the cause when the source throws",
    requires: ["files"],
    check: async ({ subject: { files }, directory }) => {
      const cause = new Error("the source broke");
      const writing = files.write(`${directory}/file`, brokenStream(patternOf(100_000), cause));
      assert.equal((await expectRefusal(writing, "ADAPTER_FAILED")).cause, cause);
      assertSame(await expectOk(files.write(`${directory}/file`, bytesOf("good"))), { size: 4 }, "and goes on");
    },
  },
  {
    name: "files/write/cancelled",
    title: "stops when the signal fires, also while the source gives nothing",
    requires: ["files"],
    check: async ({ subject: { files }, directory, readFile }) => {
      await expectRefusal(files.write(`${directory}/never`, bytesOf("x"), { signal: AbortSignal.abort() }), "ABORTED");
      assert.equal(await readFile("never"), null);
      const caller = new AbortController();
      const source = silentStream(patternOf(10_000), () => caller.abort());
      await expectRefusal(files.write(`${directory}/file`, source, { signal: caller.signal }), "ABORTED");
    },
  },
  {
    name: "files/write/durable",
    title: "writes to the disk when it is asked to, and flushes files and directories",
    requires: ["files", "flush"],
    check: async ({ subject: { files }, directory, readFile }) => {
      await expectOk(files.write(`${directory}/file`, bytesOf("kept"), { durable: true }));
      assertSame(await readFile("file"), bytesOf("kept"), "the file");
      await expectOk(files.flush(`${directory}/file`));
      await expectOk(files.flush(directory));
      await expectRefusal(files.flush(`${directory}/none`), "REMOTE_FILE_NOT_FOUND");
    },
  },
  {
    name: "files/read/ranges",
    title: "reads whole files and parts of them",
    requires: ["files"],
    check: async ({ subject: { files }, directory, writeFile }) => {
      const bytes = patternOf(1_000_000);
      await writeFile("file", bytes);
      await writeFile("empty", new Uint8Array(0));
      const read = async (start?: number, end?: number): Promise<string> =>
        hashOf(await collect(await expectOk(files.read(`${directory}/file`, { start, end }))));
      assert.equal(await read(), hashOf(bytes));
      for (const [start, end] of [
        [0, 10],
        [999_990, 1_000_000],
        [5, 70_000],
        [500_000, 2_000_000],
        [7, 7],
      ] as const) {
        assert.equal(await read(start, end), hashOf(bytes.subarray(start, end)), `${start} to ${end}`);
      }
      assert.equal(await read(400_000), hashOf(bytes.subarray(400_000)));
      assert.equal((await collect(await expectOk(files.read(`${directory}/empty`)))).length, 0);
    },
  },
  {
    name: "files/read/left",
    title: "frees what a reader held who leaves early, many times over",
    requires: ["files"],
    check: async ({ subject: { files }, directory, writeFile }) => {
      await writeFile("file", patternOf(200_000));
      for (let round = 0; round < 300; round += 1) {
        for await (const chunk of await expectOk(files.read(`${directory}/file`))) if (chunk.length > 0) break;
      }
      const caller = new AbortController();
      const { signal } = caller;
      const chunks = await expectOk(files.read(`${directory}/file`, { signal }));
      caller.abort();
      await assert.rejects(collect(chunks), (cause) => (cause as { readonly code?: unknown }).code === "ABORTED");
    },
  },
  {
    name: "files/read/absent",
    title: "answers REMOTE_FILE_NOT_FOUND before the first byte",
    requires: ["files"],
    check: async ({ subject: { files }, directory }) => {
      await expectRefusal(files.read(`${directory}/none`), "REMOTE_FILE_NOT_FOUND");
      await expectRefusal(files.read(`${directory}/none/below`), "REMOTE_FILE_NOT_FOUND");
      await expectRefusal(files.write(`${directory}/none/below`, bytesOf("x")), "REMOTE_FILE_NOT_FOUND");
      await expectRefusal(files.read(directory, { signal: AbortSignal.abort() }), "ABORTED");
    },
  },
];

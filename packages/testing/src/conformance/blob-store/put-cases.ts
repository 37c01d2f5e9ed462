import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal, race, together } from "../expectation.ts";
import type { BlobStoreCase } from "./blob-store-harness.ts";
import { brokenStream, bytesOf, collect, hashOf, patternOf, put, silentStream, streamOf } from "./bytes.ts";

/** What a blob store promises of `put`. */
export const putCases: readonly BlobStoreCase[] = [
  {
    name: "put/names-by-hash",
    title: "stores bytes under their SHA-256 and says that it did",
    check: async ({ subject, names }) => {
      const bytes = bytesOf("hello");
      assertSame(await put(subject, bytes), { sha256: hashOf(bytes), size: 5, stored: true }, "the answer");
      assertSame(await names(), [hashOf(bytes)], "the blob is there, and nothing else");
    },
  },
  {
    name: "put/streams",
    title: "stores a stream whose chunks the caller uses again afterwards",
    check: async ({ subject }) => {
      const bytes = patternOf(300_000);
      const reused = new Uint8Array(10_000);
      const stream = async function* (): AsyncGenerator<Uint8Array> {
        for (let offset = 0; offset < bytes.length; offset += reused.length) {
          reused.set(bytes.subarray(offset, offset + reused.length));
          yield reused;
        }
      };
      const stored = await expectOk(subject.put({ bytes: stream(), sha256: hashOf(bytes), size: bytes.length }));
      assertSame(stored, { sha256: hashOf(bytes), size: bytes.length, stored: true }, "the answer");
      assert.equal(hashOf(await collect(await expectOk(subject.read(stored.sha256)))), stored.sha256);
    },
  },
  {
    name: "put/repeated",
    title: "finds bytes that are there, reads the input to its end, and says stored: false",
    check: async ({ subject, names }) => {
      const bytes = patternOf(5000);
      await put(subject, bytes);
      let ended = false;
      const stream = async function* (): AsyncGenerator<Uint8Array> {
        yield* streamOf(bytes);
        ended = true;
      };
      const again = await expectOk(subject.put({ bytes: stream(), sha256: hashOf(bytes) }));
      assertSame(again, { sha256: hashOf(bytes), size: 5000, stored: false }, "the answer");
      assert.ok(ended, "the input was read to its end");
      assert.equal((await names()).length, 1, "there is one blob");
    },
  },
  {
    name: "put/concurrent",
    title: "lets several puts of the same bytes all succeed, and readers see the whole blob or none",
    check: async ({ subject, names }) => {
      const bytes = patternOf(200_000);
      const sha256 = hashOf(bytes);
      let running = true;
      const watch = async (): Promise<void> => {
        while (running) {
          const read = await subject.read(sha256);
          if (read.isOk()) assert.equal(hashOf(await collect(read.value)), sha256, "a reader sees the whole blob");
          else await expectRefusal(Promise.resolve(read), "BLOB_NOT_FOUND");
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const puts = race(6, () => subject.put({ bytes: streamOf(bytes, 40_000) })).finally(() => {
        running = false;
      });
      await together(puts, watch());
      assertSame(await names(), [sha256], "there is one blob");
    },
  },
  {
    name: "put/mismatch-leaves-nothing",
    title: "refuses bytes with another hash than was said, and keeps nothing of them",
    check: async ({ subject, names }) => {
      const bytes = patternOf(5000);
      const said = hashOf(bytesOf("something else"));
      const error = await expectRefusal(subject.put({ bytes: streamOf(bytes), sha256: said }), "BLOB_MISMATCH");
      assertSame(error.details, { expected: said, actual: hashOf(bytes) }, "the error names both hashes");
      await expectRefusal(subject.put({ bytes, sha256: said }), "BLOB_MISMATCH");
      assertSame(await names(), [], "nothing is stored, under either name");
    },
  },
  {
    name: "put/wrong-size",
    title: "refuses an input that is shorter or longer than was said",
    check: async ({ subject, names }) => {
      const bytes = patternOf(5000);
      for (const size of [4999, 5001]) {
        await expectRefusal(subject.put({ bytes: streamOf(bytes), size }), "BLOB_MISMATCH");
        await expectRefusal(subject.put({ bytes, size, sha256: hashOf(bytes) }), "BLOB_MISMATCH");
      }
      assertSame(await names(), [], "nothing is stored");
    },
  },
  {
    name: "put/broken-input",
    title: "ends with state unchanged when the input throws, keeps nothing, and takes the bytes the next time",
    check: async ({ subject, names }) => {
      const bytes = patternOf(5000);
      const broken = brokenStream(bytes.subarray(0, 3000), new Error("the upload was cut"));
      const error = await expectRefusal(subject.put({ bytes: broken, sha256: hashOf(bytes) }), "ADAPTER_FAILED");
      assert.equal(error.details.state, "unchanged");
      assertSame(await names(), [], "nothing is stored");
      assert.equal((await expectOk(subject.put({ bytes: streamOf(bytes) }))).stored, true, "the repetition stores it");
    },
  },
  {
    name: "put/cancelled-before",
    title: "stores nothing when the signal has fired already",
    check: async ({ subject, names }) => {
      const call = subject.put({ bytes: patternOf(10) }, { signal: AbortSignal.abort() });
      await expectRefusal(call, "ABORTED");
      assertSame(await names(), [], "nothing is stored");
    },
  },
  {
    name: "put/cancelled-midway",
    title: "ends at once when the signal fires while the input is silent, and keeps nothing",
    check: async ({ subject, names }) => {
      const caller = new AbortController();
      const bytes = silentStream(patternOf(5000), () => caller.abort());
      await expectRefusal(subject.put({ bytes }, { signal: caller.signal }), "ABORTED");
      assertSame(await names(), [], "nothing is stored");
    },
  },
  {
    name: "put/empty",
    title: "stores the empty blob",
    check: async ({ subject }) => {
      const stored = await expectOk(subject.put({ bytes: streamOf(new Uint8Array(0)), size: 0 }));
      assertSame(stored, { sha256: hashOf(new Uint8Array(0)), size: 0, stored: true }, "the answer");
      assert.equal((await collect(await expectOk(subject.read(stored.sha256)))).length, 0);
    },
  },
  {
    name: "put/name-is-checked",
    title: "throws TypeError for a name that is not 64 lower-case hex digits, in every method",
    check: async ({ subject }) => {
      for (const name of [
        "",
        "a".repeat(63),
        "A".repeat(64),
        `${"a".repeat(63)}g`,
        `../${"a".repeat(61)}`,
        `${"a".repeat(64)}\n`,
      ]) {
        await assert.rejects(async () => subject.put({ bytes: bytesOf("x"), sha256: name }), TypeError);
        await assert.rejects(async () => subject.read(name), TypeError);
        await assert.rejects(async () => subject.has([name]), TypeError);
        if (subject.capabilities.collectable) await assert.rejects(async () => subject.remove([name]), TypeError);
      }
    },
  },
];

import assert from "node:assert/strict";
import { hasCode } from "@hostelry/core/adapter";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { freshHash } from "../fresh-ids.ts";
import type { BlobStoreCase } from "./blob-store-harness.ts";
import { bytesOf, collect, hashOf, patternOf, put } from "./bytes.ts";

/** What a blob store promises of `read` and `has`. */
export const readCases: readonly BlobStoreCase[] = [
  {
    name: "read/as-written",
    title: "gives back the very bytes, every time, also to several readers at once",
    check: async ({ subject }) => {
      const bytes = patternOf(300_001);
      const { sha256 } = await put(subject, bytes);
      const readers = await race(4, () => subject.read(sha256));
      for (const chunks of readers.values) assert.equal(hashOf(await collect(chunks)), sha256);
      assert.equal(hashOf(await collect(await expectOk(subject.read(sha256)))), sha256, "and again");
    },
  },
  {
    name: "read/absent",
    title: "says BLOB_NOT_FOUND before the first byte",
    check: async ({ subject }) => {
      await put(subject, bytesOf("another"));
      const sha256 = freshHash();
      const error = await expectRefusal(subject.read(sha256), "BLOB_NOT_FOUND");
      assert.equal(error.details.sha256, sha256);
    },
  },
  {
    name: "read/ranges",
    title: "reads a part: from start, up to but without end, cut to the blob's end",
    check: async ({ subject }) => {
      const bytes = patternOf(200_000);
      const { sha256 } = await put(subject, bytes);
      const ranges = [
        [0, 1],
        [1, 2],
        [65_535, 65_537],
        [100_000, undefined],
        [undefined, 10],
        [199_999, 200_000],
        [199_990, 300_000],
        [200_000, undefined],
        [50, 50],
      ] as const;
      for (const [start, end] of ranges) {
        const part = await collect(await expectOk(subject.read(sha256, { start, end })));
        const expected = bytes.slice(start ?? 0, end);
        assert.ok(Buffer.from(part).equals(expected), `bytes ${start} to ${end}: ${part.length} of ${expected.length}`);
      }
    },
  },
  {
    name: "read/damaged",
    title: "throws BLOB_MISMATCH at the end of a damaged blob that is read whole",
    tool: "damage",
    check: async ({ subject, damage }) => {
      const { sha256 } = await put(subject, patternOf(100_000));
      await toolOf(damage, "damage")(sha256);
      const chunks = await expectOk(subject.read(sha256));
      await assert.rejects(collect(chunks), (error) => hasCode(error, "BLOB_MISMATCH"));
    },
  },
  {
    name: "read/into",
    title: "gives the very bytes also unchecked, and into memory that may or may not be large enough",
    check: async ({ subject }) => {
      for (const size of [0, 1000, 5000]) {
        const { sha256 } = await put(subject, patternOf(size));
        const into = new Uint8Array(1000).fill(255);
        const chunks = await expectOk(subject.read(sha256, { unchecked: true, into }));
        assert.equal(hashOf(await collect(chunks)), sha256);
      }
    },
  },
  {
    name: "read/cancelled",
    title: "answers or throws ABORTED, before the first byte and between two chunks",
    check: async ({ subject }) => {
      const { sha256 } = await put(subject, patternOf(5_000_000));
      await expectRefusal(subject.read(sha256, { signal: AbortSignal.abort() }), "ABORTED");
      const caller = new AbortController();
      const chunks = await expectOk(subject.read(sha256, { signal: caller.signal }));
      const read = async (): Promise<void> => {
        for await (const _ of chunks) caller.abort();
      };
      await assert.rejects(read(), (error) => hasCode(error, "ABORTED"));
    },
  },
  {
    name: "read/left-early",
    title: "lets a reader leave after the first chunk, and others read on",
    check: async ({ subject }) => {
      const { sha256 } = await put(subject, patternOf(1_000_000));
      for (let reader = 0; reader < 20; reader += 1) {
        for await (const chunk of await expectOk(subject.read(sha256))) {
          assert.ok(chunk.length > 0, "the first chunk holds bytes");
          break;
        }
      }
      assert.equal(hashOf(await collect(await expectOk(subject.read(sha256)))), sha256);
    },
  },
  {
    name: "has/names-and-sizes",
    title: "tells which of the named blobs are there, with their sizes",
    check: async ({ subject }) => {
      const [small, empty] = [await put(subject, bytesOf("hello")), await put(subject, new Uint8Array(0))];
      const found = await expectOk(subject.has([small.sha256, freshHash(), empty.sha256, small.sha256]));
      const expected = [
        [small.sha256, 5],
        [empty.sha256, 0],
      ].sort();
      assertSame([...found].sort(), expected, "what is there");
      assert.equal((await expectOk(subject.has([]))).size, 0, "nothing is asked, nothing is answered");
    },
  },
  {
    name: "has/many",
    title: "takes any number of names",
    check: async ({ subject }) => {
      const { sha256 } = await put(subject, bytesOf("hello"));
      const names = Array.from({ length: 5000 }, (_, index) => hashOf(bytesOf(`absent ${index}`)));
      assertSame([...(await expectOk(subject.has([...names, sha256])))], [[sha256, 5]], "the one that is there");
    },
  },
  {
    name: "has/cancelled",
    title: "answers ABORTED when the signal has fired before the call",
    check: async ({ subject }) => {
      await expectRefusal(subject.has([freshHash()], { signal: AbortSignal.abort() }), "ABORTED");
    },
  },
];

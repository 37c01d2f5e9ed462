import assert from "node:assert/strict";
import { isHostingError, type ListedBlob, type Page } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, race, together } from "../expectation.ts";
import { freshHash } from "../fresh-ids.ts";
import type { BlobStoreCase } from "./blob-store-harness.ts";
import { bytesOf, collect, hashOf, patternOf, put, streamOf } from "./bytes.ts";

type Listed = Page<ListedBlob>;

/** What a blob store whose blobs can be collected promises of `list` and `remove`. */
export const collectCases: readonly BlobStoreCase[] = [
  {
    name: "list/in-order",
    title: "lists blobs in the order of their names with their sizes; an empty store as an empty page",
    requires: ["collectable"],
    check: async ({ subject }) => {
      assertSame(await expectOk(subject.list()), { items: [] }, "nothing is there at first");
      const stored: { sha256: string; size: number }[] = [];
      for (let length = 0; length < 12; length += 1) {
        const { sha256, size } = await put(subject, patternOf(length));
        stored.push({ sha256, size });
      }
      stored.sort((left, right) => (left.sha256 < right.sha256 ? -1 : 1));
      const listed = async (): Promise<unknown> =>
        (await expectOk(subject.list())).items.map(({ sha256, size }) => ({ sha256, size }));
      assertSame(await listed(), stored, "all of them, in order");
      assertSame(await listed(), stored, "and again");
    },
  },
  {
    name: "list/pages-under-puts",
    title: "lists a blob that is there all the while exactly once, while others come and go",
    requires: ["collectable"],
    check: async ({ subject }) => {
      const there: string[] = [];
      for (let index = 0; index < 9; index += 1) there.push((await put(subject, bytesOf(`there ${index}`))).sha256);
      const passing = (await put(subject, bytesOf("passing"))).sha256;
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page: Listed = await expectOk(subject.list(after === undefined ? { limit: 2 } : { limit: 2, after }));
        seen.push(...page.items.map(({ sha256 }) => sha256));
        after = page.next;
        assert.ok(seen.length < 100, "the listing comes to an end");
        if (seen.length < 8) await put(subject, bytesOf(`late ${seen.length}`));
        if (seen.length === 2) await expectOk(subject.remove([passing]));
      } while (after !== undefined);
      assertSame(
        seen.filter((sha256) => there.includes(sha256)),
        there.sort(),
        "each once, in order",
      );
    },
  },
  {
    name: "list/cancelled",
    title: "answers ABORTED when the signal has fired before the call",
    requires: ["collectable"],
    check: async ({ subject }) => {
      await expectRefusal(subject.list({ signal: AbortSignal.abort() }), "ABORTED");
    },
  },
  {
    name: "remove/counts",
    title: "removes blobs, counts only those that were there, and succeeds when none was",
    requires: ["collectable"],
    check: async ({ subject, names }) => {
      const [one, two] = [await put(subject, bytesOf("one")), await put(subject, bytesOf("two"))];
      assertSame(await expectOk(subject.remove([one.sha256, freshHash()])), { removed: 1 }, "the answer");
      assertSame(await names(), [two.sha256], "the other stays");
      assertSame(await expectOk(subject.remove([one.sha256])), { removed: 0 }, "again");
      await expectRefusal(subject.read(one.sha256), "BLOB_NOT_FOUND");
      assert.equal((await put(subject, bytesOf("one"))).stored, true, "it can be stored again");
    },
  },
  {
    name: "remove/under-readers",
    title: "leaves a reader its bytes, or lets it fail with an error of ours, never gives it other bytes",
    requires: ["collectable"],
    check: async ({ subject }) => {
      const bytes = patternOf(3_000_000);
      const { sha256 } = await put(subject, bytes);
      const chunks = await expectOk(subject.read(sha256));
      await expectOk(subject.remove([sha256]));
      try {
        assert.equal(hashOf(await collect(chunks)), sha256, "a reader that ends has the blob's bytes");
      } catch (error) {
        if (!isHostingError(error)) throw error;
      }
    },
  },
  {
    name: "remove/against-put",
    title: "leaves a blob whole or gone when it is put and removed at once, never damaged",
    requires: ["collectable"],
    check: async ({ subject }) => {
      const bytes = patternOf(100_000);
      const sha256 = hashOf(bytes);
      for (let round = 0; round < 5; round += 1) {
        const putting = { running: true };
        const puts = race(3, () => subject.put({ bytes: streamOf(bytes, 20_000) })).finally(() => {
          putting.running = false;
        });
        // Removers that start at different turns, so that every step of a put meets one.
        const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
        const remove = async (firstTurn: number): Promise<void> => {
          for (let waited = 0; waited < firstTurn; waited += 1) await turn();
          for (; putting.running; await turn()) await expectOk(subject.remove([sha256]));
        };
        await together(puts, ...[0, 1, 2, 3, 4, 5, 6, 7].map(remove));
        const read = await subject.read(sha256);
        if (read.isOk()) assert.equal(hashOf(await collect(read.value)), sha256, "what is there is whole");
        else await expectRefusal(Promise.resolve(read), "BLOB_NOT_FOUND");
      }
      await put(subject, bytes);
      assert.equal(hashOf(await collect(await expectOk(subject.read(sha256)))), sha256, "and can be put again");
    },
  },
  {
    name: "remove/cancelled",
    title: "removes nothing when the signal has fired before the call",
    requires: ["collectable"],
    check: async ({ subject, names }) => {
      const { sha256 } = await put(subject, bytesOf("one"));
      await expectRefusal(subject.remove([sha256], { signal: AbortSignal.abort() }), "ABORTED");
      assertSame(await names(), [sha256], "it is there still");
    },
  },
];

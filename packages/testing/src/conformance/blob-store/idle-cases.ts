import assert from "node:assert/strict";
import type { BlobStore, ListedBlob } from "@hostelry/core/adapter";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, together } from "../expectation.ts";
import type { BlobStoreCase } from "./blob-store-harness.ts";
import { bytesOf, collect, hashOf, patternOf, put, streamOf } from "./bytes.ts";

const hour = 3_600_000;
const needs = { requires: ["collectable"], tool: "age" };

/** What a blob store promises to a collector that works beside puts. */
export const idleCases: readonly BlobStoreCase[] = [
  {
    name: "list/idle",
    title: "tells how long ago each blob was last put, also when it was there already",
    ...needs,
    check: async ({ subject, age }) => {
      const { sha256 } = await put(subject, bytesOf("one"));
      const fresh = await listed(subject, sha256);
      assert.ok(fresh.idleMs >= 0 && fresh.idleMs < hour, `put just now, and idle for ${fresh.idleMs} ms`);
      await toolOf(age, "age")(sha256, 2 * hour);
      const aged = await listed(subject, sha256);
      assert.ok(aged.idleMs >= 2 * hour, `put two hours ago, and idle for ${aged.idleMs} ms`);
      assert.ok(fresh.putAt.getTime() - aged.putAt.getTime() >= hour, "the time of the put says the same");
      await expectOk(subject.put({ bytes: streamOf(bytesOf("one")) }));
      const again = await listed(subject, sha256);
      assert.ok(again.idleMs < hour, "putting it again begins anew");
      assert.ok(again.putAt >= fresh.putAt, "and the time of the put is now");
    },
  },
  {
    name: "remove/idle-only",
    title: "removes only what was put no later than a given time, when there is one",
    ...needs,
    check: async ({ subject, age, names }) => {
      const [old, fresh] = [await put(subject, bytesOf("old")), await put(subject, bytesOf("fresh"))];
      await toolOf(age, "age")(old.sha256, 2 * hour);
      const both = [old.sha256, fresh.sha256];
      const { putAt } = await listed(subject, old.sha256);
      await expectOk(subject.remove(both, { unlessPutAfter: new Date(putAt.getTime() - 1) }));
      assertSame([...(await names())].sort(), both.sort(), "both were put later than that");
      await expectOk(subject.remove(both, { unlessPutAfter: putAt }));
      assertSame(await names(), [fresh.sha256], "one was put later than the other");
    },
  },
  {
    name: "remove/put-again",
    title: "keeps an old blob that was put again, in one piece or as a stream",
    ...needs,
    check: async ({ subject, age, names }) => {
      const bytes = patternOf(200_000);
      const { sha256 } = await put(subject, bytes);
      for (const again of [bytes, streamOf(bytes, 50_000)]) {
        await toolOf(age, "age")(sha256, 2 * hour);
        const { putAt } = await listed(subject, sha256);
        await expectOk(subject.put({ bytes: again }));
        await expectOk(subject.remove([sha256], { unlessPutAfter: putAt }));
        assertSame(await names(), [sha256], "it stays");
      }
      assert.equal(hashOf(await collect(await expectOk(subject.read(sha256)))), sha256, "it is whole");
    },
  },
  {
    name: "remove/idle-against-put",
    title: "never takes away what a put has answered for, whatever step of it a collector meets",
    ...needs,
    check: async ({ subject, age }) => {
      const bytes = patternOf(3000);
      const { sha256 } = await put(subject, bytes);
      const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
      for (let round = 0; round < 12; round += 1) {
        await expectOk(subject.put({ bytes }));
        await toolOf(age, "age")(sha256, 2 * hour);
        const { putAt: unlessPutAfter } = await listed(subject, sha256);
        const putting = { running: true };
        const remove = async (firstTurn: number): Promise<void> => {
          for (let waited = 0; waited < firstTurn; waited += 1) await turn();
          for (; putting.running; await turn()) await expectOk(subject.remove([sha256], { unlessPutAfter }));
        };
        const putAndRead = async (): Promise<void> => {
          for (let waited = 0; waited < round % 4; waited += 1) await turn();
          await expectOk(subject.put({ bytes }));
          for (let reads = 0; reads < 3; reads += 1) {
            assert.equal(hashOf(await collect(await expectOk(subject.read(sha256)))), sha256, "it is there, and whole");
            assert.equal((await expectOk(subject.has([sha256]))).get(sha256), bytes.length, "and seen");
          }
        };
        const puts = together(putAndRead(), putAndRead()).finally(() => {
          putting.running = false;
        });
        await together(puts, ...[0, 1, 2, 3, 4, 5].map(remove));
      }
    },
  },
];

async function listed(subject: BlobStore, sha256: string): Promise<ListedBlob> {
  const { items } = await expectOk(subject.list());
  const blob = items.find((item) => item.sha256 === sha256);
  assert.ok(blob !== undefined, "it is listed");
  return blob;
}

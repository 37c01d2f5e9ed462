// Puts and removals of one old blob at the same time, every request held back for as long as chance has it: whatever a put has answered for is there
// when all have ended.
import { createHash } from "node:crypto";
import { s3BlobStore, s3Bucket } from "@hostelry/adapter-s3";
import { unwrap } from "@hostelry/core";
import { type FakeS3, fakeS3, seededRandom } from "@hostelry/testing";
import { afterEach, expect, it } from "vitest";
import { rounds } from "../setup/rounds.ts";

const hour = 3_600_000;
let store: FakeS3 | undefined;
afterEach(() => store?.stop());

it.each(["aws", "minimal"] as const)("no put loses its blob to a collector, in the dialect %s", async (dialect) => {
  const running = await fakeS3({ dialect });
  store = running;
  const { endpoint, region, bucket, credentials } = running;
  // Processes of their own: nothing is shared but the store.
  const open = (): ReturnType<typeof s3BlobStore> => s3BlobStore(s3Bucket({ endpoint, region, bucket, credentials }));
  const removers = Array.from({ length: 3 }, open);
  const putters = Array.from({ length: 2 }, open);
  for (const each of [...removers, ...putters]) await unwrap(each.bucket.dialect());
  const random = seededRandom(7);
  const upTo = (most: number): number => (random.bytes(1)[0] ?? 0) % most;
  running.onRequest = async () => {
    for (let turns = upTo(12); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
    return undefined;
  };
  let taken = 0;
  for (let round = 0; round < rounds(600, 15); round += 1) {
    const bytes = Buffer.from(`round ${round}`);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const key = putters[0]?.key(sha256) ?? "";
    running.objects.set(key, {
      bytes,
      etag: createHash("md5").update(bytes).digest("hex"),
      lastModified: new Date(Date.now() - hour),
      headers: {},
    });
    const unlessPutAfter = new Date(Date.now() - hour / 2);
    const late = async (): Promise<void> => {
      for (let turns = upTo(40); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
    };
    const removing = removers.map(async (remover) => {
      await late();
      taken += (await unwrap(remover.remove([sha256], { unlessPutAfter }))).removed;
    });
    const putting = putters.map(async (putter) => {
      await late();
      await unwrap(putter.put({ bytes }));
      expect(running.objects.has(key), `round ${round}: it is there when the put has answered`).toBe(true);
    });
    await Promise.all([...removing, ...putting]);
    expect(running.objects.has(key), `round ${round}: it is there when all have ended`).toBe(true);
  }
  // Otherwise the two never met.
  expect(taken).toBeGreaterThan(0);
});

import { type SiteId, unwrap } from "@hostelry/core/adapter";
import { type FakeS3, type FakeS3Fault, fakeS3 } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { fakeBucket } from "../../packages/adapter-s3/src/fixtures/fake-blob-harness.ts";
import { smallContent } from "../../packages/adapter-s3/src/fixtures/small-content.ts";
import { s3Target } from "../../packages/adapter-s3/src/target/s3-target.ts";
import { checkSite } from "./fixtures/check-site.ts";
import { snapshotOf } from "./fixtures/opened-store.ts";

const siteId = "site-faulty" as SiteId;
const first = smallContent(1, { "index.html": "one", "a.css": "body{}", "b.js": "let b" });
const second = smallContent(2, { "index.html": "two", "a.css": "body{}", "c.html": "c" });
const third = smallContent(3, { "index.html": "three", "a.css": "body{}", "d.html": "d" });

/** What goes wrong once, on the wire or in the store. */
const faults: readonly FakeS3Fault[] = [
  { kind: "throttle" },
  { kind: "fail-after" },
  { kind: "drop-before" },
  { kind: "drop-after" },
  { kind: "damage-request" },
  { kind: "lose-condition" },
  { kind: "refuse", status: 500, code: "InternalError" },
];

/** A site of which the second release is live, on a store whose dialect is known. */
async function publishedSite(): Promise<{ readonly store: FakeS3; readonly bucket: ReturnType<typeof fakeBucket> }> {
  const store = await fakeS3();
  const probing = fakeBucket(store);
  const bucket = fakeBucket(store, { dialect: await unwrap(probing.dialect()) });
  const target = s3Target(bucket);
  for (const [index, content] of [first, second].entries()) {
    const { release } = content.manifest;
    await unwrap(target.stage({ siteId, fencingToken: index + 1, ...content }));
    await unwrap(target.activate({ siteId, fencingToken: index + 1, slot: "live", release }));
  }
  return { store, bucket };
}

async function publishThird(bucket: ReturnType<typeof fakeBucket>): Promise<void> {
  const target = s3Target(bucket);
  const call = { siteId, fencingToken: 3 };
  await unwrap(target.stage({ ...call, ...third }));
  await unwrap(target.activate({ ...call, slot: "live", release: third.manifest.release }));
  await unwrap(target.discard({ ...call, releases: [first.manifest.release] }));
}

describe("publishing to a store in which something goes wrong", () => {
  it.each(faults)("$kind at any request: it is published all the same, once and whole", async (fault) => {
    const { store, bucket } = await publishedSite();
    try {
      const before = new Map(store.objects);
      const begun = store.requests.length;
      await publishThird(bucket);
      const requests = store.requests.length - begun;
      expect(requests).toBeGreaterThan(12);
      for (let at = 1; at <= requests; at += 1) {
        store.objects.clear();
        for (const [key, object] of before) store.objects.set(key, object);
        const from = store.requests.length;
        // Only a write under a condition can lose it.
        store.onRequest = ({ number, headers }) => {
          const canStrike = fault.kind !== "lose-condition" || (headers["if-match"] ?? headers["if-none-match"]);
          return number === from + at && canStrike ? fault : undefined;
        };
        await publishThird(bucket);
        store.onRequest = undefined;
        const where = `${fault.kind} at request ${at}`;
        const snapshot = await snapshotOf(bucket, `sites/${siteId}/`);
        const { problems, seen, reached } = checkSite(snapshot, siteId);
        expect([problems, seen?.live], where).toEqual([[], third.manifest.release]);
        expect([...snapshot.objects.keys()].sort(), where).toEqual([...reached].sort());
      }
    } finally {
      await store.stop();
    }
  });

  it("a blob that is cut short on its way to verify is read to its end, not called damaged", async () => {
    const { store, bucket } = await publishedSite();
    try {
      store.onRequest = ({ method, key, number }) =>
        method === "GET" && key?.includes("/blobs/") === true && number % 2 === 0
          ? { kind: "truncate", afterBytes: 2 }
          : undefined;
      const { release } = second.manifest;
      const { problems } = await unwrap(s3Target(bucket).verify({ siteId, release }));
      expect(problems).toEqual([]);
    } finally {
      await store.stop();
    }
  });
});

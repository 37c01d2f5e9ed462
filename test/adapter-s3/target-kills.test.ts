import type { ReleaseId, SiteId } from "@hostelry/core/adapter";
import { unwrap } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { type MemoryBucket, memoryBucket } from "../../packages/adapter-s3/src/fixtures/memory-bucket.ts";
import { smallContent } from "../../packages/adapter-s3/src/fixtures/small-content.ts";
import { s3Target } from "../../packages/adapter-s3/src/target/s3-target.ts";
import type { SiteBucket } from "../../packages/adapter-s3/src/target/site-bucket.ts";
import { checkSite } from "./fixtures/check-site.ts";
import { type Fate, gatedBucket } from "./fixtures/gated-bucket.ts";

const siteId = "site-killed" as SiteId;
const pages = { "index.html": "one", "a.css": "body{}", "b.js": "let b", "docs/index.html": "docs" };
const first = smallContent(1, pages);
const second = smallContent(2, { ...pages, "index.html": "two" });
const third = smallContent(3, { "index.html": "three", "a.css": "body{}", "new.html": "new" });

/** What a publisher does: lay out, flip, take the oldest away. */
async function publishThird(bucket: SiteBucket, tree: boolean): Promise<void> {
  const target = s3Target(bucket, { tree });
  const call = { siteId, fencingToken: 3 };
  await unwrap(target.stage({ ...call, ...third }));
  await unwrap(target.activate({ ...call, slot: "live", release: third.manifest.release }));
  await unwrap(target.discard({ ...call, releases: [first.manifest.release] }));
}

async function bucketWithTwo(tree: boolean): Promise<MemoryBucket> {
  const bucket = memoryBucket();
  const target = s3Target(bucket, { tree });
  for (const [index, content] of [first, second].entries()) {
    const { release } = content.manifest;
    await unwrap(target.stage({ siteId, fencingToken: index + 1, ...content }));
    await unwrap(target.activate({ siteId, fencingToken: index + 1, slot: "live", release }));
  }
  return bucket;
}

async function requestsOf(tree: boolean): Promise<number> {
  let requests = 0;
  const counted = gatedBucket(await bucketWithTwo(tree), () => {
    requests += 1;
    return "done";
  });
  await publishThird(counted, tree);
  return requests;
}

/** Whatever has happened: what is named is whole. */
function expectWhole(bucket: MemoryBucket, where: string): string | null {
  const { seen, problems } = checkSite(bucket, siteId);
  expect(problems, where).toEqual([]);
  expect([second.manifest.release, third.manifest.release], where).toContain(seen?.live);
  return seen?.live ?? null;
}

describe.each([
  ["with a place of its own", false],
  ["with trees of paths", true],
])("a publisher %s", (_, tree) => {
  it("killed before or after any request leaves what is whole; the next one ends right, with nothing left over", async () => {
    const requests = await requestsOf(tree);
    expect(requests).toBeGreaterThan(15);
    for (const fate of ["never", "sent"] as const) {
      for (let at = 1; at <= requests; at += 1) {
        const where = `${fate} at request ${at}`;
        const bucket = await bucketWithTwo(tree);
        await untilKilled(bucket, (gated) => publishThird(gated, tree), at, fate);
        expectWhole(bucket, where);

        const next = s3Target(bucket, { tree });
        const again = smallContent(4, { "index.html": "three", "a.css": "body{}", "new.html": "new" });
        const call = { siteId, fencingToken: 4 };
        await unwrap(next.stage({ ...call, ...again }));
        await unwrap(next.activate({ ...call, slot: "live", release: again.manifest.release }));
        const { releases } = await unwrap(next.observe(siteId));
        const old = releases.filter((release: ReleaseId) => release !== again.manifest.release);
        await unwrap(next.discard({ ...call, releases: old }));
        const { leftovers } = await unwrap(next.observe(siteId));
        const { seen, problems, reached } = checkSite(bucket, siteId);
        expect([problems, seen?.live, leftovers], where).toEqual([[], again.manifest.release, 0]);
        expect([...bucket.objects.keys()].sort(), where).toEqual([...reached].sort());
      }
    }
  });

  it("whose request is lost, or done without an answer, ends right when it calls again", async () => {
    const requests = await requestsOf(tree);
    for (const fate of ["lost", "unheard"] as const) {
      for (let at = 1; at <= requests; at += 1) {
        const where = `${fate} at request ${at}`;
        const bucket = await bucketWithTwo(tree);
        const gated = gatedBucket(bucket, ({ number }) => (number === at ? fate : "done"));
        await publishThird(gated, tree).catch(() => expectWhole(bucket, where));
        await publishThird(gated, tree);
        expect(expectWhole(bucket, where), where).toBe(third.manifest.release);
        const cleaner = s3Target(bucket, { tree });
        await unwrap(cleaner.discard({ siteId, fencingToken: 4, releases: [] }));
        expect((await unwrap(cleaner.observe(siteId))).leftovers, where).toBe(0);
        expect([...bucket.objects.keys()].sort(), where).toEqual([...checkSite(bucket, siteId).reached].sort());
      }
    }
  });
});

/** Runs until request `at` strikes; what was under way besides ends first, as requests do that are on the wire. */
async function untilKilled(
  bucket: MemoryBucket,
  run: (gated: MemoryBucket) => Promise<void>,
  at: number,
  fate: Fate,
): Promise<void> {
  let inFlight = 0;
  let dead = false;
  await new Promise<void>((resolve, reject) => {
    const end = (): void => {
      if (dead && inFlight === 0) resolve();
    };
    const gated = gatedBucket(
      bucket,
      async ({ number }, perform) => {
        if (dead) return "never";
        if (number < at) {
          inFlight += 1;
          return "done";
        }
        dead = true;
        if (fate === "sent") await perform();
        end();
        return "never";
      },
      async () => {
        inFlight -= 1;
        end();
      },
    );
    run(gated).then(() => reject(new Error(`request ${at} was never made`)), reject);
  });
}

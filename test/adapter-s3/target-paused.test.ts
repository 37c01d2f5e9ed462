import { hasCode, type Result, type SiteId, type TargetError, unwrap } from "@hostelry/core/adapter";
import { seededRandom } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallContent } from "../../packages/adapter-s3/src/fixtures/small-content.ts";
import { type S3Target, s3Target } from "../../packages/adapter-s3/src/target/s3-target.ts";
import { rgwAvailable } from "../servers/s3/rgw-root.ts";
import { rounds } from "../setup/rounds.ts";
import { checkSite } from "./fixtures/check-site.ts";
import { type Fate, gatedBucket } from "./fixtures/gated-bucket.ts";
import { type OpenedStore, openFake, openRgw, snapshotOf } from "./fixtures/opened-store.ts";

const siteId = "site-paused" as SiteId;

describe.each([
  ["Ceph RGW 20", openRgw("20"), rgwAvailable("20"), rounds(1000, 20)],
  // A gateway takes seconds to start: this one only when all rounds are wanted. The suite of the port runs on it always.
  ["Ceph RGW 18", openRgw("18"), rounds(1, 0) === 1 && rgwAvailable("18"), 1000],
  ["a fake that answers as Amazon does", openFake("aws"), true, rounds(1000, 10)],
])("two publishers of one site on %s", (_, open, available, howOften) => {
  let store: OpenedStore;
  beforeAll(async () => {
    if (available) store = await open();
  });
  afterAll(() => store?.stop());

  it.skipIf(!available)(
    `one of them paused at a random request: the pointer never goes back and names only what is whole, ${howOften} times`,
    { timeout: 900_000 },
    async () => {
      const source = seededRandom(Number(process.env["HOSTELRY_SEED"] ?? 20_261_121));
      const random = (below: number): number => new DataView(source.bytes(4).buffer).getUint32(0) % below;
      const { bucket } = store;
      let overtaken = 0;
      for (let round = 0; round < howOften; round += 1) {
        const [earlier, later] = [2 * round + 1, 2 * round + 2];
        const [paused, resumed] = [flag(), flag()];
        const pauseAt = 1 + random(26);
        // Before the request, so that it meets a world that has moved on; everything else of this publisher waits with it.
        const gated = gatedBucket(bucket, async ({ number }): Promise<Fate> => {
          if (number < pauseAt) return "done";
          paused.raise();
          await resumed.raised;
          return "done";
        });
        const pausing = publish(s3Target(gated, { name: "paused" }), earlier, random);
        await Promise.race([paused.raised, pausing.then(() => undefined)]);
        const result = await publish(s3Target(bucket, { name: "later" }), later, random);
        expect(result.isOk(), `round ${round}: ${result.isErr() ? result.error.message : ""}`).toBe(true);
        const between = checkSite(await snapshotOf(bucket, `sites/${siteId}/`), siteId);
        expect([between.problems, Number(between.seen?.live?.split("-")[0])], `round ${round}`).toEqual([[], later]);
        resumed.raise();
        const late = await pausing;
        if (late.isErr()) {
          overtaken += 1;
          expect(hasCode(late.error, "FENCED"), `round ${round}: ${late.error.message}`).toBe(true);
        }
        const { problems, seen } = checkSite(await snapshotOf(bucket, `sites/${siteId}/`), siteId);
        expect([problems, Number(seen?.live?.split("-")[0])], `round ${round}, resumed`).toEqual([[], later]);
      }
      expect(overtaken).toBeGreaterThan(howOften / 4);
      const target = s3Target(bucket);
      await unwrap(target.discard({ siteId, fencingToken: 2 * howOften + 1, releases: [] }));
      const snapshot = await snapshotOf(bucket, `sites/${siteId}/`);
      expect([...snapshot.objects.keys()].sort()).toEqual([...checkSite(snapshot, siteId).reached].sort());
    },
  );
});

function flag(): { readonly raised: Promise<void>; readonly raise: () => void } {
  let raise: () => void = () => {};
  const raised = new Promise<void>((resolve) => {
    raise = resolve;
  });
  return { raised, raise };
}

/** Publishes as core does. Few texts, so that releases share most of their blobs, and lose them, with others. */
async function publish(
  target: S3Target,
  token: number,
  random: (below: number) => number,
): Promise<Result<unknown, TargetError>> {
  const text = (): string => `text ${random(12)}`;
  const content = smallContent(token, { "index.html": text(), "a.css": text(), "b.js": text(), "c.html": text() });
  const call = { siteId, fencingToken: token };
  const { release } = content.manifest;
  return target
    .stage({ ...call, ...content })
    .andThen(() => target.activate({ ...call, slot: "live", release }))
    .andThen(() => target.observe(siteId))
    .andThen(({ releases }) => target.discard({ ...call, releases: releases.slice(0, -2) }));
}

import { setImmediate } from "node:timers/promises";
import {
  hasCode,
  type ReleaseId,
  type ReleaseManifest,
  type Result,
  type ResultAsync,
  type SiteId,
  type TargetError,
} from "@hostelry/core/adapter";
import { seededRandom } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { type MemoryBucket, memoryBucket } from "../../packages/adapter-s3/src/fixtures/memory-bucket.ts";
import { smallContent } from "../../packages/adapter-s3/src/fixtures/small-content.ts";
import { s3Target } from "../../packages/adapter-s3/src/target/s3-target.ts";
import { rounds } from "../setup/rounds.ts";
import { checkSite } from "./fixtures/check-site.ts";
import { type Fate, gatedBucket } from "./fixtures/gated-bucket.ts";

const siteId = "site-raced" as SiteId;
const howOften = rounds(1000, 150);

/** One publisher's requests that wait to be let through. */
interface Publisher {
  readonly manifest: ReleaseManifest;
  readonly waiting: { readonly go: () => void }[];
  readonly done: Promise<readonly Result<unknown, TargetError>[]>;
  ended: boolean;
}

describe("two publishers of one site, one of them paused between any two requests", () => {
  it(`never let the pointer go back or name a release with a missing blob, in ${howOften} rounds`, async () => {
    const seed = Number(process.env["HOSTELRY_SEED"] ?? 20_261_121);
    const source = seededRandom(seed);
    const random = (): number => new DataView(source.bytes(4).buffer).getUint32(0) / 2 ** 32;
    const bucket = memoryBucket();
    /** Writes that were given up by their sender and are still on their way. */
    const late: (() => Promise<void>)[] = [];
    const counts = { fenced: 0, late: 0, unheard: 0, conflicts: 0 };
    let known = { fence: 0, counter: 0, live: 0 };
    let checked = "";
    let live: ReleaseManifest | undefined;

    for (let round = 0; round < howOften; round += 1) {
      const where = `seed ${seed}, round ${round}`;
      const publishers = [1, 2].map((number) => publisher(bucket, 2 * round + number, live, random, late, counts));
      const order = [...publishers].sort(() => random() - 0.5);
      for (;;) {
        if (random() < 0.04) order.reverse();
        if (late.length > 0 && random() < 0.05) await late.splice(Math.floor(random() * late.length), 1)[0]?.();
        const next = order.find(({ waiting }) => waiting.length > 0);
        if (next === undefined && publishers.every(({ ended }) => ended)) break;
        const [request] = next?.waiting.splice(Math.floor(random() * next.waiting.length), 1) ?? [];
        request?.go();
        for (let turn = 0; turn < 3; turn += 1) await setImmediate();
        look(where);
      }
      const results = await Promise.all(publishers.map(({ done }) => done));
      for (const result of results.flat()) {
        if (result.isOk()) continue;
        counts.fenced += 1;
        expect(hasCode(result.error, "FENCED"), `${where}: ${result.error.message}`).toBe(true);
      }
      expect(
        results[1]?.every((result) => result.isOk()),
        `${where}: the later publisher`,
      ).toBe(true);
      expect(known.live, where).toBe(2 * round + 2);
      live = publishers[1]?.manifest;
    }
    while (late.length > 0) await late.pop()?.();
    look("at the end");
    expect(checkSite(bucket, siteId).seen?.live).toMatch(new RegExp(`^${2 * howOften}-`));

    // What nobody reaches goes with the next holder.
    const target = s3Target(bucket);
    expect((await target.discard({ siteId, fencingToken: 2 * howOften + 1, releases: [] })).isOk()).toBe(true);
    expect((await target.observe(siteId))._unsafeUnwrap().leftovers).toBe(0);
    expect([...bucket.objects.keys()].sort()).toEqual([...checkSite(bucket, siteId).reached].sort());
    // The interleavings must have been of the interesting kind.
    expect(counts.fenced).toBeGreaterThan(howOften / 4);
    expect(counts.late).toBeGreaterThan(howOften / 50);

    function look(where: string): void {
      const pointer = bucket.objects.get(`sites/${siteId}/site.json`)?.etag;
      const state = `${pointer} ${bucket.objects.size}`;
      if (state === checked) return;
      checked = state;
      const { seen, problems } = checkSite(bucket, siteId);
      expect(problems, where).toEqual([]);
      if (seen === null) return;
      const live = Number(seen.live?.split("-")[0] ?? 0);
      expect(live, `${where}: the pointer went back`).toBeGreaterThanOrEqual(known.live);
      expect(seen.fence, `${where}: the fence went back`).toBeGreaterThanOrEqual(known.fence);
      expect(seen.counter - known.counter, `${where}: a write was lost`).toBeLessThanOrEqual(1);
      known = { fence: seen.fence, counter: seen.counter, live };
    }
  });
});

/** Publishes a release as core does: stage, activate, discard all but the newest two. */
function publisher(
  bucket: MemoryBucket,
  token: number,
  before: ReleaseManifest | undefined,
  random: () => number,
  late: (() => Promise<void>)[],
  counts: { late: number; unheard: number },
): Publisher {
  const waiting: { readonly go: () => void }[] = [];
  const gate = (): Promise<void> => new Promise((resolve) => waiting.push({ go: resolve }));
  const gated = gatedBucket(
    bucket,
    async ({ method, key }, perform): Promise<Fate> => {
      await gate();
      const chance = random();
      if (method !== "put" || !key.endsWith("site.json") || chance > 0.09) return "done";
      if (chance < 0.03) {
        counts.unheard += 1;
        return "unheard";
      }
      // Given up by the sender; the store gets it later, or never.
      if (chance < 0.07) {
        counts.late += 1;
        late.push(perform);
      }
      return "lost";
    },
    gate,
  );
  const target = s3Target(gated, { name: `publisher ${token}` });
  // Few texts, so that releases share most of their blobs with others and lose them with others.
  const text = (): string => `text ${Math.floor(random() * 12)}`;
  const files = { "index.html": text(), "a.css": text(), "b.js": text(), "c.html": text() };
  const { manifest, blobs } = smallContent(token, files);
  const { release } = manifest;
  const call = { siteId, fencingToken: token };
  const act = async (): Promise<readonly Result<unknown, TargetError>[]> => {
    const staged = await untilKnown(() => target.stage({ ...call, manifest, blobs, before }));
    if (staged.isErr()) return [staged];
    const flipped = await untilKnown(() => target.activate({ ...call, slot: "live", release }));
    if (flipped.isErr()) return [flipped];
    const seen = await target.observe(siteId);
    if (seen.isErr()) return [seen];
    const old: readonly ReleaseId[] = seen.value.releases.slice(0, -2);
    return [staged, flipped, await untilKnown(() => target.discard({ ...call, releases: old }))];
  };
  const self: Publisher = {
    manifest,
    waiting,
    done: act().finally(() => {
      self.ended = true;
    }),
    ended: false,
  };
  return self;
}

/** Calls again what ended without anybody knowing what came of it, as the contract says. */
async function untilKnown<T>(act: () => ResultAsync<T, TargetError>): Promise<Result<T, TargetError>> {
  for (;;) {
    const result = await act();
    const isUnknown =
      result.isErr() && hasCode(result.error, "ADAPTER_FAILED") && result.error.details.state === "unknown";
    if (!isUnknown) return result;
  }
}

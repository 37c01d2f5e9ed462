import { type ReleaseId, type SiteId, unwrap } from "@hostelry/core/adapter";
import { createSiteHandler } from "@hostelry/serve";
import { fakeS3 } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { s3Content } from "../../packages/adapter-s3/src/content/s3-content.ts";
import { fakeBucket } from "../../packages/adapter-s3/src/fixtures/fake-blob-harness.ts";
import { smallContent } from "../../packages/adapter-s3/src/fixtures/small-content.ts";
import { type S3Target, s3Target } from "../../packages/adapter-s3/src/target/s3-target.ts";
import { rounds } from "../setup/rounds.ts";

const siteId = "site-served" as SiteId;
const flips = rounds(300, 40);

/** A release of which every byte is one letter: a response that mixes two can't hide it. Large enough to be streamed. */
function pageOf(number: number): Readonly<Record<string, string>> {
  const letter = String.fromCharCode(96 + number);
  return { "index.html": letter.repeat(1500), "large.bin": letter.repeat(700_000) };
}

async function stageRelease(target: S3Target, number: number): Promise<ReleaseId> {
  const content = smallContent(number, pageOf(number));
  await unwrap(target.stage({ siteId, fencingToken: number, ...content }));
  return content.manifest.release;
}

describe("a handler that serves from a bucket while its site is flipped", () => {
  let store: Awaited<ReturnType<typeof fakeS3>>;
  beforeAll(async () => {
    store = await fakeS3();
  });
  afterAll(() => store.stop());

  it(`answers each request of one release alone, in ${flips} flips, and comes to the last one`, async () => {
    const bucket = fakeBucket(store);
    const target = s3Target(bucket);
    const releases = [await stageRelease(target, 1), await stageRelease(target, 2)];
    const flip = (round: number): ReturnType<S3Target["activate"]> =>
      target.activate({ siteId, fencingToken: 2, slot: "live", release: releases[round % 2] ?? null });
    await unwrap(flip(0));
    const handler = createSiteHandler({
      content: s3Content(bucket, { maxAgeMs: 5 }),
      resolve: () => ({ siteId, slot: "live" }),
      maxCachedBytes: 4096,
    });
    const state = { flipping: true };
    const seen = { a: 0, b: 0 };
    const read = async (path: string): Promise<void> => {
      do {
        const response = await handler.fetch(new Request(`http://site.example${path}`));
        expect(response?.status).toBe(200);
        const text = (await response?.text()) ?? "";
        const letter = text[0] === "a" ? "a" : "b";
        expect(text === letter.repeat(text.length), "one release in one response").toBe(true);
        expect(text.length).toBe(path === "/" ? 1500 : 700_000);
        seen[letter] += 1;
      } while (state.flipping);
    };
    const flipAll = async (): Promise<void> => {
      for (let round = 1; round <= flips; round += 1) await unwrap(flip(round));
      state.flipping = false;
    };
    await Promise.all([flipAll(), read("/"), read("/large.bin")]);
    expect(Math.min(seen.a, seen.b)).toBeGreaterThan(0);

    // Nobody tells the handler; it asks.
    const last = flips % 2 === 0 ? "a" : "b";
    for (let text = ""; !text.startsWith(last); ) {
      text = (await (await handler.fetch(new Request("http://site.example/")))?.text()) ?? "";
    }
  });
});

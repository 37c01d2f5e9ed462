import { previewSlot, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { newWorld, nth, siteWith, startProcess, visitorSees } from "../../test/scene.ts";

const hour = 60 * 60 * 1000;

describe("a preview", () => {
  it("shows the revision beside the live site to whoever holds the token, for 24 hours", async () => {
    const world = newWorld();
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    await unwrap(hosting.publish(nth(revisions, 1)));
    const { preview, token } = await unwrap(hosting.previews.open(nth(revisions, 2)));
    expect(visitorSees(world, site)).toEqual(["<title>v1</title>"]);
    expect(visitorSees(world, site, "index.html", previewSlot(preview.id))).toEqual(["<title>v2</title>"]);
    expect((await unwrap(hosting.revisions.get(nth(revisions, 2)))).state).toBe("in_preview");

    expect((await unwrap(hosting.previews.check({ token, previewId: preview.id }))).id).toBe(preview.id);
    await world.clock.advance(24 * hour - 1);
    expect((await hosting.previews.check({ token })).isOk()).toBe(true);
    await world.clock.advance(1);
    expect((await hosting.previews.check({ token }))._unsafeUnwrapErr().code).toBe("PREVIEW_EXPIRED");
  });

  it("is refused without a token, with a wrong one, with another preview's, and after revocation", async () => {
    const { hosting } = startProcess(newWorld());
    const { revisions } = await siteWith(hosting, "v1");
    const one = await unwrap(hosting.previews.open(nth(revisions, 1)));
    const two = await unwrap(hosting.previews.open(nth(revisions, 1)));
    const code = async (token: string | undefined, previewId = one.preview.id): Promise<string> =>
      (await hosting.previews.check({ token, previewId }))._unsafeUnwrapErr().code;
    expect(await code(undefined)).toBe("PREVIEW_TOKEN_REQUIRED");
    expect(await code("guess")).toBe("PREVIEW_FORBIDDEN");
    expect(await code(two.token)).toBe("PREVIEW_FORBIDDEN");
    await unwrap(hosting.previews.revoke(one.preview.id));
    expect(await code(one.token)).toBe("PREVIEW_REVOKED");
    expect((await hosting.previews.check({ token: two.token })).isOk()).toBe(true);
  });

  it("stores no token, anywhere", async () => {
    const world = newWorld();
    const { hosting, events } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1");
    const { token } = await unwrap(hosting.previews.open(nth(revisions, 1)));
    const everything = JSON.stringify([
      events,
      [...world.records.previews.values()],
      world.records.audit,
      [...(world.targetStates[0]?.get(site.id)?.slots ?? [])],
    ]);
    expect(everything).not.toContain(token);
  });

  it("opens once for a single-use link, and the target opens it for nobody", async () => {
    const world = newWorld();
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1");
    const { preview, token } = await unwrap(hosting.previews.open(nth(revisions, 1), { singleUse: true }));
    expect(world.targetStates[0]?.get(site.id)?.slots.get(previewSlot(preview.id))?.guard?.tokenHash).toBeNull();
    const answers = await Promise.all([1, 2, 3].map(async () => hosting.previews.check({ token })));
    expect(answers.filter((answer) => answer.isOk())).toHaveLength(1);
    expect(answers.find((answer) => answer.isErr())?._unsafeUnwrapErr().code).toBe("PREVIEW_TOKEN_USED");
  });

  it("is taken from every target when it is revoked, and the revision leaves in_preview with its last one", async () => {
    const world = newWorld(2);
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1");
    const one = await unwrap(hosting.previews.open(nth(revisions, 1)));
    const two = await unwrap(hosting.previews.open(nth(revisions, 1)));
    const state = async (): Promise<string> => (await unwrap(hosting.revisions.get(nth(revisions, 1)))).state;
    await unwrap(hosting.previews.revoke(one.preview.id));
    expect(visitorSees(world, site, "index.html", previewSlot(one.preview.id))).toEqual([undefined, undefined]);
    expect(await state()).toBe("in_preview");
    await unwrap(hosting.previews.revoke(two.preview.id));
    await unwrap(hosting.previews.revoke(two.preview.id));
    expect(await state()).toBe("validated");
    expect((await unwrap(hosting.sites.status(site.id))).slots).toEqual([]);
  });

  it("is swept from where it is served once it is over", async () => {
    const world = newWorld();
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1");
    const short = await unwrap(hosting.previews.open(nth(revisions, 1), { ttlMs: hour }));
    const long = await unwrap(hosting.previews.open(nth(revisions, 1), { ttlMs: 3 * hour }));
    await world.clock.advance(2 * hour);
    expect(await unwrap(hosting.previews.sweep())).toEqual({ closed: [short.preview.id], failed: [] });
    expect(await unwrap(hosting.previews.sweep())).toEqual({ closed: [], failed: [] });
    expect(visitorSees(world, site, "index.html", previewSlot(short.preview.id))).toEqual([undefined]);
    expect(visitorSees(world, site, "index.html", previewSlot(long.preview.id))).toEqual(["<title>v1</title>"]);
  });

  it("is refused where no target can show it", async () => {
    const { hosting } = startProcess(newWorld(), (options) => ({
      ...options,
      targets: options.targets.map((target) => ({
        ...target,
        capabilities: { ...target.capabilities, previews: false },
      })),
    }));
    const { site, revisions } = await siteWith(hosting, "v1");
    const refused = (await hosting.previews.open(nth(revisions, 1)))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: "INVALID_INPUT", details: { field: "targets" } });
    expect((await unwrap(hosting.previews.list(site.id))).items).toEqual([]);
  });

  it("needs a validated revision and a sensible life", async () => {
    const { hosting } = startProcess(newWorld());
    const { site, revisions } = await siteWith(hosting, "v1");
    const raw = await unwrap(hosting.revisions.upload(site.id, new Uint8Array(3)));
    expect((await hosting.previews.open(raw.id))._unsafeUnwrapErr().code).toBe("REVISION_NOT_VALIDATED");
    for (const ttlMs of [0, -1, Number.NaN, 31 * 24 * hour]) {
      expect((await hosting.previews.open(nth(revisions, 1), { ttlMs }))._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
    }
  });
});

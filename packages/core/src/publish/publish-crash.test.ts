import { unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { expectClean } from "../../test/expect-clean.ts";
import { killEverywhere } from "../../test/kill-everywhere.ts";
import { nth, visitorSees } from "../../test/scene.ts";

describe("a publisher that is killed at any call, before or after its effect", () => {
  it("is followed by a run that ends with exactly the requested release", async () => {
    const kills = await killEverywhere(
      (hosting, { revisions }) => hosting.publish(nth(revisions, 2)),
      async (scene, hosting, died) => {
        await unwrap(hosting.publish(nth(scene.revisions, 2)));
        await expectClean(scene, hosting, "v2", died);
      },
    );
    expect(kills).toBeGreaterThan(50);
  });

  it("is followed by a run that publishes something else, and only that", async () => {
    await killEverywhere(
      (hosting, { revisions }) => hosting.publish(nth(revisions, 2)),
      async (scene, hosting, died) => {
        await unwrap(hosting.publish(nth(scene.revisions, 3)));
        await expectClean(scene, hosting, "v3", died);
      },
    );
  });

  it("is put right without publishing: every target shows the old release, or every target the new one", async () => {
    const seen = new Set<string>();
    await killEverywhere(
      (hosting, { revisions }) => hosting.publish(nth(revisions, 2)),
      async (scene, hosting, died) => {
        await unwrap(hosting.sites.recover(scene.site.id));
        const [shown = ""] = visitorSees(scene.world, scene.site);
        seen.add(shown);
        await expectClean(scene, hosting, shown.includes("v2") ? "v2" : "v1", died);
      },
    );
    expect([...seen].sort()).toEqual(["<title>v1</title>", "<title>v2</title>"]);
  });

  it("never leaves targets that differ longer than until the next run, for a rollback too", async () => {
    await killEverywhere(
      (hosting, { site, revisions }) => hosting.publish(nth(revisions, 2)).andThen(() => hosting.rollback(site.id)),
      async (scene, hosting, died) => {
        await unwrap(hosting.publish(nth(scene.revisions, 1)));
        await expectClean(scene, hosting, "v1", died);
      },
    );
  });
});

describe("opening a preview that is killed at any call", () => {
  it("leaves the live site alone, and a sweep after its time leaves nothing", async () => {
    await killEverywhere(
      (hosting, { revisions }) => hosting.previews.open(nth(revisions, 2), { ttlMs: 60_000 }),
      async (scene, hosting, died) => {
        await scene.world.clock.advance(60_000);
        expect((await unwrap(hosting.previews.sweep())).failed, died).toEqual([]);
        await unwrap(hosting.sites.recover(scene.site.id));
        await expectClean(scene, hosting, "v1", died);
        expect(
          (await unwrap(hosting.sites.status(scene.site.id))).slots.map(({ name }) => name),
          died,
        ).toEqual(["live"]);
      },
    );
  });
});

describe("revoking a preview that is killed at any call", () => {
  it("goes on with the next sweep", async () => {
    await killEverywhere(
      (hosting, { revisions }) =>
        hosting.previews.open(nth(revisions, 2)).andThen(({ preview }) => hosting.previews.revoke(preview.id)),
      async (scene, hosting, died) => {
        const previews = (await unwrap(hosting.previews.list(scene.site.id))).items;
        for (const { id } of previews) await unwrap(hosting.previews.revoke(id));
        await unwrap(hosting.sites.recover(scene.site.id));
        await expectClean(scene, hosting, "v1", died);
        const second = await unwrap(hosting.revisions.get(nth(scene.revisions, 2)));
        expect(second.state, died).toBe("validated");
      },
    );
  });
});

describe("changing the serving state, killed at any call", () => {
  it("is brought to every target by recovery", async () => {
    await killEverywhere(
      (hosting, { site }) => hosting.sites.setState(site.id, "maintenance"),
      async (scene, hosting, died) => {
        await unwrap(hosting.sites.recover(scene.site.id));
        await expectClean(scene, hosting, "v1", died);
      },
    );
  });
});

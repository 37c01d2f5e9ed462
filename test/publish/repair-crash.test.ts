import { unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { deface } from "../../packages/core/test/damage.ts";
import { killEverywhere } from "../../packages/core/test/kill-everywhere.ts";
import { visitorSees } from "../../packages/core/test/scene.ts";

const page = (label: string): string => `<title>${label}</title>`;

describe("a repair that is killed at any call", () => {
  it("is finished by the next one", async () => {
    const kills = await killEverywhere(
      (hosting, { world, site }) => {
        deface(world, site, { target: 1, path: "index.html", text: page("v!") });
        return hosting.repair(site.id);
      },
      async ({ world, site }, hosting, died) => {
        expect((await unwrap(hosting.repair(site.id))).intact, died).toBe(true);
        expect(visitorSees(world, site), died).toEqual([page("v1"), page("v1"), page("v1")]);
        expect(await unwrap(hosting.sites.status(site.id)), died).toMatchObject({ inSync: true, unfinished: [] });
      },
    );
    expect(kills).toBeGreaterThan(50);
  });
});

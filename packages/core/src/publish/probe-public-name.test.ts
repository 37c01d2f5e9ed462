import { type HostingOptions, unwrap } from "@hostelry/core";
import { errAsync, hostingError } from "@hostelry/core/adapter";
import { memoryPublicProbe } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { type Fleet, liveOn } from "../../test/fleet.ts";
import { nth, startProcess, visitorSees } from "../../test/scene.ts";

const page = (label: string): string => `<title>${label}</title>`;

function hostingWith({ world }: Fleet, publicProbe: HostingOptions["publicProbe"]) {
  return startProcess(world, (options) => ({ ...options, publicProbe })).hosting;
}

describe("the public name of a site", () => {
  it("is looked at once, after the flip, with samples of the new release", async () => {
    const fleet = await liveOn(2);
    const probe = memoryPublicProbe();
    const outcome = await unwrap(hostingWith(fleet, probe).publish(nth(fleet.revisions, 2)));
    expect(outcome.publicLook).toEqual({ outcome: "right" });
    expect(probe.requests).toMatchObject([{ siteId: fleet.site.id, release: outcome.publication.release }]);
    expect(probe.requests[0]?.samples.map(({ path }) => path)).toContain("index.html");
  });

  it("that serves something else takes the publication back everywhere", async () => {
    const fleet = await liveOn(2);
    const hosting = hostingWith(
      fleet,
      memoryPublicProbe(() => ({ asked: true, mismatches: ["index.html"] })),
    );
    const refused = (await hosting.publish(nth(fleet.revisions, 2), { policy: "best-effort" }))._unsafeUnwrapErr();
    expect(refused).toMatchObject({
      code: "PROBE_FAILED",
      details: { target: "public name", mismatches: ["index.html"] },
    });
    expect(visitorSees(fleet.world, fleet.site)).toEqual([page("v1"), page("v1")]);
    expect(await unwrap(fleet.hosting.sites.status(fleet.site.id))).toMatchObject({ inSync: true, unfinished: [] });
  });

  it("that can't be asked is told, and fails nothing", async () => {
    const fleet = await liveOn(2);
    const problem = hostingError("ADAPTER_FAILED", "No route.", {
      adapter: "dns",
      operation: "look",
      state: "unchanged",
    });
    const silent = hostingWith(fleet, { ...memoryPublicProbe(), look: () => errAsync(problem) });
    expect((await unwrap(silent.publish(nth(fleet.revisions, 2)))).publicLook).toEqual({
      outcome: "unreachable",
      problem,
    });
    const nameless = hostingWith(
      fleet,
      memoryPublicProbe(() => ({ asked: false, mismatches: [] })),
    );
    expect((await unwrap(nameless.publish(nth(fleet.revisions, 3)))).publicLook).toEqual({ outcome: "not-asked" });
  });

  it("is not looked at for a preview, nor while visitors get a page of maintenance", async () => {
    const fleet = await liveOn(1);
    const probe = memoryPublicProbe();
    const hosting = hostingWith(fleet, probe);
    await unwrap(hosting.previews.open(nth(fleet.revisions, 2)));
    await unwrap(hosting.sites.setState(fleet.site.id, "maintenance"));
    expect((await unwrap(hosting.publish(nth(fleet.revisions, 2)))).publicLook).toBeUndefined();
    expect(probe.requests).toEqual([]);
  });
});

import { unwrap } from "@hostelry/core";
import { ResultAsync } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { liveOn, turn, withTargets } from "../../test/fleet.ts";
import { nth, visitorSees } from "../../test/scene.ts";

const page = (label: string): string => `<title>${label}</title>`;

describe("a frozen site", () => {
  it("refuses publish and rollback with who and why, and serves on; unfrozen it goes on", async () => {
    const { world, hosting, site, revisions } = await liveOn(2);
    await unwrap(hosting.publish(nth(revisions, 2)));
    const frozen = await unwrap(hosting.sites.freeze(site.id, { reason: " Sale until Monday. " }, { actor: "ann" }));
    expect(frozen.frozen).toEqual({ reason: "Sale until Monday.", frozenBy: "ann", since: world.clock.now() });
    expect(await unwrap(hosting.sites.get(site.id))).toEqual(frozen);
    for (const refused of [await hosting.publish(nth(revisions, 3)), await hosting.rollback(site.id)]) {
      expect(refused._unsafeUnwrapErr()).toMatchObject({
        code: "SITE_FROZEN",
        message: "Acme was frozen by ann: Sale until Monday.",
        details: { siteId: site.id, frozenBy: "ann", since: world.clock.now().toISOString() },
      });
    }
    expect(visitorSees(world, site)).toEqual([page("v2"), page("v2")]);

    expect((await unwrap(hosting.sites.unfreeze(site.id, { actor: "bob" }))).frozen).toBeUndefined();
    expect((await unwrap(hosting.publish(nth(revisions, 3)))).outcome).toBe("published");
    const actions = (await unwrap(hosting.audit.list({ siteId: site.id }))).items.map(({ action, actor }) => [
      action,
      actor,
    ]);
    expect(actions.filter(([action]) => action?.includes("frozen"))).toEqual([
      ["site.frozen", "ann"],
      ["site.unfrozen", "bob"],
    ]);
  });

  it("is still reconciled and previewed", async () => {
    const { world, hosting, site, revisions } = await liveOn(2);
    await unwrap(hosting.sites.freeze(site.id, { reason: "Audit." }));
    world.targetStates[0]?.clear();
    expect((await unwrap(hosting.reconcile(site.id))).inSync).toBe(true);
    expect(visitorSees(world, site)).toEqual([page("v1"), page("v1")]);
    expect((await hosting.previews.open(nth(revisions, 2))).isOk()).toBe(true);
  });

  it("keeps its first freeze, and needs a reason", async () => {
    const { hosting, site } = await liveOn(1);
    await unwrap(hosting.sites.freeze(site.id, { reason: "First." }, { actor: "ann" }));
    const again = await unwrap(hosting.sites.freeze(site.id, { reason: "Second." }, { actor: "bob" }));
    expect(again.frozen).toMatchObject({ reason: "First.", frozenBy: "ann" });
    await unwrap(hosting.sites.unfreeze(site.id));
    const version = (await unwrap(hosting.sites.unfreeze(site.id))).version;
    expect((await unwrap(hosting.sites.get(site.id))).version).toBe(version);
    for (const reason of ["", "   ", "x".repeat(501)]) {
      const refused = (await hosting.sites.freeze(site.id, { reason }))._unsafeUnwrapErr();
      expect(refused).toMatchObject({ code: "INVALID_INPUT", details: { field: "reason" } });
    }
  });

  it("can't be changed any more by a publisher that was paused past its lease before the freeze", async () => {
    const { world, hosting, site, revisions } = await liveOn(2);
    let resume = (): void => undefined;
    const paused = new Promise<void>((resolve) => {
      resume = resolve;
    });
    let atFlip = false;
    const sleepy = withTargets(world, (target) => ({
      ...target,
      activate: (request, options) => {
        atFlip = true;
        return ResultAsync.fromSafePromise(paused).andThen(() => target.activate(request, options));
      },
    }));
    const publishing = sleepy.hosting.publish(nth(revisions, 2));
    while (!atFlip) await turn();
    // The whole process is paused: its heartbeat is, too. Somebody else's clock goes on.
    const lease = world.records.leases.get(site.id);
    if (lease === undefined) throw new Error("It holds the lease.");
    world.records.leases.set(site.id, { ...lease, expiresAt: world.clock.now() });
    await unwrap(hosting.sites.freeze(site.id, { reason: "Stop." }));
    resume();
    expect((await publishing)._unsafeUnwrapErr().code).toBe("FENCED");
    expect(visitorSees(world, site)).toEqual([page("v1"), page("v1")]);
  });
});

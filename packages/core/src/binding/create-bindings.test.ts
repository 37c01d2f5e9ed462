import { failAt } from "@hostelry/testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { Hostname } from "../domain/hostname.ts";
import { hasCode } from "../errors/index.ts";
import type { DnsProvider, HostRoutes } from "../ports/index.ts";
import { unwrap } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { type BindingWorld, bindingWorld } from "./fixtures/binding-world.ts";

const host = (name: string): Hostname => name as Hostname;
let world: BindingWorld;
let acme: SiteId;
let beta: SiteId;
beforeEach(async () => {
  world = bindingWorld({ failuresUntilSuspect: 1, recheckMs: 3_600_000 });
  acme = await world.site("acme");
  beta = await world.site("beta");
});

/** What is in the zone of ours, without markers and in words. */
function records(): readonly string[] {
  const sets = [...(world.provider.zones.get("ours.de")?.sets.values() ?? [])];
  return sets
    .filter(({ name }) => !name.startsWith("_hostelry."))
    .map(({ name, type, values }) => `${name} ${type} ${values.join()}`);
}

const states = (steps: readonly { readonly part: string; readonly place: string; readonly state: string }[]) =>
  steps.map(({ part, place, state }) => `${part} ${place} ${state}`);

describe("binding a name of a zone that is ours", () => {
  it("leads it here, activates it, routes it everywhere and gets its certificate", async () => {
    const { id } = await world.prove("www.ours.de", acme);
    const bound = await unwrap(world.bindings.bind(id, acme));
    expect(states(bound.steps)).toEqual([
      "dns memory done",
      "domain store done",
      "route edge1 done",
      "route balancer done",
      "certificate certificates pending",
    ]);
    expect([bound.complete, bound.domain.state, bound.domain.primary]).toEqual([false, "active", true]);
    expect(records()).toEqual([`www.ours.de A 203.0.113.1`, "www.ours.de AAAA 2001:db8::1"]);
    expect(world.visit("www.ours.de")).toEqual([acme, `nodes-of-${acme}`]);

    const again = await unwrap(world.bindings.bind(host("www.ours.de"), acme));
    expect([again.complete, again.steps.some(({ changed }) => changed)]).toEqual([true, false]);
    expect((await unwrap(world.bindings.status(id))).complete).toBe(true);
    expect(world.told.map(({ kind, place }) => `${kind} ${place}`)).toEqual([
      "binding.dns_set memory",
      "binding.routed edge1",
      "binding.routed balancer",
      "binding.certificate_wanted certificates",
    ]);
  });

  it("leaves the records of its user alone, and says what is in the way", async () => {
    await unwrap(
      world.provider.applyChanges({
        zone: "ours.de",
        changes: [{ action: "add", name: "www.ours.de", type: "A", values: ["192.0.2.9"], ttlSeconds: 60 }],
      }),
    );
    const { id } = await world.prove("www.ours.de", acme);
    const refused = await world.bindings.bind(id, acme);
    expect(refused._unsafeUnwrapErr().code).toBe("DNS_PLAN_REFUSED");
    expect([records(), world.visit("www.ours.de")]).toEqual([["www.ours.de A 192.0.2.9"], [null, null]]);
    const looked = await unwrap(world.bindings.status(id));
    expect(states(looked.steps)[0]).toBe("dns memory missing");
  });

  it("makes it an alias of the edge where that can be", async () => {
    const dns = { provider: world.provider, addresses: ["203.0.113.1"], alias: "edge.hoster.net" };
    const bindings = world.composeBindings((port) => port, { dns });
    for (const name of ["www.ours.de", "ours.de", "*.ours.de"]) {
      const { id } = await world.prove(name, acme);
      await unwrap(bindings.bind(id, acme, { beforePointing: true }));
    }
    expect(records().toSorted()).toEqual([
      "*.ours.de CNAME edge.hoster.net",
      "ours.de ALIAS edge.hoster.net",
      "www.ours.de CNAME edge.hoster.net",
    ]);
  });
});

describe("binding a name of a zone that is not ours", () => {
  it("waits until its owner leads it here, or does not where that is wanted", async () => {
    const { id } = await world.prove("acme.de", acme);
    expect((await world.bindings.bind(id, acme))._unsafeUnwrapErr().code).toBe("DOMAIN_NOT_POINTING");
    expect(world.visit("acme.de")).toEqual([null, null]);
    const moved = await unwrap(world.bindings.bind(id, acme, { beforePointing: true }));
    expect([states(moved.steps)[0], world.visit("acme.de")[0]]).toEqual(["dns memory not-ours", acme]);
  });

  it("is refused when it is not proven, not the site's, or nobody's", async () => {
    const claim = { tenantId: "mallory" as never, siteId: beta, hostname: "acme.de" };
    const { domain } = await unwrap(world.domains.claim(claim));
    for (const [name, site] of [
      [domain.id, beta],
      [domain.hostname, beta],
    ] as const) {
      const code = (await world.bindings.bind(name, site))._unsafeUnwrapErr().code;
      expect(["DOMAIN_TRANSITION_INVALID", "DOMAIN_NOT_FOUND"]).toContain(code);
    }
    const proven = await world.prove("other.de", acme);
    world.point("other.de");
    expect((await world.bindings.bind(proven.id, beta))._unsafeUnwrapErr().code).toBe("DOMAIN_TRANSITION_INVALID");
    expect([world.edge.routes.size, world.balancer.routes.size, world.desk.issued.size]).toEqual([0, 0, 0]);
  });
});

describe("a name that leads to another one", () => {
  it("is sent there where the place can, as soon as the other one is bound, and served again when that goes", async () => {
    const www = await world.prove("www.acme.de", acme, "ada", "to-apex");
    const apex = await world.prove("acme.de", acme);
    const shop = await world.prove("shop.acme.de", acme, "ada", "to-primary");
    for (const { hostname } of [www, apex, shop]) world.point(hostname);
    await unwrap(world.bindings.bind(www.id, acme));
    expect(world.visit("www.acme.de")).toEqual([acme, `nodes-of-${acme}`]);
    await unwrap(world.bindings.bind(apex.id, acme, { primary: true }));
    await unwrap(world.bindings.bind(shop.id, acme));
    expect(world.visit("www.acme.de")).toEqual(["→ acme.de", "→ acme.de"]);
    expect(world.visit("shop.acme.de")).toEqual([acme, "→ acme.de"]);

    await unwrap(world.bindings.unbind(apex.id));
    expect(world.visit("acme.de")).toEqual([null, null]);
    expect(world.visit("www.acme.de")).toEqual([acme, `nodes-of-${acme}`]);
    expect(world.visit("shop.acme.de")[0]).toBe(acme);
  });

  it("is never sent in a ring", async () => {
    const www = await world.prove("www.acme.de", acme, "ada", "to-apex");
    const apex = await world.prove("acme.de", acme, "ada", "to-www");
    for (const { id, hostname } of [www, apex]) {
      world.point(hostname);
      await unwrap(world.bindings.bind(id, acme));
    }
    expect([world.visit("www.acme.de")[0], world.visit("acme.de")[0]]).toEqual([acme, acme]);
  });
});

describe("unbinding", () => {
  it("takes the route first, then certificate and records, and gives up the name last", async () => {
    const { id } = await world.prove("www.ours.de", acme);
    await unwrap(world.bindings.bind(id, acme));
    world.told.length = 0;
    const undone = await unwrap(world.bindings.unbind(id));
    expect(states(undone.steps)).toEqual([
      "route edge1 done",
      "route balancer done",
      "certificate certificates done",
      "dns memory done",
      "domain store done",
    ]);
    expect(world.told.map(({ kind }) => kind)).toEqual([
      "binding.unrouted",
      "binding.unrouted",
      "binding.certificate_released",
      "binding.dns_removed",
      "binding.undone",
    ]);
    expect([undone.domain?.state, records(), world.visit("www.ours.de"), world.desk.issued.size]).toEqual([
      "detached",
      [],
      [null, null],
      0,
    ]);
    const again = await unwrap(world.bindings.unbind(id));
    expect(again.steps.some(({ changed }) => changed)).toBe(false);
    expect(await unwrap(world.bindings.unbind(host("never.bound.de")))).toEqual({ domain: undefined, steps: [] });
  });

  it("stops where a place does not let go, keeps the name, and goes on with the next call", async () => {
    const { id } = await world.prove("www.ours.de", acme);
    await unwrap(world.bindings.bind(id, acme));
    const stubborn = world.composeBindings((port) =>
      (port as Partial<HostRoutes>).name === "balancer" ? failAt(port, { method: "unroute" }) : port,
    );
    const refused = (await stubborn.unbind(id))._unsafeUnwrapErr();
    if (!hasCode(refused, "BINDING_INCOMPLETE")) throw refused;
    expect(refused.details).toMatchObject({ operation: "unbind", steps: [{ step: "route", place: "balancer" }] });
    expect([refused.retryable, world.visit("www.ours.de")]).toEqual([true, [null, `nodes-of-${acme}`]]);
    expect([(await unwrap(world.domains.get(id))).state, records().length, world.desk.issued.size]).toEqual([
      "active",
      2,
      1,
    ]);
    expect((await unwrap(world.bindings.unbind(id))).domain?.state).toBe("detached");
    expect(world.visit("www.ours.de")).toEqual([null, null]);
  });
});

describe("what goes wrong", () => {
  it("at one place leaves the others done, and the next call does the rest", async () => {
    const { id } = await world.prove("www.ours.de", acme);
    const lame = world.composeBindings((port) =>
      (port as Partial<HostRoutes>).name === "edge1" ? failAt(port, { method: "route" }) : port,
    );
    const refused = (await lame.bind(id, acme))._unsafeUnwrapErr();
    expect([refused.code, refused.message]).toEqual([
      "BINDING_INCOMPLETE",
      expect.stringContaining("www.ours.de is not bound everywhere: route at edge1: "),
    ]);
    expect(world.visit("www.ours.de")).toEqual([null, `nodes-of-${acme}`]);
    await unwrap(world.bindings.bind(id, acme));
    expect(world.visit("www.ours.de")[0]).toBe(acme);
  });

  it("in the zone meanwhile is looked at again", async () => {
    const { id } = await world.prove("www.ours.de", acme);
    let struck = 0;
    const bindings = world.composeBindings((port) => port, {
      dns: {
        addresses: ["203.0.113.1"],
        provider: {
          ...world.provider,
          applyChanges: (request, options) => {
            struck += 1;
            if (struck > 1) return world.provider.applyChanges(request, options);
            const changes = [
              { action: "add", name: "mail.ours.de", type: "A", values: ["192.0.2.1"], ttlSeconds: 60 },
            ] as const;
            return world.provider
              .applyChanges({ zone: "ours.de", changes })
              .andThen(() => world.provider.applyChanges(request, options));
          },
        } satisfies DnsProvider,
      },
    });
    await unwrap(bindings.bind(id, acme));
    expect([struck, records().toSorted()]).toEqual([2, ["mail.ours.de A 192.0.2.1", "www.ours.de A 203.0.113.1"]]);
  });

  it("by hand is put right, and what nobody has on record is left alone", async () => {
    const { id } = await world.prove("www.ours.de", acme);
    await unwrap(world.bindings.bind(id, acme));
    await unwrap(world.bindings.bind(id, acme));
    world.edge.routes.set(host("www.ours.de"), { kind: "backend", backend: beta });
    world.balancer.routes.delete(host("www.ours.de"));
    world.edge.routes.set(host("foreign.de"), { kind: "backend", backend: beta });
    const looked = await unwrap(world.bindings.status(id));
    expect(looked.steps.filter(({ state }) => state === "missing").map(({ detail }) => detail)).toEqual([
      `www.ours.de leads to backend ${beta}.`,
      "www.ours.de is not routed.",
    ]);
    expect((await unwrap(world.bindings.reconcile(host("www.ours.de")))).changed).toBe(true);
    expect(world.visit("www.ours.de")).toEqual([acme, `nodes-of-${acme}`]);
    expect((await unwrap(world.bindings.reconcile(host("www.ours.de")))).changed).toBe(false);
    expect((await unwrap(world.bindings.reconcile(host("foreign.de")))).changed).toBe(false);
    expect(world.visit("foreign.de")[0]).toBe(beta);
  });
});

describe("a sweep", () => {
  it("takes down what was lost to another tenant, and what was released without unbinding", async () => {
    const first = await world.prove("acme.de", acme, "ada");
    world.point("acme.de");
    await unwrap(world.bindings.bind(first.id, acme));
    const other = await world.prove("other.de", acme, "ada");
    world.point("other.de");
    await unwrap(world.bindings.bind(other.id, acme));
    const { last } = await unwrap(world.bindings.sweep());

    // Ada's proof and route are gone; Bob proves the name.
    world.dns.delete("_hostelry-challenge.acme.de TXT");
    world.point("acme.de", false);
    await unwrap(world.domains.recheck(first.id));
    const second = await world.prove("acme.de", beta, "bob");
    await unwrap(world.domains.release(other.id));
    expect(world.visit("acme.de")[0]).toBe(acme);

    const swept = await unwrap(world.bindings.sweep({ after: last }));
    expect([swept.done, swept.repaired, swept.failed]).toEqual([2, 2, []]);
    expect([world.visit("acme.de"), world.visit("other.de")]).toEqual([
      [null, null],
      [null, null],
    ]);
    expect([...world.desk.issued.keys()]).toEqual([]);
    world.point("acme.de");
    await unwrap(world.bindings.bind(second.id, beta));
    expect(world.visit("acme.de")).toEqual([beta, `nodes-of-${beta}`]);
    expect((await unwrap(world.bindings.sweep({ after: swept.last }))).repaired).toBe(0);
  });

  it("takes down what is left of a tenant whose record is gone, when another one has proven the name", async () => {
    const first = await world.prove("www.ours.de", acme, "ada");
    await unwrap(world.bindings.bind(first.id, acme));
    // Given up without unbinding; an hour later its record is a tombstone, which goes when Bob proves the name.
    await unwrap(world.domains.release(first.id));
    await world.clock.advance(2 * 3_600_000);
    await unwrap(world.domains.sweep());
    const second = await world.prove("www.ours.de", beta, "bob");
    expect((await world.domains.get(first.id)).isErr()).toBe(true);
    expect([records().length, world.desk.issued.size, world.visit("www.ours.de")[0]]).toEqual([2, 1, acme]);
    expect((await unwrap(world.bindings.sweep())).failed).toEqual([]);
    expect([records(), world.desk.issued.size, world.visit("www.ours.de")]).toEqual([[], 0, [null, null]]);
    await unwrap(world.bindings.bind(second.id, beta));
    await unwrap(world.bindings.unbind(second.id));
    expect(world.provider.zones.get("ours.de")?.sets.size).toBe(0);
  });

  it("of everything takes away what nobody has on record, where nobody else routes names", async () => {
    const target = { kind: "backend", backend: beta } as const;
    world.edge.routes.set(host("stray.de"), target);
    world.balancer.routes.set(host("stray.de"), target);
    const bindings = world.composeBindings((port) => port, {
      routes: [{ routes: world.edge, exclusive: true }, { routes: world.balancer }],
    });
    expect((await unwrap(bindings.sweep({ after: 1 }))).strays).toEqual([]);
    expect((await unwrap(bindings.sweep())).strays).toEqual([{ place: "edge1", removed: ["stray.de"] }]);
    expect(world.visit("stray.de")).toEqual([null, beta]);
  });

  it("comes back to what failed", async () => {
    const { id } = await world.prove("acme.de", acme);
    world.point("acme.de");
    await unwrap(world.domains.activate(id));
    const lame = world.composeBindings((port) =>
      (port as Partial<HostRoutes>).name === "edge1" ? failAt(port, { method: "route" }) : port,
    );
    const swept = await unwrap(lame.sweep());
    expect([swept.done, swept.failed.map(({ hostname }) => hostname)]).toEqual([0, ["acme.de"]]);
    const after = await unwrap(world.bindings.sweep({ after: swept.last }));
    expect([after.done, world.visit("acme.de")[0]]).toEqual([1, acme]);
  });
});

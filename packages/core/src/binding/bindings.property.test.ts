import type { MemoryHostRoutes } from "@hostelry/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { challengeName } from "../domain/challenge.ts";
import { type Domain, isHeld, isRouted } from "../domain/domain.ts";
import { tenant } from "../domain/fixtures/domain-world.ts";
import type { Hostname } from "../domain/hostname.ts";
import { unwrap } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { type BindingWorld, bindingWorld } from "./fixtures/binding-world.ts";
import { mortal } from "./fixtures/mortal.ts";

const registered = ["acme", "beta", "core", "dune", "echo", "fern", "gold", "hill"];
const hosts: readonly string[] = [
  ...registered.flatMap((name) => [`${name}.de`, `www.${name}.de`, `shop.${name}.de`]),
  ...Array.from({ length: 12 }, (_, index) => `customer-${index}.ours.de`),
  ...["acme", "beta", "core", "dune"].map((label) => `${label}.sites.hoster.net`),
];
const tenants = ["ada", "bob", "cyd", "dan", "mallory"];
const hourMs = 3_600_000;
const hasty = {
  recheckMs: hourMs,
  failuresUntilSuspect: 1,
  suspectMs: 2 * hourMs,
  graceMs: 3 * hourMs,
  tombstoneMs: 60 * hourMs,
};

const verbs = [
  "win",
  "win",
  "win",
  "claim",
  "prove",
  "verify",
  "point",
  "bind",
  "bind",
  "bind-early",
  "bind-foreign",
  "bind-and-die",
  "unbind",
  "unbind-and-die",
  "release",
  "lose",
  "lose",
  "wait",
  "wait-long",
  "redirect",
  "by-hand",
  "sweep",
] as const;
interface Act {
  readonly verb: (typeof verbs)[number];
  readonly host: number;
  readonly tenant: number;
  readonly number: number;
}

/** Few names at a time, so that tenants meet on them; all forty over the runs. */
const acts = fc.integer({ min: 0, max: hosts.length - 1 }).chain((first) =>
  fc.array(
    fc.record<Act>({
      verb: fc.constantFrom(...verbs),
      host: fc.integer({ min: 0, max: 2 }).map((offset) => (first + offset) % hosts.length),
      tenant: fc.integer({ min: 0, max: tenants.length - 1 }),
      number: fc.integer({ min: 1, max: 16 }),
    }),
    { minLength: 40, maxLength: 80 },
  ),
);

/** The world, and what has to stay true in it. */
interface Trial {
  readonly world: BindingWorld;
  readonly sites: readonly SiteId[];
  /** `tenant name` of every proof that was seen in place when a name was verified. */
  readonly proven: Set<string>;
  readonly counts: Map<string, number>;
}

const all = ({ world }: Trial): readonly Domain[] => [...world.store.domains.domains.values()];

async function act(trial: Trial, { verb, host, tenant: who, number }: Act): Promise<void> {
  const { world, sites } = trial;
  const { domains, bindings, dns, clock } = world;
  const hostname = hosts[host] as Hostname;
  const tenantId = tenant(tenants[who] as string);
  const siteId = sites[who] as SiteId;
  const own = all(trial).findLast((each) => each.hostname === hostname && each.tenantId === tenantId);
  const also = (next: Act["verb"]): Promise<void> => act(trial, { verb: next, host, tenant: who, number });
  switch (verb) {
    case "win":
      for (const step of ["claim", "prove", "verify", "point", "bind"] as const) await also(step);
      return;
    case "lose":
      if (own !== undefined) dns.delete(`${challengeName("hostelry", own)} TXT`);
      world.point(hostname, false);
      for (const step of ["wait", "wait"] as const) await also(step);
      return;
    case "claim": {
      const claimed = await domains.claim({ tenantId, siteId, hostname });
      if (claimed.isOk() && isHeld(claimed.value.domain)) trial.proven.add(`${tenantId} ${hostname}`);
      return;
    }
    case "prove": {
      if (own === undefined) return;
      const key = `${challengeName("hostelry", own)} TXT`;
      dns.set(key, [...new Set([...(dns.get(key) ?? []), own.challenge.token])]);
      return;
    }
    case "verify": {
      if (own?.state !== "claimed") return;
      const inPlace = dns.get(`${challengeName("hostelry", own)} TXT`)?.includes(own.challenge.token) === true;
      const verified = await domains.verify(own.id);
      if (verified.isErr()) return;
      expect(inPlace || own.challenge.method === "platform").toBe(true);
      trial.proven.add(`${tenantId} ${hostname}`);
      return;
    }
    case "point":
      world.point(hostname);
      return;
    case "bind":
    case "bind-early":
      count(trial, await bindings.bind(own?.id ?? hostname, siteId, { beforePointing: verb === "bind-early" }));
      return;
    case "bind-foreign": {
      // With somebody else's domain, by its id and by its name.
      const other = all(trial).find((each) => each.hostname === hostname && each.tenantId !== tenantId);
      if (other === undefined) return;
      expect((await bindings.bind(other.id, siteId)).isErr()).toBe(true);
      const holder = all(trial).find((each) => each.hostname === hostname && isHeld(each));
      if (holder?.tenantId !== tenantId) expect((await bindings.bind(hostname, siteId)).isErr()).toBe(true);
      return;
    }
    case "bind-and-die":
    case "unbind-and-die": {
      if (own === undefined) return;
      const process = mortal(number, number % 2 === 0 ? "before" : "after");
      const dying = world.composeBindings(process.around);
      const dead = verb === "bind-and-die" ? dying.bind(own.id, siteId) : dying.unbind(own.id);
      try {
        count(trial, await dead);
      } catch (thrown) {
        if (!process.isDead) throw thrown;
      }
      return;
    }
    case "unbind":
      if (own !== undefined) count(trial, await bindings.unbind(own.id));
      return;
    case "release":
      if (own !== undefined) count(trial, await domains.release(own.id));
      return;
    case "wait":
    case "wait-long":
      await clock.advance(verb === "wait" ? hourMs : 20 * hourMs);
      await unwrap(domains.sweep());
      return;
    case "redirect":
      if (own !== undefined) {
        count(trial, await domains.setRedirect(own.id, number % 2 === 0 ? "to-primary" : "to-apex"));
      }
      return;
    case "by-hand":
      if (number % 2 === 0) world.balancer.routes.delete(hostname);
      else if (world.edge.routes.has(hostname)) world.edge.routes.set(hostname, { kind: "backend", backend: siteId });
      // Whoever does that is not to be seen as us: put right at once.
      await unwrap(bindings.reconcile(hostname));
      return;
    case "sweep": {
      const swept = await unwrap(bindings.sweep());
      expect(swept.failed.map(({ error }) => error.code)).toEqual([]);
      checkSwept(trial);
    }
  }
}

function count({ counts }: Trial, result: { isOk(): boolean }): void {
  const key = result.isOk() ? "done" : "refused";
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Whose names lead where. */
function routesOf(
  place: MemoryHostRoutes,
  sites: readonly SiteId[],
): readonly (readonly [Hostname, SiteId | undefined])[] {
  return [...place.routes].map(([hostname, target]) => {
    const site = sites.find((each) => target.kind === "backend" && target.backend.endsWith(each));
    return [hostname, site];
  });
}

/** What has to be true at any time, also in the midst of things and after a death. */
function checkAlways(trial: Trial): void {
  const { world, sites, proven } = trial;
  const wrong: string[] = [];
  const held = all(trial).filter(isHeld);
  if (new Set(held.map(({ hostname }) => hostname)).size < held.length) wrong.push("a name has two holders");
  for (const place of [world.edge, world.balancer]) {
    for (const [hostname, site] of routesOf(place, sites)) {
      const who = site === undefined ? undefined : tenants[sites.indexOf(site)];
      if (who !== undefined && !proven.has(`${who} ${hostname}`))
        wrong.push(`${hostname} is routed for ${who}, who never proved it`);
      if (who === undefined && !tenants.some((each) => proven.has(`${each} ${hostname}`)))
        wrong.push(`${hostname} is routed, unproven`);
    }
  }
  for (const { names, tenantId } of world.desk.issued.values()) {
    for (const name of names) if (!proven.has(`${tenantId} ${name}`)) wrong.push(`${name} has a certificate, unproven`);
  }
  // Nobody even asks for a certificate for a name that is not the tenant's.
  wrong.push(...world.desk.refused.map((name) => `a certificate for ${name} was asked for in vain`));
  expect(wrong).toEqual([]);
}

/** What has to be true after a sweep. */
function checkSwept(trial: Trial): void {
  const { world, sites } = trial;
  const routed = new Map(
    all(trial)
      .filter(isRouted)
      .map((domain) => [domain.hostname, domain]),
  );
  for (const place of [world.edge, world.balancer]) {
    expect([...place.routes.keys()].sort()).toEqual([...routed.keys()].sort());
    for (const [hostname, site] of routesOf(place, sites)) {
      if (site !== undefined) expect([hostname, site]).toEqual([hostname, routed.get(hostname)?.siteId]);
    }
  }
  for (const { names, tenantId } of world.desk.issued.values()) {
    for (const name of names) {
      const ofName = all(trial).filter(({ hostname, state }) => hostname === name && state !== "claimed");
      // A name that is on record no more, for nobody swept while its tombstone lasted: its certificate is not renewed, and ends.
      if (ofName.length > 0) expect([name, ofName.find(isHeld)?.tenantId]).toEqual([name, tenantId]);
    }
  }
  trial.counts.set("swept", (trial.counts.get("swept") ?? 0) + routed.size);
}

describe("forty names, five tenants and two places", () => {
  it("never route or certify a name for who has not proven it, and route exactly what is on record after a sweep", async () => {
    const counts = new Map<string, number>();
    const isFull = process.env["HOSTELRY_ROUNDS"] === "full";
    await fc.assert(
      fc.asyncProperty(acts, async (list) => {
        const world = bindingWorld(hasty);
        const sites: SiteId[] = [];
        for (const name of tenants) sites.push(await world.site(name));
        const trial: Trial = { world, sites, proven: new Set(), counts };
        for (const each of list) {
          await act(trial, each);
          checkAlways(trial);
        }
        await act(trial, { verb: "sweep", host: 0, tenant: 0, number: 1 });
      }),
      isFull ? { numRuns: 200 } : { numRuns: 10, seed: 11 },
    );
    // The trial is worth something only when all of this has happened.
    for (const what of ["done", "refused", "swept"]) expect([what, (counts.get(what) ?? 0) > 0]).toEqual([what, true]);
  }, 900_000);
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Result, unwrap } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { challengeName, challengePath } from "./challenge.ts";
import { type Domain, isHeld, isRouted } from "./domain.ts";
import { type DomainIndex, domainIndex } from "./domain-index.ts";
import { type DomainWorld, domainWorld, edgeAddress, tenant } from "./fixtures/domain-world.ts";

const registered = ["acme", "beta", "core", "dune", "echo", "fern", "gold", "hill", "iris"];
const hosts: readonly string[] = [
  ...registered.flatMap((name) => [`${name}.de`, `www.${name}.de`, `shop.${name}.de`, `*.${name}.de`]),
  ...["acme", "beta", "core", "dune"].map((label) => `${label}.sites.hoster.net`),
];
const tenants = ["ada", "bob", "cyd", "dan", "mallory"];

/** Short times, so that a trial sees all of a domain's life. */
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
  "lose",
  "lose",
  "claim",
  "claim",
  "claim-by-http",
  "prove",
  "prove",
  "unprove",
  "verify",
  "verify",
  "verify",
  "point",
  "point",
  "unpoint",
  "activate",
  "activate",
  "activate-early",
  "release",
  "wait",
  "wait",
  "wait",
  "wait-long",
  "outage",
  "refresh",
] as const;
interface Act {
  readonly verb: (typeof verbs)[number];
  readonly host: number;
  readonly tenant: number;
}

/** Few names at a time, so that tenants meet on them; all forty over the runs. */
const acts = fc.integer({ min: 0, max: hosts.length - 1 }).chain((first) =>
  fc.array(
    fc.record<Act>({
      verb: fc.constantFrom(...verbs),
      host: fc.integer({ min: 0, max: 2 }).map((offset) => (first + offset) % hosts.length),
      tenant: fc.integer({ min: 0, max: tenants.length - 1 }),
    }),
    { minLength: 60, maxLength: 120 },
  ),
);

/** The world, and what has to stay true in it. */
interface Trial {
  readonly world: DomainWorld;
  readonly index: DomainIndex;
  readonly sites: readonly SiteId[];
  /** Domains whose proof was seen to be in place when they were verified. */
  readonly proven: Set<string>;
  readonly counts: Map<string, number>;
}

const all = ({ world }: Trial): readonly Domain[] => [...world.store.domains.domains.values()];

function proofKey(domain: Domain): string {
  return domain.challenge.method === "http"
    ? `${domain.hostname} ${challengePath("hostelry", domain)}`
    : `${challengeName("hostelry", domain)} TXT`;
}

function isProofInPlace({ world }: Trial, domain: Domain): boolean {
  const { method, token } = domain.challenge;
  if (method === "platform") return true;
  if (method === "http") return world.hosts.get(proofKey(domain))?.text === token;
  return world.dns.get(proofKey(domain))?.includes(token) === true;
}

function prove({ world }: Trial, domain: Domain, inPlace: boolean): void {
  const { method, token } = domain.challenge;
  const key = proofKey(domain);
  if (method === "http") {
    if (inPlace) world.hosts.set(key, { reached: true, status: 200, text: token });
    else world.hosts.delete(key);
  }
  if (method !== "dns") return;
  const others = (world.dns.get(key) ?? []).filter((value) => value !== token);
  world.dns.set(key, inPlace ? [...others, token] : others);
}

async function act(trial: Trial, { verb, host, tenant: who }: Act): Promise<void> {
  const { world, index, sites } = trial;
  const { domains, dns, lies, clock } = world;
  const hostname = hosts[host] as string;
  const tenantId = tenant(tenants[who] as string);
  const own = all(trial).findLast((each) => each.hostname === hostname && each.tenantId === tenantId);
  const pointed = `${hostname.replace("*.", "any.")} A`;
  switch (verb) {
    case "win":
      for (const step of ["claim", "prove", "verify", "point", "activate"] as const) {
        await act(trial, { verb: step, host, tenant: who });
      }
      return;
    case "lose":
      for (const step of ["unprove", "unpoint", "wait", "wait"] as const) {
        await act(trial, { verb: step, host, tenant: who });
      }
      return;
    case "claim":
    case "claim-by-http": {
      const method = verb === "claim" ? "dns" : "http";
      const before = all(trial);
      const claimed = await domains.claim({ tenantId, siteId: sites[who] as SiteId, hostname, method });
      if (claimed.isOk() && claimed.value.domain.challenge.method === "platform") {
        checkVerified(trial, before, claimed.value.domain, true);
      }
      return;
    }
    case "prove":
    case "unprove":
      if (own !== undefined) prove(trial, own, verb === "prove");
      return;
    case "verify": {
      if (own === undefined) return;
      const [before, inPlace] = [all(trial), isProofInPlace(trial, own)];
      const verified = await domains.verify(own.id);
      if (verified.isOk() && own.state === "claimed") checkVerified(trial, before, verified.value, inPlace);
      return;
    }
    case "point":
      dns.set(pointed, [edgeAddress]);
      return;
    case "unpoint":
      dns.set(pointed, ["192.0.2.66"]);
      return;
    case "activate":
    case "activate-early":
      if (own !== undefined) told(trial, await domains.activate(own.id, { beforePointing: verb === "activate-early" }));
      return;
    case "release":
      if (own !== undefined) told(trial, await domains.release(own.id));
      return;
    case "wait":
    case "wait-long":
      await clock.advance(verb === "wait" ? hourMs : 20 * hourMs);
      await unwrap(domains.sweep());
      return;
    case "outage":
      if (lies.size > 0) lies.clear();
      else for (const server of ["ns", "one", "two"]) lies.set(server, "timeout");
      return;
    case "refresh":
      await unwrap(index.refresh());
  }
}

/** What has to be true when a name has got a holder. */
function checkVerified(trial: Trial, before: readonly Domain[], domain: Domain, inPlace: boolean): void {
  expect(inPlace).toBe(true);
  trial.proven.add(domain.id);
  count(trial, "verified");
  const ofName = before.filter(({ hostname, id }) => hostname === domain.hostname && id !== domain.id);
  if (ofName.some(isHeld)) count(trial, "taken over");
  const [last] = ofName
    .filter(({ detachedAt }) => detachedAt !== undefined)
    .sort((one, other) => Number(other.detachedAt) - Number(one.detachedAt) || other.change - one.change);
  if (last?.detachedAt === undefined || last.tenantId === domain.tenantId) return;
  count(trial, "after another");
  expect(domain.challenge.method).toBe("dns");
  expect(domain.challenge.issuedAt >= last.detachedAt).toBe(true);
}

/** A refusal is as good as a success here: what has to be true is true after either. */
function told(trial: Trial, result: Result<unknown, unknown>): void {
  count(trial, result.isOk() ? "done" : "refused");
}

function count({ counts }: Trial, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

/** What has to be true at any time. */
async function checkAlways(trial: Trial): Promise<void> {
  const { index, proven } = trial;
  const held = all(trial).filter(isHeld);
  const routed = held.filter(isRouted);
  const primaries = routed.filter(({ primary }) => primary);
  await unwrap(index.refresh());
  const wrong: string[] = [];
  if (new Set(held.map(({ hostname }) => hostname)).size < held.length) wrong.push("a name has two holders");
  if (held.some(({ id }) => !proven.has(id))) wrong.push("a name is held without a proof");
  if (new Set(primaries.map(({ siteId }) => siteId)).size < primaries.length)
    wrong.push("a site has two primary names");
  if (index.size !== routed.length) wrong.push("the index has another number of names");
  for (const hostname of hosts) {
    const host = hostname.replace("*.", "any.");
    const owner =
      routed.find((each) => each.hostname === host) ??
      routed.find((each) => each.hostname === host.replace(/^[^.]+/, "*"));
    if (index.find(host)?.domainId !== owner?.id) wrong.push(`${host} is routed wrongly`);
    if (index.mayIssue(host).allowed !== (owner?.state === "active")) wrong.push(`${host} gets a certificate, or none`);
    if (owner !== undefined) count(trial, owner.state);
  }
  expect(wrong).toEqual([]);
}

describe("forty names and five tenants", () => {
  it("never have two holders of a name, an unproven name that is routed, or a tombstone that is not respected", async () => {
    const counts = new Map<string, number>();
    const isFull = process.env["HOSTELRY_ROUNDS"] === "full";
    await fc.assert(
      fc.asyncProperty(acts, async (list) => {
        const world = domainWorld({ policy: hasty });
        const sites: SiteId[] = [];
        for (const name of tenants) sites.push(await world.site(name));
        const index = domainIndex({ store: world.store, clock: world.clock });
        const trial: Trial = { world, index, sites, proven: new Set(), counts };
        for (const each of list) {
          await act(trial, each);
          await checkAlways(trial);
        }
      }),
      isFull ? { numRuns: 600 } : { numRuns: 10, seed: 7 },
    );
    // The trial is worth something only when all of this has happened.
    for (const what of ["verified", "active", "suspect", "grace", "after another", "taken over"]) {
      expect([what, (counts.get(what) ?? 0) > 0]).toEqual([what, true]);
    }
  }, 300_000);
});

import { beforeEach, describe, expect, it } from "vitest";
import { type HostingError, isHostingError } from "../errors/index.ts";
import { type Result, unwrap } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { ClaimedDomain } from "./claim-domain.ts";
import type { Domain } from "./domain.ts";
import { defaultDomainPolicy } from "./domain-policy.ts";
import { type DomainWorld, domainWorld, edgeAddress, edgeMark, tenant } from "./fixtures/domain-world.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let world: DomainWorld;
let siteId: SiteId;
beforeEach(async () => {
  world = domainWorld();
  siteId = await world.site("acme");
});

async function refusal<T, E>(result: PromiseLike<Result<T, E>>): Promise<HostingError> {
  const settled = await result;
  const error: unknown = settled.isErr() ? settled.error : undefined;
  if (!isHostingError(error)) throw new Error("expected an error");
  return error;
}

function claim(hostname: string, facts: { readonly who?: string; readonly method?: "dns" | "http" } = {}) {
  const { who = "acme", method } = facts;
  return unwrap(world.domains.claim({ tenantId: tenant(who), siteId, hostname, method }));
}

/** Does what the customer was told to do. */
function obey({ instructions }: ClaimedDomain): void {
  if (instructions.method === "dns") {
    const key = `${instructions.name} TXT`;
    world.dns.set(key, [...(world.dns.get(key) ?? []), instructions.value]);
  }
  if (instructions.method === "http") {
    const { hostname, pathname } = new URL(instructions.url);
    world.hosts.set(`${hostname} ${pathname}`, { reached: true, status: 200, text: `${instructions.body}\n` });
  }
}

function pointHere(hostname: string): void {
  world.dns.set(`${hostname} A`, [edgeAddress]);
}

/** A name that is proven and routed. */
async function active(hostname: string, who?: string): Promise<Domain> {
  const claimed = await claim(hostname, { ...(who === undefined ? {} : { who }) });
  obey(claimed);
  pointHere(hostname);
  await unwrap(world.domains.verify(claimed.domain.id));
  return unwrap(world.domains.activate(claimed.domain.id));
}

/** Lets time go by, and does every five minutes what is due. */
async function pass(milliseconds: number, stepMs = hourMs): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += stepMs) {
    await world.clock.advance(stepMs);
    const swept = await unwrap(world.domains.sweep());
    expect(swept.failed).toEqual([]);
  }
}

describe("a customer's name", () => {
  it("goes from a claim over its proof to its site, and every step is on record and told", async () => {
    const claimed = await claim("Bücher.de");
    expect(claimed.instructions).toMatchObject({
      method: "dns",
      name: "_hostelry-challenge.xn--bcher-kva.de",
      type: "TXT",
    });
    expect(claimed.domain.challenge.token).toMatch(/^[0-9a-hjkmnp-tv-z]{32}$/);
    obey(claimed);
    expect(await unwrap(world.domains.verify(claimed.domain.id))).toMatchObject({ state: "verified" });
    pointHere("xn--bcher-kva.de");
    const routed = await unwrap(world.domains.activate(claimed.domain.id));
    expect(routed).toMatchObject({ state: "active", primary: true, redirect: "serve" });
    expect(await unwrap(world.domains.activate(routed.id))).toEqual(routed);
    expect(await unwrap(world.domains.verify(routed.id))).toEqual(routed);
    const actions = ["domain.claimed", "domain.verified", "domain.activated"];
    expect(world.actionsOf(siteId).slice(1)).toEqual(actions);
    expect(world.events.map(({ action }) => action)).toEqual(actions);
    expect(world.events[2]).toMatchObject({
      before: { state: "verified" },
      after: { hostname: "xn--bcher-kva.de", tenantId: "acme", state: "active" },
    });
  });

  it("is claimed once, with a challenge that stays until it has run out", async () => {
    const first = await claim("acme.de");
    const again = await claim("ACME.de.");
    expect(again).toEqual({ ...first, claimed: false });
    await world.clock.advance(7 * dayMs);
    const late = await claim("acme.de");
    expect(late.domain.id).toBe(first.domain.id);
    expect(late.domain.challenge.token).not.toBe(first.domain.challenge.token);
    const other = await claim("acme.de", { method: "http" });
    expect(other.instructions).toMatchObject({ method: "http" });
  });

  it("has another challenge for every tenant, and none counts for another", async () => {
    const [ours, theirs] = [await claim("acme.de"), await claim("acme.de", { who: "mallory" })];
    expect(ours.domain.challenge.token).not.toBe(theirs.domain.challenge.token);
    obey(ours);
    expect((await refusal(world.domains.verify(theirs.domain.id))).code).toBe("DOMAIN_NOT_PROVEN");
    expect(await unwrap(world.domains.verify(ours.domain.id))).toMatchObject({ state: "verified" });
  });

  it("can't be claimed for a second site of the same tenant", async () => {
    await claim("acme.de");
    const other = await world.site("other");
    const again = world.domains.claim({ tenantId: tenant("acme"), siteId: other, hostname: "acme.de" });
    expect((await refusal(again)).code).toBe("DOMAIN_TRANSITION_INVALID");
  });

  it("is proven by HTTP where the name leads, letter by letter and without a redirect", async () => {
    const claimed = await claim("acme.de", { method: "http" });
    const { hostname, pathname } = new URL((claimed.instructions as { readonly url: string }).url);
    for (const [answer, problem] of [
      [{ reached: false, status: 0, text: "" }, "absent"],
      [{ reached: true, status: 404, text: "" }, "absent"],
      [{ reached: true, status: 302, text: claimed.domain.challenge.token }, "different"],
      [{ reached: true, status: 200, text: "<html>" }, "different"],
    ] as const) {
      world.hosts.set(`${hostname} ${pathname}`, answer);
      const error = await refusal(world.domains.verify(claimed.domain.id));
      expect(error.details).toMatchObject({ problem, place: pathname, method: "http" });
      await world.clock.advance(hourMs);
    }
    obey(claimed);
    expect(await unwrap(world.domains.verify(claimed.domain.id))).toMatchObject({ state: "verified" });
  });

  it("is proven as a wildcard by DNS alone, under a name of its own", async () => {
    const claimed = await claim("*.acme.de", { method: "http" });
    expect(claimed.instructions).toMatchObject({ name: "_hostelry-wildcard-challenge.acme.de" });
    world.dns.set("_hostelry-challenge.acme.de TXT", [claimed.domain.challenge.token]);
    expect((await refusal(world.domains.verify(claimed.domain.id))).code).toBe("DOMAIN_NOT_PROVEN");
  });

  it("needs no proof below the platform's root, and is the first one's", async () => {
    const claimed = await claim("Acme.sites.hoster.net");
    expect(claimed).toMatchObject({ domain: { state: "verified" }, instructions: { method: "platform" } });
    expect(await unwrap(world.domains.activate(claimed.domain.id))).toMatchObject({ state: "active" });
    const rival = world.domains.claim({ tenantId: tenant("mallory"), siteId, hostname: "acme.sites.hoster.net" });
    expect((await refusal(rival)).details).toMatchObject({ reason: "held" });
    await pass(2 * dayMs, dayMs / 2);
    expect(await unwrap(world.domains.get(claimed.domain.id))).toMatchObject({ state: "active", dueAt: undefined });
  });
});

describe("the look for a proof", () => {
  it("asks the zone's servers first, so that no resolver remembers that there was nothing", async () => {
    const { domain } = await claim("acme.de");
    expect((await refusal(world.domains.verify(domain.id))).details).toMatchObject({ problem: "absent" });
    expect(world.asked).toEqual(["ns _hostelry-challenge.acme.de TXT"]);
  });

  it("is taken again after longer and longer pauses only", async () => {
    const { domain } = await claim("acme.de");
    const pauses: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      const { details } = await refusal(world.domains.verify(domain.id));
      const retryAt = new Date((details as { readonly retryAt: string }).retryAt);
      pauses.push((retryAt.getTime() - world.clock.now().getTime()) / 1000);
      const asked = world.asked.length;
      expect((await refusal(world.domains.verify(domain.id))).code).toBe("DOMAIN_CHECK_TOO_EARLY");
      expect(world.asked.length).toBe(asked);
      await world.clock.advance(retryAt.getTime() - world.clock.now().getTime());
    }
    expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]);
  });

  it("believes no single resolver", async () => {
    const claimed = await claim("acme.de");
    const { token } = claimed.domain.challenge;
    world.dns.set("acme.de A", ["192.0.2.1"]);
    const shown = { status: "found", values: [token], ttlSeconds: 1, aliases: [] } as const;
    world.lies.set("ns", { ...shown, status: "no-data", values: [] });
    world.lies.set("one", shown);
    const error = await refusal(world.domains.verify(claimed.domain.id));
    expect(error.details).toMatchObject({ problem: "resolvers-disagree" });
    world.lies.set("two", { ...shown, values: ["v=spf1 -all", ` token=${token} expiry=never`] });
    await world.clock.advance(hourMs);
    expect(await unwrap(world.domains.verify(claimed.domain.id))).toMatchObject({ state: "verified" });
  });

  it("takes something else for something else, and no answer for no failure", async () => {
    const { domain } = await claim("acme.de");
    world.dns.set("_hostelry-challenge.acme.de TXT", [`x${domain.challenge.token}`, domain.challenge.token.slice(1)]);
    expect((await refusal(world.domains.verify(domain.id))).details).toMatchObject({ problem: "different" });
    await world.clock.advance(hourMs);
    for (const server of ["ns", "one", "two"]) world.lies.set(server, "timeout");
    const before = await unwrap(world.domains.get(domain.id));
    expect((await refusal(world.domains.verify(domain.id))).code).toBe("DNS_LOOKUP_FAILED");
    expect(await unwrap(world.domains.get(domain.id))).toEqual(before);
  });

  it("refuses a challenge that has run out, and the claim is forgotten", async () => {
    const claimed = await claim("acme.de");
    obey(claimed);
    await world.clock.advance(defaultDomainPolicy.challengeMs);
    const error = await refusal(world.domains.verify(claimed.domain.id));
    expect([error.retryable, error.details]).toEqual([false, expect.objectContaining({ problem: "expired" })]);
    await pass(hourMs);
    expect((await refusal(world.domains.get(claimed.domain.id))).code).toBe("DOMAIN_NOT_FOUND");
    expect(world.actionsOf(siteId).at(-1)).toBe("domain.forgotten");
  });
});

describe("where a name leads", () => {
  const verified = async (hostname = "acme.de"): Promise<Domain> => {
    const claimed = await claim(hostname);
    obey(claimed);
    return unwrap(world.domains.verify(claimed.domain.id));
  };

  it.each([
    ["no-name", {}],
    ["no-addresses", { "acme.de MX": ["10 mail.acme.de"] }],
    ["other-addresses", { "acme.de A": ["192.0.2.9"] }],
    ["partly", { "acme.de A": [edgeAddress, "192.0.2.9"] }],
    ["partly", { "acme.de A": [edgeAddress], "acme.de AAAA": ["2001:db8::9"] }],
  ] as const)("is not here: %s", async (finding, records) => {
    const domain = await verified();
    for (const [key, values] of Object.entries(records)) world.dns.set(key, values);
    expect(await unwrap(world.domains.checkPointing(domain.id))).toMatchObject({ finding });
    const error = await refusal(world.domains.activate(domain.id));
    expect(error).toMatchObject({ code: "DOMAIN_NOT_POINTING", details: { problem: finding } });
    expect(await unwrap(world.domains.activate(domain.id, { beforePointing: true }))).toMatchObject({
      state: "active",
    });
  });

  it("is here by addresses, or by what answers behind a proxy", async () => {
    const domain = await verified();
    world.dns.set("acme.de AAAA", ["2001:db8::1"]);
    expect(await unwrap(world.domains.checkPointing(domain.id))).toMatchObject({ finding: "here" });
    world.dns.set("acme.de AAAA", ["2001:db8::cd"]);
    world.hosts.set("acme.de /.well-known/hostelry-edge", { reached: true, status: 200, text: edgeMark });
    expect(await unwrap(world.domains.checkPointing(domain.id))).toMatchObject({ finding: "here-by-proxy" });
    expect(await unwrap(world.domains.activate(domain.id))).toMatchObject({ state: "active" });
  });

  it("is not agreed on while some resolvers know no address", async () => {
    const domain = await verified();
    pointHere("acme.de");
    world.lies.set("two", { status: "no-name", values: [], ttlSeconds: null, aliases: [] });
    expect(await unwrap(world.domains.checkPointing(domain.id))).toMatchObject({ finding: "resolvers-disagree" });
  });
});

describe("a name that is not in order any more", () => {
  it("is suspect, then in grace, then detached, a tombstone, and forgotten, each in its time", async () => {
    const { id } = await active("acme.de");
    world.dns.clear();
    const seen: string[] = [];
    for (let hours = 0; hours < 24 * 40; hours += 1) {
      await pass(hourMs);
      const domain = await world.domains.get(id);
      const state = domain.isOk() ? domain.value.state : "gone";
      if (seen.at(-1)?.split(" ")[0] !== state) seen.push(`${state} ${hours + 1}`);
      if (state === "gone") break;
    }
    // Looked at after a day, then hourly: three failures; a day; three days; an hour; thirty days since it was detached.
    expect(seen).toEqual(["active 1", "suspect 26", "grace 50", "detached 122", "tombstone 123", "gone 842"]);
    const actions = ["suspected", "warned", "detached", "buried", "forgotten"].map((what) => `domain.${what}`);
    expect(world.actionsOf(siteId).slice(-5)).toEqual(actions);
  });

  it("stays while it leads here, or while its proof is there, and recovers by either", async () => {
    const { id } = await active("acme.de");
    world.dns.delete("_hostelry-challenge.acme.de TXT");
    await pass(3 * dayMs, 6 * hourMs);
    expect(await unwrap(world.domains.get(id))).toMatchObject({ state: "active", failures: 0 });
    world.dns.delete("acme.de A");
    await pass(3 * dayMs);
    expect(await unwrap(world.domains.get(id))).toMatchObject({ state: "grace" });
    pointHere("acme.de");
    await pass(2 * hourMs);
    expect(await unwrap(world.domains.get(id))).toMatchObject({ state: "active", failures: 0 });
    expect(world.actionsOf(siteId).at(-1)).toBe("domain.recovered");
  });

  it("is not held against it that nobody can be asked", async () => {
    const { id } = await active("acme.de");
    for (const server of ["ns", "one", "two"]) world.lies.set(server, "timeout");
    await pass(10 * dayMs, 6 * hourMs);
    expect(await unwrap(world.domains.get(id))).toMatchObject({ state: "active", failures: 0 });
  });

  it("is a claim again, with a new challenge, when it was never routed", async () => {
    const claimed = await claim("acme.de");
    obey(claimed);
    await unwrap(world.domains.verify(claimed.domain.id));
    world.dns.clear();
    await pass(2 * dayMs);
    const lost = await unwrap(world.domains.get(claimed.domain.id));
    expect(lost.state).toBe("claimed");
    expect(lost.challenge.token).not.toBe(claimed.domain.challenge.token);
  });
});

describe("a name that two tenants want", () => {
  it("stays with who has it while that one's proof is there", async () => {
    const mine = await active("acme.de");
    const rival = await claim("acme.de", { who: "rival" });
    obey(rival);
    expect((await refusal(world.domains.verify(rival.domain.id))).details).toMatchObject({ reason: "held" });
    expect(await unwrap(world.domains.get(mine.id))).toMatchObject({ state: "active", version: mine.version });
  });

  it("goes to who proves it by DNS, when its holder can't any more, though it leads here", async () => {
    const mine = await active("acme.de");
    const other = await world.site("rival");
    const rival = await unwrap(world.domains.claim({ tenantId: tenant("rival"), siteId: other, hostname: "acme.de" }));
    world.dns.set("_hostelry-challenge.acme.de TXT", [rival.domain.challenge.token]);
    expect(await unwrap(world.domains.verify(rival.domain.id))).toMatchObject({ state: "verified" });
    expect(await unwrap(world.domains.get(mine.id))).toMatchObject({ state: "detached", primary: false });
    expect(world.actionsOf(siteId).slice(-2)).toEqual(["domain.suspected", "domain.detached"]);
    expect(world.events.map(({ action }) => action).slice(-3)).toEqual([
      "domain.suspected",
      "domain.detached",
      "domain.verified",
    ]);
  });

  it("goes to who proves it by DNS, when its holder has proven it by HTTP only", async () => {
    const mine = await claim("acme.de", { method: "http" });
    obey(mine);
    await unwrap(world.domains.verify(mine.domain.id));
    const rival = await claim("acme.de", { who: "rival" });
    obey(rival);
    expect(await unwrap(world.domains.verify(rival.domain.id))).toMatchObject({ state: "verified" });
    expect(await unwrap(world.domains.get(mine.domain.id))).toMatchObject({ state: "claimed" });
  });

  it("never goes to a proof by HTTP while another has it, or has a name above it", async () => {
    await active("acme.de");
    world.dns.delete("_hostelry-challenge.acme.de TXT");
    for (const hostname of ["acme.de", "shop.acme.de"]) {
      const rival = await claim(hostname, { who: "rival", method: "http" });
      obey(rival);
      expect((await refusal(world.domains.verify(rival.domain.id))).code).toBe("DOMAIN_TAKEN");
    }
    const byDns = await claim("blog.acme.de", { who: "rival" });
    obey(byDns);
    expect(await unwrap(world.domains.verify(byDns.domain.id))).toMatchObject({ state: "verified" });
  });

  it("is not had by a proof from before its last tenant let it go", async () => {
    const mine = await active("acme.de");
    const rival = await claim("acme.de", { who: "rival" });
    obey(rival);
    await world.clock.advance(hourMs);
    expect(await unwrap(world.domains.release(mine.id))).toMatchObject({ state: "detached" });
    await pass(2 * hourMs);
    const error = await refusal(world.domains.verify(rival.domain.id));
    const until = new Date(Date.UTC(2026, 0, 31, 1)).toISOString();
    expect(error.details).toEqual({ hostname: "acme.de", reason: "tombstone", until });
  });
});

describe("releasing", () => {
  it("forgets a claim, detaches what is held, and may be repeated", async () => {
    const { domain } = await claim("acme.de");
    expect(await unwrap(world.domains.release(domain.id))).toBeUndefined();
    const held = await active("acme.com");
    const released = await unwrap(world.domains.release(held.id));
    expect(await unwrap(world.domains.release(held.id))).toEqual(released);
  });

  it("takes all names of a tenant", async () => {
    await active("acme.de");
    await claim("acme.com");
    await active("rival.de", "rival");
    expect(await unwrap(world.domains.releaseAll({ tenantId: tenant("acme") }))).toEqual({ released: 2 });
    expect(await unwrap(world.domains.releaseAll({ tenantId: tenant("acme") }))).toEqual({ released: 0 });
    const { items } = await unwrap(world.domains.list());
    expect(items.map(({ hostname, state }) => [hostname, state])).toEqual([
      ["acme.de", "detached"],
      ["rival.de", "active"],
    ]);
  });
});

describe("the primary name and redirects", () => {
  it("are changed by the tenant, and told once", async () => {
    const [first, second] = [await active("acme.de"), await active("www.acme.de")];
    expect([first.primary, second.primary]).toEqual([true, false]);
    expect(await unwrap(world.domains.setPrimary(second.id))).toMatchObject({ primary: true });
    expect(await unwrap(world.domains.setPrimary(second.id))).toMatchObject({ primary: true });
    expect(await unwrap(world.domains.setRedirect(first.id, "to-primary"))).toMatchObject({ redirect: "to-primary" });
    expect(await unwrap(world.domains.setRedirect(first.id, "to-primary"))).toMatchObject({ redirect: "to-primary" });
    expect(world.actionsOf(siteId).slice(-2)).toEqual(["domain.primary_set", "domain.redirect_set"]);
  });
});

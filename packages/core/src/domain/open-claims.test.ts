import { describe, expect, it } from "vitest";
import { hasCode } from "../errors/index.ts";
import { unwrap } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { type DomainWorld, domainWorld, tenant } from "./fixtures/domain-world.ts";

const claim = (world: DomainWorld, siteId: SiteId, hostname: string, who = "ada") =>
  world.domains.claim({ tenantId: tenant(who), siteId, hostname });

describe("claims that are not proven", () => {
  it("are no more than the policy allows, of each tenant, and the ones there are can be claimed again", async () => {
    const world = domainWorld({ policy: { maxOpenClaims: 2 } });
    const siteId = await world.site("acme");
    const { domain } = await unwrap(claim(world, siteId, "one.de"));
    await unwrap(claim(world, siteId, "two.de"));
    const refused = (await claim(world, siteId, "three.de"))._unsafeUnwrapErr();
    if (!hasCode(refused, "DOMAIN_CLAIMS_FULL")) throw refused;
    expect(refused.details).toEqual({ tenantId: "ada", openClaims: 2, maxOpenClaims: 2 });
    expect((await unwrap(claim(world, siteId, "two.de"))).claimed).toBe(false);
    expect((await unwrap(claim(world, siteId, "three.de", "bob"))).claimed).toBe(true);

    world.dns.set("_hostelry-challenge.one.de TXT", [domain.challenge.token]);
    await unwrap(world.domains.verify(domain.id));
    expect((await unwrap(claim(world, siteId, "three.de"))).claimed).toBe(true);
    expect((await claim(world, siteId, "four.de")).isErr()).toBe(true);
  });

  it("are no more when they are made at once", async () => {
    const world = domainWorld({ policy: { maxOpenClaims: 3 } });
    const siteId = await world.site("acme");
    const names = Array.from({ length: 12 }, (_, index) => `name-${index}.de`);
    const outcomes = await Promise.all(names.map((name) => claim(world, siteId, name)));
    const { items } = await unwrap(world.domains.list({ tenantId: tenant("ada") }));
    expect(items.length).toBeLessThanOrEqual(3);
    expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(items.length);
  });
});

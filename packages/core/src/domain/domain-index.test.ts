import { beforeEach, describe, expect, it } from "vitest";
import { hostingError } from "../errors/index.ts";
import { errAsync, unwrap } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { Domain } from "./domain.ts";
import { type DomainIndex, domainIndex } from "./domain-index.ts";
import { type DomainWorld, domainWorld, edgeAddress, tenant } from "./fixtures/domain-world.ts";

let world: DomainWorld;
let siteId: SiteId;
let index: DomainIndex;
beforeEach(async () => {
  world = domainWorld();
  siteId = await world.site("acme");
  index = domainIndex({ store: world.store, clock: world.clock });
});

async function active(hostname: string): Promise<Domain> {
  const { domain, instructions } = await unwrap(world.domains.claim({ tenantId: tenant("acme"), siteId, hostname }));
  if (instructions.method === "dns") world.dns.set(`${instructions.name} TXT`, [instructions.value]);
  world.dns.set(`${hostname} A`, [edgeAddress]);
  await unwrap(world.domains.verify(domain.id));
  return unwrap(world.domains.activate(domain.id, { beforePointing: true }));
}

describe("the index of routed names", () => {
  it("says no to everything until it has read the store", async () => {
    await active("acme.de");
    expect(index.mayIssue("acme.de")).toEqual({ allowed: false, reason: "stale" });
    await unwrap(index.refresh());
    expect(index.mayIssue("acme.de")).toEqual({ allowed: true, reason: "active" });
  });

  it("knows the name that a site is known under, until that is let go", async () => {
    const first = await active("acme.de");
    const second = await active("www.acme.de");
    await unwrap(index.refresh());
    expect(index.primaryOf(siteId)).toBe("acme.de");
    await unwrap(world.domains.setPrimary(second.id));
    await unwrap(index.refresh());
    expect(index.primaryOf(siteId)).toBe("www.acme.de");
    for (const { id } of [second, first]) await unwrap(world.domains.release(id));
    await unwrap(index.refresh());
    expect(index.primaryOf(siteId)).toBeUndefined();
  });

  it("knows a name in any case and with a dot at its end, and a wildcard for one label", async () => {
    const exact = await active("shop.acme.de");
    const star = await active("*.acme.de");
    await unwrap(index.refresh());
    expect(index.find("Shop.ACME.de.")?.domainId).toBe(exact.id);
    expect(index.find("blog.acme.de")?.domainId).toBe(star.id);
    expect(index.mayIssue("blog.acme.de").allowed).toBe(true);
    expect([index.find("acme.de"), index.find("a.blog.acme.de"), index.find("de")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each(["", ".", "*.acme.de", "acme.de:443", "acme..de", "acme.de/x", "[::1]", "a b.de", "acme_x.de", "ü.de", "de"])(
    "takes %j for no name",
    async (host) => {
      await active("*.acme.de");
      await unwrap(index.refresh());
      expect(index.mayIssue(host)).toEqual({ allowed: false, reason: "not-a-name" });
    },
  );

  it("says no for names that are claimed, verified, in doubt or detached", async () => {
    const { domain } = await unwrap(world.domains.claim({ tenantId: tenant("acme"), siteId, hostname: "acme.com" }));
    const held = await active("acme.de");
    await unwrap(index.refresh());
    expect(index.mayIssue(domain.hostname).reason).toBe("unknown");
    world.dns.clear();
    for (let hour = 0; hour < 30; hour += 1) {
      await world.clock.advance(3_600_000);
      await unwrap(world.domains.sweep());
    }
    await unwrap(index.refresh());
    expect(index.mayIssue("acme.de")).toEqual({ allowed: false, reason: "doubtful" });
    expect(index.find("acme.de")?.siteId).toBe(siteId);
    await unwrap(world.domains.release(held.id));
    await unwrap(index.refresh());
    expect(index.mayIssue("acme.de").reason).toBe("unknown");
  });

  it("forgets a name whose records went by while nobody looked", async () => {
    const first = await active("acme.de");
    await unwrap(index.refresh());
    await unwrap(world.domains.release(first.id));
    for (let hour = 0; hour < 24 * 31; hour += 12) {
      await world.clock.advance(12 * 3_600_000);
      await unwrap(world.domains.sweep());
    }
    expect((await world.domains.get(first.id)).isErr()).toBe(true);
    await unwrap(index.refresh());
    expect([index.find("acme.de"), index.size]).toEqual([undefined, 0]);
  });

  it("follows the store, waits out what is retryable, and says no when it has heard nothing for too long", async () => {
    let isDown = false;
    const { listDomainChanges } = world.store;
    const details = { adapter: "memory", operation: "listDomainChanges", state: "unchanged" } as const;
    index = domainIndex({
      clock: world.clock,
      store: {
        ...world.store,
        listDomainChanges: (request, options) =>
          isDown ? errAsync(hostingError("ADAPTER_FAILED", "Down.", details)) : listDomainChanges(request, options),
      },
    });
    const over = new AbortController();
    const following = index.follow(over.signal);
    await active("acme.de");
    await world.clock.advance(1000);
    expect(index.mayIssue("acme.de").allowed).toBe(true);
    isDown = true;
    await world.clock.advance(11 * 60_000);
    expect(index.mayIssue("acme.de").reason).toBe("stale");
    expect(index.find("acme.de")).toBeDefined();
    isDown = false;
    await world.clock.advance(10_000);
    expect(index.mayIssue("acme.de").allowed).toBe(true);
    over.abort();
    await following;
  });
});

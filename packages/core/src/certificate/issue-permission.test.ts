import { memoryDomainStore, memoryRecords, memoryStore, seededRandom } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import type { Domain } from "../domain/domain.ts";
import { unwrap } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { tenant } from "./fixtures/certificate-world.ts";
import { verifiedNames } from "./issue-permission.ts";

const at = new Date("2026-01-01T00:00:00.000Z");

async function storeWith(...hostnames: readonly string[]) {
  const records = memoryRecords();
  const sites = memoryStore({ records });
  const store = memoryDomainStore({ records });
  const siteId = "site-00000000000000000001" as SiteId;
  const audit = { actor: "test", action: "site.created", siteId, subject: siteId, at } as const;
  await unwrap(
    sites.createSite({ site: { id: siteId, name: "Site", state: "live", version: 1, createdAt: at }, audit }),
  );
  const random = seededRandom("permission");
  const claimed: Domain[] = [];
  for (const [index, hostname] of hostnames.entries()) {
    const token = Buffer.from(random.bytes(16)).toString("hex");
    const domain = {
      id: `domain-0000000000000000000${index}`,
      hostname,
      tenantId: tenant("acme"),
      siteId,
      state: "claimed",
      stateSince: at,
      challenge: { method: "dns", token, issuedAt: at, expiresAt: new Date(at.getTime() + 86_400_000) },
      failures: 0,
      attempts: 0,
      primary: false,
      redirect: "serve",
      createdAt: at,
      version: 1,
      change: 0,
    } as unknown as Domain;
    const claim = await unwrap(store.claimDomain({ domain, audit: { ...audit, action: "domain.claimed" } }));
    claimed.push(claim.domain);
  }
  const verify = (domain: Domain): Promise<unknown> =>
    unwrap(
      store.verifyDomain({
        domainId: domain.id,
        expectVersion: domain.version,
        above: [],
        now: at,
        dueAt: at,
        audit: { ...audit, action: "domain.verified" },
      }),
    );
  return { store, claimed, verify };
}

describe("names that may have a certificate", () => {
  it("are those that a tenant has proven, and the platform's own; a claim is not enough", async () => {
    const { store, claimed, verify } = await storeWith("example.com", "other.example");
    const [first] = claimed;
    if (first === undefined) throw new Error("claimed");
    const permission = verifiedNames({ store, platform: ["*.apps.example"] });
    expect(await unwrap(permission.of("example.com"))).toEqual({ allowed: false, reason: "claimed" });
    await verify(first);
    expect(await unwrap(permission.of("example.com"))).toEqual({ allowed: true, tenantId: "acme" });
    expect(await unwrap(permission.of("*.example.com"))).toEqual({ allowed: false, reason: "unknown" });
    expect(await unwrap(permission.of("other.example"))).toEqual({ allowed: false, reason: "claimed" });
    expect(await unwrap(permission.of("nobody.example"))).toEqual({ allowed: false, reason: "unknown" });
    expect(await unwrap(permission.of("*.apps.example"))).toEqual({ allowed: true });
    expect(await unwrap(permission.of("a.apps.example"))).toEqual({ allowed: false, reason: "unknown" });
  });
});

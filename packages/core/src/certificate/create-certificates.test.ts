import { memoryAuthority, memoryCertificateTarget } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { okAsync, unwrap } from "../result/index.ts";
import { createCertificates } from "./create-certificates.ts";
import { issued, provenAnew, seldom, sweepThrough, tenant, worldOf } from "./fixtures/certificate-world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const acme = tenant("acme");

describe("a certificate that is wanted", () => {
  it("is ordered, proven over HTTP, brought to every place and watched, by nothing but sweeps", async () => {
    const world = worldOf(["example.com", "www.example.com"]);
    const names = ["www.example.com", "example.com"];
    const first = await unwrap(world.certificates.ensure({ names }));
    expect(first).toMatchObject({ served: false, next: { what: "order" }, certificate: { state: "ordering" } });
    expect(first.next.at?.getTime()).toBe(world.clock.now().getTime() + 1000);
    expect(world.records.answers.size).toBe(2);
    await sweepThrough(world, minute);

    const { certificate, served, next } = await unwrap(world.certificates.advance(first.certificate.id));
    expect([served, next.what]).toEqual([true, "nothing"]);
    expect(certificate).toMatchObject({
      state: "issued",
      tenantId: acme,
      names: ["example.com", "www.example.com"],
      issued: { number: 1, source: "acme", authority: "production" },
      failures: 0,
    });
    expect(certificate.trouble).toBeUndefined();
    for (const { held } of world.targets)
      expect(held.get(certificate.id)).toMatchObject({ sha256: certificate.issued?.sha256 });
    expect(world.records.answers.size).toBe(0);
    expect(world.events.map(({ kind }) => kind)).toEqual([
      "certificate.wanted",
      "certificate.issued",
      "certificate.delivered",
    ]);
    const again = await unwrap(world.certificates.ensure({ names }));
    expect(again.certificate.id).toBe(certificate.id);
    expect(world.server.counts.calls["placeOrder"]).toBe(1);
  });

  it("is proven by DNS for a wildcard and its apex together, both values at one name", async () => {
    const world = worldOf(["example.com", "*.example.com"], {});
    const dns = world.options.solvers.filter(({ name }) => name === "dns");
    const certificates = createCertificates({ ...world.options, solvers: dns });
    const names = ["example.com", "*.example.com"];
    await unwrap(certificates.ensure({ names }));
    expect(world.txt.get("_acme-challenge.example.com")?.size).toBe(2);
    await sweepThrough({ ...world, certificates }, minute);
    const [held] = [...(world.targets[0]?.held.values() ?? [])];
    expect(held?.names).toEqual(["*.example.com", "example.com"]);
    expect(world.txt.size).toBe(0);
  });

  it("waits for a record until everybody sees it, and tells the authority only then", async () => {
    const world = worldOf(["*.example.com"]);
    world.unseen.add("_acme-challenge.example.com");
    await unwrap(world.certificates.ensure({ names: ["*.example.com"] }));
    await sweepThrough(world, 5 * minute);
    expect(world.server.counts.calls["answerChallenge"]).toBeUndefined();
    world.unseen.clear();
    await sweepThrough(world, 5 * minute);
    expect(world.server.counts.calls["answerChallenge"]).toBe(1);
    expect(world.server.certificates()).toHaveLength(1);
  });

  it("gives an order up whose record nobody sees for twenty minutes, takes the record away and says so", async () => {
    const world = worldOf(["*.example.com"]);
    world.unseen.add("_acme-challenge.example.com");
    const { certificate } = await unwrap(world.certificates.ensure({ names: ["*.example.com"] }));
    let troubled = await unwrap(world.certificates.get(certificate.id));
    for (let waited = 0; waited < 30 && troubled.trouble === undefined; waited += 1) {
      await sweepThrough(world, minute);
      troubled = await unwrap(world.certificates.get(certificate.id));
    }
    expect(troubled.trouble).toMatchObject({ from: "solver", type: "not-visible", name: "example.com" });
    expect(troubled.order).toBeUndefined();
    expect(world.events.at(-1)).toMatchObject({ kind: "certificate.troubled", trouble: troubled.trouble });
    expect(world.server.counts.calls["answerChallenge"]).toBeUndefined();
    expect(world.txt.size).toBe(0);
  });

  it("is rehearsed at the staging authority before anything is ordered that counts", async () => {
    const world = worldOf(["example.com"]);
    const staging = {
      name: "staging",
      authority: memoryAuthority({ server: world.staging }),
      account: { termsOfServiceAgreed: true },
    };
    const certificates = createCertificates({ ...world.options, staging });
    await unwrap(certificates.ensure({ names: ["example.com"] }));
    expect(world.server.counts.calls["placeOrder"]).toBeUndefined();
    await sweepThrough({ ...world, certificates }, minute);
    expect(world.staging.certificates()).toHaveLength(0);
    expect(world.staging.counts.calls["placeOrder"]).toBe(1);
    expect(world.server.certificates()).toHaveLength(1);
    expect(world.records.answers.size).toBe(0);
  });

  it("is covered by the platform's wildcard, and by no other tenant's", async () => {
    const world = worldOf(["a.apps.example"]);
    world.owners.set("*.apps.example", null);
    world.owners.set("*.shop.example", tenant("other"));
    world.owners.set("a.shop.example", acme);
    const wildcard = await issued(world, ["*.apps.example"]);
    await issued(world, ["*.shop.example"]);
    const covered = await unwrap(world.certificates.ensure({ names: ["a.apps.example"] }));
    expect(covered.certificate.id).toBe(wildcard.certificate.id);
    const own = await unwrap(world.certificates.ensure({ names: ["a.shop.example"] }));
    expect(own.certificate).toMatchObject({ names: ["a.shop.example"], tenantId: acme });
  });
});

describe("names that nobody has proven", () => {
  it("are never ordered: not when wanted, nor together with others, nor by another tenant", async () => {
    const world = worldOf(["example.com"]);
    world.owners.set("other.example", tenant("other"));
    const refusals = [
      [{ names: ["stranger.example"] }, [{ name: "stranger.example", reason: "unknown" }]],
      [{ names: ["example.com", "stranger.example"] }, [{ name: "stranger.example", reason: "unknown" }]],
      [{ names: ["example.com", "other.example"] }, [{ name: "other.example", reason: "another tenant's" }]],
      [{ names: ["example.com"], tenantId: tenant("other") }, [{ name: "example.com", reason: "another tenant's" }]],
    ] as const;
    for (const [request, names] of refusals) {
      const refused = (await world.certificates.ensure(request))._unsafeUnwrapErr();
      expect(refused).toMatchObject({ code: "CERTIFICATE_NOT_ALLOWED", details: { names } });
    }
    expect(world.records.records.size).toBe(0);
    expect(world.server.counts.calls).toEqual({});
  });

  it("get no renewal when they were lost, and their certificate is taken away when it has ended", async () => {
    const world = worldOf(["example.com"], seldom);
    const { certificate } = await issued(world, ["example.com"]);
    world.owners.delete("example.com");
    await sweepThrough(world, 80 * day);
    expect(world.server.certificates()).toHaveLength(1);
    expect(await unwrap(world.certificates.get(certificate.id))).toMatchObject({
      trouble: { from: "preflight", type: "not-allowed", name: "example.com" },
    });
    await sweepThrough(world, 15 * day);
    expect(world.records.records.size).toBe(0);
    for (const { held } of world.targets) expect(held.size).toBe(0);
    expect(world.events.slice(-2).map(({ kind }) => kind)).toEqual(["certificate.released", "certificate.removed"]);
  });

  it("are forgotten after a month when there never was a certificate", async () => {
    const world = worldOf(["example.com"]);
    world.obstacles.set("example.com", { type: "dns", detail: "elsewhere" });
    const certificates = createCertificates({ ...world.options, solvers: world.options.solvers.slice(1) });
    await unwrap(certificates.ensure({ names: ["example.com"] }));
    world.owners.clear();
    await sweepThrough({ ...world, certificates }, 32 * day);
    expect(world.records.records.size).toBe(0);
  });
});

describe("a renewal", () => {
  it("comes in the window that the authority advises, names what it replaces, and brings the new one to every place", async () => {
    const world = worldOf(["example.com"], seldom);
    const { certificate } = await issued(world, ["example.com"]);
    const before = certificate.issued;
    await sweepThrough(world, 65 * day);
    const { certificate: after, served } = await unwrap(world.certificates.advance(certificate.id));
    expect([after.issued?.number, served]).toEqual([2, true]);
    expect(after.past).toMatchObject([{ number: 1, sha256: before?.sha256, replacedBy: after.issued?.sha256 }]);
    expect(world.server.certificates().map(({ exempt }) => exempt)).toEqual([false, true]);
    for (const { held } of world.targets) expect(held.get(certificate.id)?.number).toBe(2);
  });

  it("follows within hours when the authority moves the window, as before a mass revocation", async () => {
    const world = worldOf(["example.com"]);
    const { certificate } = await issued(world, ["example.com"]);
    const now = world.clock.now().getTime();
    world.server.advise({ windowStart: new Date(now - 2 * hour), windowEnd: new Date(now - hour) }, () => true);
    await sweepThrough(world, 7 * hour);
    expect((await unwrap(world.certificates.get(certificate.id))).issued?.number).toBe(2);
  });

  it("is ordered without naming the old one when the authority knows another successor already", async () => {
    const world = worldOf(["example.com"], seldom);
    const { certificate } = await issued(world, ["example.com"]);
    const [old] = world.server.certificates();
    await sweepThrough(world, 57 * day);
    const foreign = memoryAuthority({ server: world.server });
    await unwrap(foreign.placeOrder({ names: ["example.com"], replaces: old?.renewalId }));
    await sweepThrough(world, 6 * day);
    const { issued: now } = await unwrap(world.certificates.get(certificate.id));
    expect(now?.number).toBe(2);
    expect(world.server.certificates().map(({ exempt }) => exempt)).toEqual([false, false]);
  });

  it("keeps trying through an outage of two days, and is there long before the end", async () => {
    let down = false;
    const world = worldOf(["example.com"], { trouble: () => (down ? "unavailable" : undefined) });
    const { certificate } = await issued(world, ["example.com"]);
    down = true;
    await sweepThrough(world, 62 * day);
    const during = await unwrap(world.certificates.get(certificate.id));
    expect(during).toMatchObject({ issued: { number: 1 }, trouble: { type: "ADAPTER_FAILED" } });
    down = false;
    await sweepThrough(world, day);
    expect((await unwrap(world.certificates.get(certificate.id))).issued?.number).toBe(2);
  });

  it("can be asked for, and is one order whoever asks how often", async () => {
    const world = worldOf(["example.com"], { profiles: provenAnew });
    const { certificate } = await issued(world, ["example.com"]);
    await unwrap(world.certificates.renew(certificate.id));
    await unwrap(world.certificates.renew(certificate.id));
    await sweepThrough(world, minute);
    expect((await unwrap(world.certificates.get(certificate.id))).issued?.number).toBe(2);
    expect(world.server.counts.calls["placeOrder"]).toBe(2);
  });
});

describe("several processes", () => {
  it("place one order for a set of names, and register one account", async () => {
    const world = worldOf(["example.com"]);
    const several = Array.from({ length: 5 }, () => createCertificates(world.options));
    const wanted = await Promise.all(several.map((each) => unwrap(each.ensure({ names: ["example.com"] }))));
    expect(new Set(wanted.map(({ certificate }) => certificate.id)).size).toBe(1);
    await Promise.all(several.map((each) => unwrap(each.sweep())));
    await sweepThrough(world, minute);
    expect(world.server.counts.calls["placeOrder"]).toBe(1);
    expect(world.server.counts.calls["registerAccount"]).toBeGreaterThan(0);
    expect(new Set(world.server.certificates().map(({ accountId }) => accountId)).size).toBe(1);
    expect(world.server.certificates()).toHaveLength(1);
  });
});

describe("what stands in the way", () => {
  it("of a proof is seen before an order is spent, and the other solver is taken if there is one", async () => {
    const world = worldOf(["example.com", "*.example.com"]);
    world.obstacles.set("example.com", { type: "dns", detail: "The zone is elsewhere." });
    const { certificate, next } = await unwrap(world.certificates.ensure({ names: ["*.example.com"] }));
    expect(certificate.trouble).toMatchObject({ from: "preflight", type: "dns", detail: "The zone is elsewhere." });
    expect(next.what).toBe("retry");
    expect(world.server.counts.calls["placeOrder"]).toBeUndefined();
    await unwrap(world.certificates.ensure({ names: ["example.com"] }));
    expect(world.server.counts.calls["placeOrder"]).toBe(1);
  });

  it("at the authority is told in its own words, and tried again later and later", async () => {
    const refuses = (name: string) =>
      name === "bad.example" ? { type: "rejectedIdentifier", detail: "Policy.", name } : undefined;
    const world = worldOf(["bad.example"], { refuses });
    const { certificate } = await unwrap(world.certificates.ensure({ names: ["bad.example"] }));
    expect(certificate.trouble).toMatchObject({ from: "authority", type: "rejectedIdentifier" });
    await sweepThrough(world, 10 * day);
    const placed = world.server.counts.calls["placeOrder"] ?? 0;
    expect(placed).toBeGreaterThan(10);
    expect(placed).toBeLessThan(24);
  });

  it("at a place is that place's alone, and is mended when it can be", async () => {
    const world = worldOf(["example.com"]);
    let refused: string | undefined = "no space";
    const broken = memoryCertificateTarget({ name: "edge-3", refuses: () => refused });
    const certificates = createCertificates({ ...world.options, targets: [...world.targets, broken] });
    const { certificate } = await unwrap(certificates.ensure({ names: ["example.com"] }));
    await sweepThrough({ ...world, certificates }, minute);
    const during = await unwrap(certificates.advance(certificate.id));
    expect(during).toMatchObject({ served: false, next: { what: "deliver" } });
    expect(during.certificate.deliveries.map(({ target, trouble }) => [target, trouble?.type])).toEqual([
      ["edge-1", undefined],
      ["edge-2", undefined],
      ["edge-3", "WEB_SERVER_REFUSED"],
    ]);
    refused = undefined;
    await sweepThrough({ ...world, certificates }, hour);
    expect(await unwrap(certificates.advance(certificate.id))).toMatchObject({ served: true });
  });

  it("when a place has lost it is seen within a day, and put right", async () => {
    const world = worldOf(["example.com"]);
    const { certificate } = await issued(world, ["example.com"]);
    world.targets[0]?.held.clear();
    await sweepThrough(world, 31 * hour);
    expect(world.targets[0]?.held.get(certificate.id)?.number).toBe(1);
  });

  it("in the CAA records is seen before an order is spent", async () => {
    const world = worldOf(["example.com"]);
    const certificates = createCertificates({
      ...world.options,
      resolver: {
        spec: "resolver/1",
        name: "caa",
        capabilities: { authorities: false },
        lookup: ({ name }) => {
          const values = name === "com" ? ['0 issue "other.example"'] : [];
          return okAsync({ status: "found", values, ttlSeconds: 60, aliases: [] });
        },
        survey: () => okAsync([]),
        findAuthorities: (name) => okAsync({ zone: name, servers: [] }),
      },
    });
    const { certificate } = await unwrap(certificates.ensure({ names: ["example.com"] }));
    const identities = (await unwrap(world.options.authority.authority.readFacts())).caaIdentities;
    expect(identities.length).toBeGreaterThan(0);
    expect(certificate.trouble).toMatchObject({ from: "preflight", type: "caa", name: "example.com" });
    expect(world.server.counts.calls["placeOrder"]).toBeUndefined();
  });

  it("is a limit: who waits gets a turn, one after the other, and the authority never refuses", async () => {
    const names = Array.from({ length: 8 }, (_, index) => `www${index}.example.com`);
    const world = worldOf(names, { options: {} });
    const limits = { registeredDomain: { name: "domain", max: 3, windowMs: 3 * hour } };
    const authority = { ...world.options.authority, limits };
    const certificates = createCertificates({ ...world.options, authority });
    const wanted = await Promise.all(names.map((name) => unwrap(certificates.ensure({ names: [name] }))));
    const waiting = wanted.filter(({ next }) => next.what === "wait");
    expect(waiting).toHaveLength(5);
    const turns = waiting.map(({ next }) => next.at?.getTime() ?? 0).sort((one, other) => one - other);
    for (const [index, turn] of turns.entries()) {
      if (index > 0) expect(turn - (turns[index - 1] ?? 0)).toBeGreaterThanOrEqual(hour);
    }
    await sweepThrough({ ...world, certificates }, 6 * hour);
    expect(world.server.certificates()).toHaveLength(8);
    expect(world.server.counts.calls["placeOrder"]).toBe(8);
  });
});

describe("proofs that fail", () => {
  it("are counted whoever goes on with the order, and no order is placed while their limit is reached", async () => {
    const world = worldOf(["example.com"], { seen: { http: () => undefined, txt: () => [] } });
    const { certificate } = await unwrap(world.certificates.ensure({ names: ["example.com"] }));
    const counted = new Set<string>();
    for (let tick = 0; tick < 120; tick += 1) {
      // A new process each time: none of them remembers anything.
      await unwrap(createCertificates(world.options).sweep());
      for (const key of world.records.rateUses.keys()) if (key.includes("failed-proofs")) counted.add(key);
      world.clock.advance(minute);
    }
    const { calls, failedProofs, refusals } = world.server.counts;
    expect(failedProofs).toBeGreaterThan(3);
    expect(calls["placeOrder"]).toBe(failedProofs);
    expect(refusals).toEqual({});
    expect([...counted]).toEqual([expect.stringContaining("failed-proofs-per-name")]);
    const troubles = world.events.flatMap(
      ({ trouble, certificateId }) => (certificateId === certificate.id && trouble) || [],
    );
    expect(new Set(troubles.map(({ from }) => from))).toEqual(new Set(["authority"]));
    expect(troubles.length).toBeGreaterThanOrEqual(failedProofs);
    expect(world.records.answers.size).toBe(0);
  });
});

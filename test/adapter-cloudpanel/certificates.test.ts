import { expiringCertificates, siteUserFor } from "@hostelry/adapter-cloudpanel";
import { unwrap } from "@hostelry/core";
import { okAsync, type Resolver } from "@hostelry/core/adapter";
import { simulatedClock } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpensslAuthority, opensslAuthority } from "../servers/openssl-authority.ts";
import { panelHostAvailable } from "../servers/panel.ts";
import { rounds } from "../setup/rounds.ts";
import { type PanelScene, startPanelScene } from "./panel-scene.ts";

const minuteMs = 60_000;

describe.skipIf(!panelHostAvailable())("certificates of a CloudPanel server", () => {
  let scene: PanelScene;
  let authority: OpensslAuthority;
  beforeAll(async () => {
    [scene, authority] = await Promise.all([startPanelScene(), opensslAuthority()]);
  });
  afterAll(() => Promise.all([scene?.stop(), authority?.remove()]));

  const addSite = async (domain: string) => {
    await unwrap(scene.panel.ensureSite({ domain, user: siteUserFor(domain) }));
  };
  const ordersFor = async (domain: string) =>
    (await scene.host.orders()).filter(({ names }) => names[0] === domain).map(({ stage }) => stage);

  it("are ordered once, for the name and its www, and never again while they are good", async () => {
    await addSite("once.test");
    const before = await unwrap(scene.panel.observeCertificate("once.test"));
    expect(before.selfSigned).toBe(true);
    const first = await unwrap(scene.panel.ensureCertificate({ domain: "once.test", preflight: "unchecked" }));
    expect(first).toMatchObject({ state: "changed", names: ["once.test", "www.once.test"] });
    for (let run = 0; run < 3; run += 1) {
      const again = await unwrap(scene.another().ensureCertificate({ domain: "once.test", preflight: "unchecked" }));
      expect(again.state).toBe("unchanged");
    }
    expect(await ordersFor("once.test")).toEqual(["staging", "production"]);
  });

  it("are not ordered for a name that does not lead here, its implied www not either", async () => {
    await addSite("elsewhere.test");
    const known: Readonly<Record<string, string>> = {
      "elsewhere.test": "192.0.2.1",
      "www.elsewhere.test": "198.51.100.9",
    };
    const resolver = resolverOf(known);
    const preflight = { resolver, addresses: ["192.0.2.1"] };
    const error = (await scene.panel.ensureCertificate({ domain: "elsewhere.test", preflight }))._unsafeUnwrapErr();
    expect(error).toMatchObject({
      code: "DOMAIN_NOT_POINTING",
      details: { hostname: "www.elsewhere.test", found: ["198.51.100.9"], problem: "other-addresses" },
    });
    expect(await ordersFor("elsewhere.test")).toEqual([]);
    const right = { resolver: resolverOf({ ...known, "www.elsewhere.test": "192.0.2.1" }), addresses: ["192.0.2.1"] };
    expect((await unwrap(scene.panel.ensureCertificate({ domain: "elsewhere.test", preflight: right }))).state).toBe(
      "changed",
    );
  });

  it("that an authority refuses are not asked for again before the pause is over, by nobody", async () => {
    await addSite("refused.test");
    await scene.host.refuseCertificates([
      { name: "www.refused.test", type: "connection", detail: "no answer from www.refused.test" },
    ]);
    const clock = simulatedClock({ now: new Date("2026-11-21T12:00:00Z") });
    const request = { domain: "refused.test", preflight: "unchecked", pauseMs: 15 * minuteMs } as const;
    const refused = (await scene.another({ clock }).ensureCertificate(request))._unsafeUnwrapErr();
    expect(refused).toMatchObject({
      code: "CERTIFICATE_REFUSED",
      details: { problem: "connection", names: [{ name: "www.refused.test", problem: "connection" }] },
    });
    const soon = (await scene.another({ clock }).ensureCertificate(request))._unsafeUnwrapErr();
    const retryAt = new Date(clock.now().getTime() + 15 * minuteMs).toISOString();
    expect(soon).toMatchObject({ code: "ADAPTER_THROTTLED", details: { retryAt, state: "unchanged" } });
    expect(await ordersFor("refused.test")).toEqual(["staging"]);
    await scene.host.refuseCertificates([]);
    await clock.advance(15 * minuteMs);
    expect((await unwrap(scene.another({ clock }).ensureCertificate(request))).state).toBe("changed");
    expect(await ordersFor("refused.test")).toEqual(["staging", "staging", "production"]);
  });

  it.each(["after-staging", "after-order", "after-files"])(
    "whose order is killed %s are looked at, not ordered again",
    async (moment) => {
      const domain = `${moment}.killed.test`;
      await addSite(domain);
      await scene.host.inject({ command: "lets-encrypt:install:certificate", moment, kind: "kill" });
      const request = { domain, preflight: "unchecked" } as const;
      const first = await scene.panel.ensureCertificate(request);
      const second = await scene.panel.ensureCertificate(request);
      const codes = [first, second].map((each) => (each.isOk() ? "ok" : each.error.code));
      expect(codes).toEqual(moment === "after-files" ? ["ok", "ok"] : ["PANEL_FAILED", "ADAPTER_THROTTLED"]);
      expect((await ordersFor(domain)).filter((stage) => stage === "staging")).toHaveLength(1);
    },
  );

  it("take one order when several processes want them at once", async () => {
    await addSite("race.test");
    const request = { domain: "race.test", preflight: "unchecked" } as const;
    const all = await Promise.all(
      [scene.panel, scene.another(), scene.another()].map((panel) => panel.ensureCertificate(request)),
    );
    expect(all.map((each) => (each.isOk() ? each.value.state : each.error.code)).sort()).toEqual([
      "changed",
      "unchanged",
      "unchanged",
    ]);
    expect(await ordersFor("race.test")).toEqual(["staging", "production"]);
  });

  const runs = rounds(1000, 40);
  const sites = rounds(50, 5);
  it(
    `cost no order that is not needed: ${runs} runs over ${sites} sites`,
    async () => {
      const domains = Array.from({ length: sites }, (_, index) => `s${index}.budget.test`);
      for (const domain of domains) await addSite(domain);
      const badly = domains.filter((_domain, index) => index % 10 === 3);
      await scene.host.refuseCertificates(
        badly.map((name) => ({ name, type: "unauthorized", detail: `404 at ${name}` })),
      );
      const clock = simulatedClock({ now: new Date() });
      const panels = [scene.another({ clock }), scene.another({ clock })];
      const states: string[] = [];
      for (let run = 0; run < runs; run += 2) {
        // One pause passes after half of the runs.
        if (run === 2 * Math.floor(runs / 4)) await clock.advance(15 * minuteMs);
        const asked = panels.map((panel, index) =>
          panel.ensureCertificate({
            domain: domains[(run + index * 7) % sites] ?? "",
            preflight: "unchecked",
            pauseMs: 15 * minuteMs,
          }),
        );
        for (const each of await Promise.all(asked)) states.push(each.isOk() ? each.value.state : each.error.code);
      }
      const orders = (await scene.host.orders()).filter(({ names }) => names[0]?.endsWith(".budget.test"));
      expect(orders.filter(({ stage }) => stage === "production")).toHaveLength(sites - badly.length);
      expect(orders.filter(({ stage }) => stage === "staging")).toHaveLength(sites + badly.length);
      expect(states.filter((state) => state === "changed")).toHaveLength(sites - badly.length);
      expect(states.filter((state) => state === "CERTIFICATE_REFUSED")).toHaveLength(2 * badly.length);
      expect(new Set(states)).toEqual(new Set(["changed", "unchanged", "CERTIFICATE_REFUSED", "ADAPTER_THROTTLED"]));
      await scene.host.refuseCertificates([]);
    },
    rounds(1_800_000, 120_000),
  );

  it("from elsewhere are installed once they are found right, and no other user reads the key on the way", async () => {
    await addSite("brought.test");
    const made = await authority.make("brought.test", {
      extensions: ["subjectAltName=DNS:brought.test", "extendedKeyUsage=serverAuth"],
      until: new Date(Date.now() + 60 * 24 * 60 * minuteMs),
    });
    const other = await authority.make("other.test", {
      extensions: ["subjectAltName=DNS:other.test"],
      until: new Date(Date.now() + 60 * 24 * 60 * minuteMs),
    });
    const wrong = await scene.panel.installCertificate({
      domain: "brought.test",
      chainPem: made.certificatePem,
      privateKeyPem: other.privateKeyPem,
    });
    expect(wrong._unsafeUnwrapErr().code).toBe("CERTIFICATE_INVALID");
    const request = { domain: "brought.test", chainPem: made.certificatePem, privateKeyPem: made.privateKeyPem };
    expect((await unwrap(scene.panel.installCertificate(request))).state).toBe("changed");
    expect((await unwrap(scene.panel.installCertificate(request))).state).toBe("unchanged");
    const seen = await unwrap(scene.panel.observeCertificate("brought.test"));
    expect(seen.facts?.names).toEqual(["brought.test"]);
    expect((await scene.shell("ls /run | grep -c hostelry-clpctl[.] || true")).text).toBe("1\n");
  });

  it("are watched over: what ends soon is named, also where the panel says nothing", async () => {
    await scene.host.surround({ certificateDays: 9 });
    await addSite("short.test");
    await unwrap(scene.panel.ensureCertificate({ domain: "short.test", preflight: "unchecked" }));
    await scene.host.surround({});
    const list = await unwrap(scene.panel.listCertificates());
    const soon = expiringCertificates(list, { now: new Date(), withinMs: 10 * 24 * 60 * minuteMs });
    expect(soon.map(({ domain, problem }) => `${domain} ${problem}`)).toContain("short.test expiring");
    expect(soon.map(({ domain }) => domain)).not.toContain("once.test");
    const none = await scene.panel.ensureCertificate({ domain: "nowhere.test", preflight: "unchecked" });
    expect(none._unsafeUnwrapErr()).toMatchObject({
      code: "PANEL_REFUSED",
      details: { problems: [{ field: "domainName", problem: "missing" }] },
    });
  });
});

function resolverOf(addresses: Readonly<Record<string, string>>): Resolver {
  const lookup: Resolver["lookup"] = ({ name, type }) => {
    const address = type === "A" ? addresses[name] : undefined;
    const values = address === undefined ? [] : [address];
    const status = addresses[name] === undefined ? "no-name" : values.length === 0 ? "no-data" : "found";
    return okAsync({ status, values, ttlSeconds: 60, aliases: [] });
  };
  return {
    spec: "resolver/1",
    name: "table",
    capabilities: { authorities: false },
    lookup,
    survey: (question) => lookup(question).map((answer) => [{ server: "192.0.2.53", answered: true as const, answer }]),
    findAuthorities: () => okAsync({ zone: "test", servers: [] }),
  };
}

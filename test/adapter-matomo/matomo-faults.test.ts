import { inspect } from "node:util";
import { matomoAnalytics } from "@hostelry/adapter-matomo";
import { ensureAnalytics } from "@hostelry/core";
import { type HostingError, unwrap } from "@hostelry/core/adapter";
import { type FakeMatomo, type FakeMatomoFault, fakeMatomo } from "@hostelry/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { matomoAt } from "./matomo-harness.ts";

const site = { name: "Acme", url: "https://acme.test", group: "ours" } as const;
const searching = "SitesManager.getSitesIdFromSiteUrl";
const making = "SitesManager.addSite";

let matomo: FakeMatomo;
beforeEach(async () => {
  matomo = await fakeMatomo();
});
afterEach(() => matomo.stop());

/** The next `times` requests of one method meet a fault. */
function spoil(method: string, fault: FakeMatomoFault, times = 1): void {
  let left = times;
  matomo.onRequest = (request) => {
    if (request.method !== method || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}

const methods = (): readonly string[] => matomo.requests.map(({ method }) => method.replace("SitesManager.", ""));

describe("an answer to making a site that is lost or makes no sense", () => {
  const lost: readonly FakeMatomoFault[] = [
    { kind: "drop", done: true },
    { kind: "silence", done: true },
    { kind: "slowly" },
    { kind: "page", status: 502, done: true },
    { kind: "page", status: 200, done: true },
    { kind: "warnings" },
  ];
  it.each(lost)("is looked after, and the site is made once: %o", async (fault) => {
    spoil(making, fault);
    const ensured = await unwrap(matomoAt(matomo, 300).ensureSite(site));
    expect(ensured).toMatchObject({ site: { id: "1" }, created: true, others: [] });
    expect(methods().filter((method) => method === "addSite")).toHaveLength(1);
    expect(matomo.sites.size).toBe(1);
  });

  const nothingDone: readonly [FakeMatomoFault, HostingError["code"]][] = [
    [{ kind: "drop", done: false }, "ADAPTER_FAILED"],
    [{ kind: "silence", done: false }, "ADAPTER_TIMEOUT"],
    [{ kind: "page", status: 503, done: false }, "ADAPTER_FAILED"],
    [{ kind: "half-made" }, "ANALYTICS_REFUSED"],
  ];
  it.each(nothingDone)("is never sent again within one call: %o is %s", async (fault, code) => {
    spoil(making, fault);
    const adapter = matomoAt(matomo, 300);
    expect((await adapter.ensureSite(site))._unsafeUnwrapErr()).toMatchObject({ code });
    expect(methods().filter((method) => method === "addSite")).toHaveLength(1);
    // And the next call, which begins with a look, makes it.
    expect(await unwrap(adapter.ensureSite(site))).toMatchObject({ created: true });
    expect([...matomo.sites.values()].filter(({ mainUrl }) => mainUrl === site.url)).toHaveLength(1);
  });
});

describe("what Matomo refuses", () => {
  it("is a refusal in its own words, though the status is 200", async () => {
    spoil(making, { kind: "error", message: "Creating, updating, and deleting sites has been disabled." });
    const error = (await matomoAt(matomo).ensureSite(site))._unsafeUnwrapErr();
    expect(error).toMatchObject({
      code: "ANALYTICS_REFUSED",
      details: {
        provider: "matomo",
        operation: "ensureSite",
        problem: "Creating, updating, and deleting sites has been disabled.",
      },
    });
  });

  it("is a missing permission for a user who may only look, and an unknown token for nobody", async () => {
    const viewer = matomoAnalytics({ url: matomo.url, token: matomo.viewerToken });
    const nobody = matomoAnalytics({ url: matomo.url, token: "0".repeat(32) });
    expect((await viewer.ensureSite(site))._unsafeUnwrapErr().details).toMatchObject({ reason: "permission" });
    expect((await nobody.ensureSite(site))._unsafeUnwrapErr().details).toMatchObject({ reason: "credentials" });
    expect(matomo.sites.size).toBe(0);
  });

  it("is a limit with its time", async () => {
    spoil(searching, { kind: "busy", retryAfterSeconds: 60 });
    const error = (await matomoAt(matomo).ensureSite(site))._unsafeUnwrapErr();
    expect(error.code).toBe("ADAPTER_THROTTLED");
    expect(Date.parse((error.details as { retryAt: string }).retryAt) - Date.now()).toBeGreaterThan(50_000);
  });
});

describe("looking", () => {
  it("is tried again when a gateway or the network fails, and then given up", async () => {
    spoil(searching, { kind: "page", status: 503, done: false }, 2);
    expect(await unwrap(matomoAt(matomo).findSite(site))).toBeNull();
    spoil(searching, { kind: "drop", done: false }, 3);
    expect((await matomoAt(matomo).findSite(site))._unsafeUnwrapErr().code).toBe("ADAPTER_FAILED");
  });

  it("takes no page and no warnings for an empty answer", async () => {
    const odd: readonly FakeMatomoFault[] = [{ kind: "page", status: 200, done: false }, { kind: "warnings" }];
    for (const fault of odd) {
      spoil(searching, fault);
      const error = (await matomoAt(matomo).ensureSite(site))._unsafeUnwrapErr();
      expect(error.code).toBe("ADAPTER_FAILED");
      expect(error.message).toMatch(/no JSON \((Bad Gateway|Warning)/);
    }
    expect(methods()).not.toContain("addSite");
  });

  it("finds a site that this process has made and the search does not show yet", async () => {
    const slow = await fakeMatomo({ visibleAfter: 1000 });
    const adapter = matomoAt(slow);
    await unwrap(adapter.ensureSite(site));
    expect(await unwrap(adapter.ensureSite(site))).toMatchObject({ created: false, site: { id: "1" } });
    expect(slow.sites.size).toBe(1);
    await slow.stop();
  });

  it("tells two that another process has made at the same moment", async () => {
    const [one, two] = [matomoAt(matomo), matomoAt(matomo)];
    let waiting = 0;
    let pass: () => void = () => undefined;
    const both = new Promise<void>((resolve) => {
      pass = resolve;
    });
    matomo.onRequest = async ({ method }) => {
      if (method !== making) return undefined;
      waiting += 1;
      if (waiting === 2) pass();
      await both;
      return undefined;
    };
    await Promise.all([unwrap(one.ensureSite(site)), unwrap(two.ensureSite(site))]);
    expect(await unwrap(one.ensureSite(site))).toMatchObject({ site: { id: "1" }, created: false, others: ["2"] });
  });
});

describe("who we are", () => {
  it("is told with what will not work", async () => {
    expect(await unwrap(matomoAt(matomo).readFacts())).toMatchObject({ version: "5.2.0", mayCreate: true });
    const viewer = matomoAnalytics({ url: matomo.url, token: matomo.viewerToken });
    const facts = await unwrap(viewer.readFacts());
    expect(facts.mayCreate).toBe(false);
    expect(facts.warnings).toEqual([
      "The token travels unencrypted: use https:.",
      "The token's user is no super user: sites are found, and can't be made.",
    ]);
    const nobody = matomoAnalytics({ url: matomo.url, token: "0".repeat(32) });
    expect((await nobody.readFacts())._unsafeUnwrapErr().details).toMatchObject({ reason: "credentials" });
  });
});

describe("the token", () => {
  it("is in no address, no error and no text of the adapter, whatever the other side echoes", async () => {
    const adapter = matomoAt(matomo, 300);
    const shown: unknown[] = [adapter];
    for (const fault of [
      { kind: "error", message: `Token ${matomo.token} is bad` },
      { kind: "error", message: matomo.token, status: 500 },
      { kind: "drop", done: false },
      { kind: "silence", done: false },
    ] as const) {
      spoil(making, fault);
      shown.push((await adapter.ensureSite(site))._unsafeUnwrapErr());
    }
    expect(() => matomoAnalytics({ url: matomo.url, token: `${matomo.token}\n` })).toThrow(/visible ASCII/);
    expect(inspect(shown, { depth: 20, showHidden: true })).not.toContain(matomo.token);
    expect(matomo.requests.some(({ tokenInAddress }) => tokenInAddress)).toBe(false);
  });

  it("is not sent on to wherever a redirect leads", async () => {
    const asked: string[] = [];
    const adapter = matomoAnalytics({
      url: "https://stats.test",
      token: "a".repeat(32),
      fetch: async (input, init) => {
        asked.push(`${String(input)} ${init?.redirect}`);
        return new Response(null, { status: 302, headers: { location: "https://elsewhere.test" } });
      },
    });
    expect((await adapter.findSite(site))._unsafeUnwrapErr().code).toBe("ADAPTER_FAILED");
    expect(asked).toEqual(["https://stats.test/index.php manual"]);
  });
});

describe("a site's analytics", () => {
  it("are degraded and never fail, whatever goes wrong", async () => {
    expect(await unwrap(ensureAnalytics(matomoAt(matomo), site))).toEqual({
      state: "active",
      analyticsId: "1",
      created: true,
      others: [],
    });
    const gone = await fakeMatomo();
    await gone.stop();
    expect(await unwrap(ensureAnalytics(matomoAt(gone), site))).toMatchObject({
      state: "degraded",
      code: "ADAPTER_FAILED",
      retryable: true,
    });
    const broken = { ...matomoAt(matomo), ensureSite: () => JSON.parse("{") as never };
    expect(await unwrap(ensureAnalytics(broken, site))).toMatchObject({ state: "degraded", code: "ADAPTER_FAILED" });
  });
});

// 200 waiting sites over four servers, with everything that can go wrong at one in ten of them.
import { inspect } from "node:util";
import { type ProvisionedWaiting, type ProvisionWaitingOptions, provisionWaiting } from "@hostelry/core";
import {
  errAsync,
  hostingError,
  type OperationNotice,
  okAsync,
  unwrap,
  type WaitingSite,
} from "@hostelry/core/adapter";
import {
  type MemoryAnalytics,
  type MemoryOperationStore,
  type MemoryWaitingSites,
  memoryAnalytics,
  memoryOperationStore,
  memoryWaitingSites,
} from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import {
  type FaultName,
  faults,
  lasting,
  type MemoryServer,
  memoryServer,
  openMemoryServer,
  overcome,
  passwordOf,
  spoil,
} from "./fleet-of-memory.ts";

interface Fleet {
  readonly servers: ReadonlyMap<string, MemoryServer>;
  readonly sites: MemoryWaitingSites;
  readonly operations: MemoryOperationStore;
  readonly analytics: MemoryAnalytics;
  readonly notices: OperationNotice[];
  run(changes?: Partial<ProvisionWaitingOptions>, signal?: AbortSignal): Promise<ProvisionedWaiting>;
}

function fleet(count: number): Fleet {
  const servers = new Map(["panel-1", "panel-2", "panel-3", "panel-4"].map((name) => [name, memoryServer(name)]));
  const sites = memoryWaitingSites();
  const operations = memoryOperationStore();
  const analytics = memoryAnalytics();
  const notices: OperationNotice[] = [];
  for (let index = 0; index < count; index += 1) {
    const domain = `site-${String(index).padStart(3, "0")}.test`;
    const site: WaitingSite = {
      id: `id-${index}`,
      server: `panel-${1 + (index % 4)}`,
      domain,
      name: domain,
      analytics: true,
      wishes: {},
    };
    sites.add(site);
  }
  return {
    servers,
    sites,
    operations,
    analytics,
    notices,
    run: (changes = {}, signal) =>
      unwrap(
        provisionWaiting(
          {
            sites,
            operations,
            openServer: (name) => {
              const server = servers.get(name);
              return server === undefined ? errAsync(unreachable(name)) : okAsync(openMemoryServer(server));
            },
            analytics: { provider: analytics, group: "ours" },
            events: { emit: (notice) => notices.push(notice) },
            policy: { firstPauseMs: 50 },
            patienceMs: 0,
            ...changes,
          },
          { signal },
        ),
      ),
  };
}

function unreachable(transport: string) {
  return hostingError("TRANSPORT_UNREACHABLE", `${transport} can't be reached.`, {
    transport,
    problem: "timeout",
    retryAt: null,
  });
}

const stateOf = ({ sites }: Fleet, id: string): string | undefined => sites.sites.get(id)?.outcome?.state;
const serverOf = ({ servers }: Fleet, site: WaitingSite): MemoryServer =>
  servers.get(site.server) ?? memoryServer("none");

describe("200 waiting sites over four servers, one in ten with a fault", () => {
  const scene = fleet(200);
  const spoiled = new Map<string, FaultName>();
  const names = Object.keys(faults) as FaultName[];
  [...scene.sites.sites.values()].forEach(({ site }, index) => {
    if (index % 10 !== 3) return;
    const name = names[Math.floor(index / 10) % names.length] ?? "the look fails";
    spoiled.set(site.id, name);
    spoil(serverOf(scene, site), site.domain, name);
  });
  const everything: unknown[] = [];

  it("has the right ones active, and the others failed with the right reason", async () => {
    const result = await scene.run();
    everything.push(result);
    expect(result.sites).toHaveLength(200);
    expect(spoiled.size).toBe(20);
    expect(new Set(spoiled.values()).size).toBe(names.length);
    for (const { site, state, reason, retryable, recorded } of result.sites) {
      const met = spoiled.get(site.id);
      const fault = met !== undefined && overcome.includes(met) ? undefined : met;
      expect([site.id, state, recorded]).toEqual([site.id, fault === undefined ? "active" : "failed", true]);
      expect(reason?.code, fault).toBe(fault === undefined ? undefined : faults[fault]);
      expect(retryable, fault).toBe(fault !== undefined && !lasting.includes(fault));
      expect(stateOf(scene, site.id)).toBe(state);
      // Active is what is there, whole and ours.
      const { place, published } = serverOf(scene, site);
      const isThere =
        place.signs.get(site.domain)?.text === site.domain && place.accounts.get(site.domain)?.owner === "us";
      if (state === "active") expect(isThere && published.includes(site.domain), site.id).toBe(true);
    }
  });

  it("opens one connection to each server, and does one thing at a time there", () => {
    for (const server of scene.servers.values()) {
      expect([server.opened, server.open, server.mostBusy]).toEqual([1, 0, 1]);
    }
  });

  it("completes in a second run what another try can help, and nothing is made twice", async () => {
    const result = await scene.run({ patienceMs: 5000 });
    everything.push(result);
    const retried = [...spoiled].flatMap(([id, fault]) => ([...lasting, ...overcome].includes(fault) ? [] : [id]));
    const failedForGood = [...spoiled.values()].filter((fault) => lasting.includes(fault)).length;
    expect(result.sites.map(({ site }) => site.id).sort()).toEqual(retried.sort());
    expect(result.sites.map(({ state }) => state)).toEqual(retried.map(() => "active"));
    for (const { place } of scene.servers.values()) {
      const made = place.done.filter((each) => each.startsWith("make-account"));
      expect(new Set(made).size).toBe(made.length);
    }
    expect(scene.analytics.sites.size).toBe(200 - failedForGood);
  });

  it("completes the rest when a person has done something about it", async () => {
    for (const [id, fault] of spoiled) {
      const held = scene.sites.sites.get(id);
      if (held === undefined || !lasting.includes(fault)) continue;
      expect(held.outcome?.state).toBe("failed");
      scene.servers.get(held.site.server)?.place.accounts.delete(held.site.domain);
      held.outcome = undefined;
    }
    everything.push(await scene.run());
    expect([...scene.sites.sites.keys()].filter((id) => stateOf(scene, id) !== "active")).toEqual([]);
  });

  it("shows no secret in any record, event, error or report", () => {
    everything.push(scene.notices, scene.operations.operations, scene.sites.sites);
    const seen = inspect(everything, { depth: 30, maxArrayLength: null, maxStringLength: null, showHidden: true });
    expect(seen).toContain("site-003.test");
    const domains = [...scene.sites.sites.values()].map(({ site }) => site.domain);
    expect(domains.filter((domain) => seen.includes(passwordOf(domain)))).toEqual([]);
    expect(seen).not.toContain("hunter2");
    const given = [...scene.servers.values()].flatMap(({ place }) => [...place.passwords.values()]);
    expect(given.every((password) => password.startsWith("hunter2-"))).toBe(true);
    expect(given).toHaveLength(200);
  });
});

describe("a run", () => {
  it("beside another one leaves each site to one of them", async () => {
    const scene = fleet(40);
    const [one, two] = await Promise.all([scene.run(), scene.run({ holder: "the-other" })]);
    const ids = [...one.sites, ...two.sites].map(({ site }) => site.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(40);
    expect([...one.sites, ...two.sites].filter(({ state }) => state !== "active")).toEqual([]);
    for (const server of scene.servers.values()) {
      expect(server.mostBusy).toBe(1);
      expect(server.published.length).toBe(new Set(server.published).size);
    }
  });

  it("looks once at the sites that come next while another has its turn, and does nothing to them in between", async () => {
    const scene = fleet(24);
    expect((await scene.run()).sites.every(({ state }) => state === "active")).toBe(true);
    for (const { told, mostBusy } of scene.servers.values()) {
      expect(mostBusy).toBe(1);
      const domains = new Set(told.map((each) => each.split(" ")[1]));
      expect(domains.size).toBe(6);
      const steps = (from: string, to: string): readonly string[] =>
        told.slice(told.indexOf(from), told.indexOf(to)).filter((each) => !each.startsWith("look"));
      const ahead = [...domains].filter((domain) => steps(`look ${domain}`, `begin ${domain}`).length > 0);
      // All but the first: others had their turn between the look and the first step, and one look was enough.
      expect(ahead).toHaveLength(5);
      for (const domain of domains) {
        expect(steps(`look ${domain}`, `begin ${domain}`).filter((each) => each.endsWith(` ${domain}`))).toEqual([]);
        expect(told.filter((each) => each === `look ${domain}`)).toHaveLength(1 + 3);
      }
    }
  });

  it("gives every site of a server that can't be reached the reason, and goes on elsewhere", async () => {
    const scene = fleet(8);
    const openServer: ProvisionWaitingOptions["openServer"] = (name) => {
      const server = scene.servers.get(name);
      return server === undefined || name === "panel-2"
        ? errAsync(unreachable(name))
        : okAsync(openMemoryServer(server));
    };
    const { sites } = await scene.run({ openServer });
    for (const { site, state, reason, retryable } of sites) {
      const expected =
        site.server === "panel-2"
          ? ["failed", "TRANSPORT_UNREACHABLE", "connect", true]
          : ["active", undefined, undefined, false];
      expect([state, reason?.code, reason?.at, retryable]).toEqual(expected);
    }
    expect((await scene.run()).sites.map(({ state }) => state)).toEqual(["active", "active"]);
  });

  it("that its caller ends gives back what it had, and the next one goes on", async () => {
    const scene = fleet(40);
    const ending = new AbortController();
    let done = 0;
    const onSite = (): void => {
      done += 1;
      if (done === 6) ending.abort();
    };
    const first = await scene.run({ onSite }, ending.signal);
    const active = first.sites.filter(({ state }) => state === "active");
    expect(active.length).toBeLessThan(20);
    expect(first.sites.filter(({ state }) => state !== "active").map(({ state }) => state)).not.toContain("failed");
    expect(first.skipped.length + first.sites.length).toBe(40);
    for (const server of scene.servers.values()) expect(server.open).toBe(0);
    const second = await scene.run({ patienceMs: 5000 });
    expect(second.sites.every(({ state }) => state === "active")).toBe(true);
    expect([...scene.sites.sites.keys()].filter((id) => stateOf(scene, id) !== "active")).toEqual([]);
  });

  it("counts a site active that has no analytics, and says why", async () => {
    const scene = fleet(4);
    const details = { provider: "memory", operation: "ensureSite", problem: "no" } as const;
    const provider = memoryAnalytics({ refuse: () => hostingError("ANALYTICS_REFUSED", "memory refuses.", details) });
    const { sites } = await scene.run({ analytics: { provider, group: "ours" } });
    for (const { state, analyticsId, reason } of sites) {
      expect([state, analyticsId, reason?.code, reason?.at]).toEqual([
        "active",
        null,
        "ANALYTICS_REFUSED",
        "analytics",
      ]);
    }
  });
});

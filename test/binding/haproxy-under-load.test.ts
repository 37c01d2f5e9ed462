// Two hosts and two backends in a real HAProxy, bound and moved while visitors come, with a reload in the midst.

import { haproxyRoutes } from "@hostelry/adapter-haproxy";
import {
  createBindings,
  createDomains,
  type Hostname,
  okAsync,
  type SiteId,
  type TenantId,
  unwrap,
} from "@hostelry/core";
import { memoryDomainStore, memoryRecords, memoryResolver, memoryStore } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HaproxyServer, startHaproxy } from "../servers/haproxy.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { rounds } from "../setup/rounds.ts";

const sites = ["site-00000000000000000001", "site-00000000000000000002"] as unknown as readonly [SiteId, SiteId];
const names = ["one.acme.de", "two.acme.de"] as unknown as readonly [Hostname, Hostname];

describe.skipIf(!serverAvailable("haproxy"))("names that are routed by HAProxy", () => {
  let server: HaproxyServer;
  beforeAll(async () => {
    server = await startHaproxy();
  });
  afterAll(() => server.stop());

  it("lead to their sites all the while they move, and after a reload, and are refused when they are unbound", async () => {
    const records = memoryRecords();
    const store = memoryDomainStore({ records });
    const at = new Date();
    for (const id of sites) {
      const audit = { actor: "ada", action: "site.created", siteId: id, subject: id, at } as const;
      const site = { id, name: id, state: "live", createdAt: at, version: 1 } as const;
      await unwrap(memoryStore({ records }).createSite({ site, audit }));
    }
    const tokens: string[] = [];
    const resolver = memoryResolver({
      zones: new Map(),
      servers: ["one"],
      see: () => ({ status: "found", values: tokens, ttlSeconds: 1, aliases: [] }),
    });
    const findAuthorities = (name: string) => okAsync({ zone: name, servers: [{ name: "ns", addresses: ["one"] }] });
    const domains = createDomains({ store, resolver: { ...resolver, findAuthorities }, addresses: ["127.0.0.1"] });
    const routes = haproxyRoutes({ runtime: { socketPath: server.socketPath }, mapFile: server.mapFile });
    // Where a site's nodes are may change: then its names are brought along by a reconciliation.
    const backends = new Map<SiteId, string>([
      [sites[0], server.backends[0]],
      [sites[1], server.backends[1]],
    ]);
    const backendOf = (siteId: SiteId): string => backends.get(siteId) ?? "nowhere";
    const bindings = createBindings({ store, domains, routes: [{ routes, backendOf }] });
    for (const [index, hostname] of names.entries()) {
      const siteId = sites[index] as SiteId;
      const { domain } = await unwrap(domains.claim({ tenantId: "ada" as TenantId, siteId, hostname }));
      tokens.push(domain.challenge.token);
      await unwrap(domains.verify(domain.id));
      await unwrap(bindings.bind(domain.id, siteId, { beforePointing: true }));
    }
    expect(await Promise.all(names.map(server.visit))).toEqual([...server.backends]);

    let going = true;
    const answers = names.map(() => new Map<string | null, number>());
    const visitors = names.map(async (name, index) => {
      while (going) {
        const answer = await server.visit(name);
        answers[index]?.set(answer, (answers[index]?.get(answer) ?? 0) + 1);
      }
    });
    const flips = rounds(60, 12);
    try {
      for (let flip = 0; flip < flips; flip += 1) {
        const [first, second] = flip % 2 === 0 ? server.backends.toReversed() : server.backends;
        backends.set(sites[0], first as string);
        backends.set(sites[1], second as string);
        await Promise.all(names.map((name) => unwrap(bindings.reconcile(name))));
        expect(await Promise.all(names.map(server.visit))).toEqual([first, second]);
        if (flip === Math.floor(flips / 2)) await server.reload();
      }
    } finally {
      going = false;
      await Promise.allSettled(visitors);
    }
    await Promise.all(visitors);
    for (const seen of answers) {
      expect([...seen.keys()].sort()).toEqual([...server.backends].sort());
      expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(flips);
    }
    await unwrap(bindings.unbind(names[0]));
    expect([await server.visit(names[0]), await server.visit(names[1])]).toEqual([null, server.backends[1]]);
    await server.reload();
    expect([await server.visit(names[0]), await server.visit(names[1])]).toEqual([null, server.backends[1]]);
  }, 90_000);
});

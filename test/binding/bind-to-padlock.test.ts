// From the claim to the padlock and back, end to end: our DNS, a real authority, and our handler behind TLS.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createServer as createTlsServer, request } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { acmeAuthority, newAccountKey, newSigningRequest } from "@hostelry/adapter-acme";
import { nodeResolver } from "@hostelry/adapter-dns";
import { powerdnsProvider } from "@hostelry/adapter-dns/powerdns";
import {
  aesKeyVault,
  createBindings,
  createCertificates,
  createDomains,
  createHosting,
  domainIndex,
  type Hostname,
  httpChallenges,
  storedChallengeAnswers,
  type TenantId,
  unwrap,
  verifiedNames,
} from "@hostelry/core";
import { createSiteHandler, domainResolver, tlsContexts, withChallenges, withEdgeMark } from "@hostelry/serve";
import {
  memoryBlobStore,
  memoryCertificateStore,
  memoryContent,
  memoryDomainStore,
  memoryRecords,
  memoryStore,
  memoryTarget,
} from "@hostelry/testing";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type PebbleServer, pebbleAvailable, startPebble } from "../servers/pebble.ts";
import { type PowerdnsServer, startPowerdns } from "../servers/powerdns.ts";
import { serverAvailable } from "../servers/server-binary.ts";

const zone = "acme.de";
const [www, apex] = ["www.acme.de", "acme.de"] as Hostname[] as [Hostname, Hostname];

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

const isHere = serverAvailable("pdns_server", "sqlite3", "openssl") && pebbleAvailable();
describe.skipIf(!isHere)("a name, from its claim to its padlock", () => {
  const records = memoryRecords();
  const store = memoryDomainStore({ records });
  const certificateStore = memoryCertificateStore();
  const target = memoryTarget();
  const hosting = createHosting({ store: memoryStore({ records }), blobs: memoryBlobStore(), targets: [target] });
  const index = domainIndex({ store });
  const tls = tlsContexts();
  const handler = withChallenges(
    withEdgeMark(createSiteHandler({ content: memoryContent(target), resolve: domainResolver({ index }) }), {
      text: "edge-of-hoster",
    }),
    storedChallengeAnswers({ store: certificateStore }),
  );
  const plain = createServer(handler.node);
  const secure = createTlsServer({ SNICallback: tls.SNICallback }, handler.node);
  let dns: PowerdnsServer;
  let pebble: PebbleServer;
  let [plainPort, securePort] = [0, 0];

  beforeAll(async () => {
    [plainPort, securePort] = [await listen(plain), await listen(secure)];
    dns = await startPowerdns();
    pebble = await startPebble({ dnsPort: dns.dnsPort, httpPort: plainPort });
  });
  afterAll(async () => {
    await pebble.stop();
    await dns.stop();
    for (const server of [plain, secure]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  /** What a visitor gets over TLS, trusting the authority's root; throws when the handshake is refused. */
  const visit = (host: string, path = "/"): Promise<readonly [status: number, body: string]> =>
    new Promise((resolve, reject) => {
      const options = {
        host: "127.0.0.1",
        port: securePort,
        path,
        servername: host,
        ca: pebble.issuingRoot,
        agent: false,
      };
      const sent = request({ ...options, headers: { host } }, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          body += part;
        });
        response.once("end", () => resolve([response.statusCode ?? 0, response.headers.location ?? body]));
      });
      sent.once("error", reject);
      sent.end();
    });

  it("is bound, served over HTTPS, sent on where its owner wants that, unbound, and refused", async () => {
    const provider = powerdnsProvider({ url: dns.url, apiKey: dns.apiKey });
    await unwrap(provider.createZone({ name: zone, nameservers: [`ns1.${zone}`] }));
    const own = { action: "add", name: `ns1.${zone}`, type: "A", values: ["127.0.0.1"], ttlSeconds: 60 } as const;
    await unwrap(provider.applyChanges({ zone, changes: [own] }));
    const resolver = nodeResolver({ servers: [`127.0.0.1:${dns.dnsPort}`], authorityPort: dns.dnsPort });
    const domains = createDomains({ store, resolver, addresses: ["127.0.0.1"] });
    const directoryUrl = pebble.directoryUrl;
    const certificates = createCertificates({
      store: certificateStore,
      authority: {
        name: "pebble",
        authority: acmeAuthority({ directoryUrl, accountKey: newAccountKey(), trustedRoots: [pebble.serverRoot] }),
        account: { emails: ["hostmaster@hoster.net"], termsOfServiceAgreed: true },
      },
      vault: aesKeyVault({ keys: { one: randomBytes(32) }, current: "one" }),
      newSigningRequest,
      solvers: [httpChallenges({ store: certificateStore })],
      targets: [tls],
      permission: verifiedNames({ store }),
      policy: { firstPollMs: 20 },
    });
    const bindings = createBindings({
      store,
      domains,
      routes: [],
      dns: { provider, addresses: ["127.0.0.1"] },
      certificates,
    });

    const site = await unwrap(hosting.sites.create({ name: "Acme" }));
    const archive = zipSync({ "index.html": new TextEncoder().encode("<h1>Acme</h1>") });
    const revision = await unwrap(hosting.revisions.upload(site.id, archive));
    await unwrap(hosting.revisions.validate(revision.id));
    await unwrap(hosting.publish(revision.id));

    const bound = async (name: Hostname, redirect: "serve" | "to-www"): Promise<void> => {
      const claim = { tenantId: "ada" as TenantId, siteId: site.id, hostname: name, redirect };
      const { domain, instructions } = await unwrap(domains.claim(claim));
      if (instructions.method !== "dns") throw new Error("a name of a customer's is proven by DNS");
      expect((await bindings.bind(domain.id, site.id)).isErr()).toBe(true);
      const proof = {
        action: "add",
        name: instructions.name,
        type: "TXT",
        values: [instructions.value],
        ttlSeconds: 1,
      } as const;
      await unwrap(provider.applyChanges({ zone, changes: [proof] }));
      await unwrap(domains.verify(domain.id));
      await unwrap(bindings.bind(domain.id, site.id));
      // The authority decides in its own time, and tells nobody when it has.
      await vi.waitFor(
        async () => {
          await unwrap(certificates.sweep());
          const { complete, steps } = await unwrap(bindings.bind(domain.id, site.id));
          if (!complete) throw new Error(JSON.stringify(steps));
        },
        { timeout: 30_000, interval: 25 },
      );
    };

    await expect(visit(www)).rejects.toThrow();
    await bound(www, "serve");
    await bound(apex, "to-www");
    await unwrap(index.refresh());
    expect(await visit(www)).toEqual([200, "<h1>Acme</h1>"]);
    expect(await visit(apex, "/shop?q=1")).toEqual([308, `https://${www}/shop?q=1`]);
    expect(index.mayIssue(www).allowed).toBe(true);

    const undone = await unwrap(bindings.unbind(www));
    expect(undone.domain?.state).toBe("detached");
    await unwrap(index.refresh());
    await unwrap(certificates.sweep());
    await expect(visit(www)).rejects.toThrow();
    const overPlain = await fetch(`http://127.0.0.1:${plainPort}/`, { headers: { host: www } });
    expect(overPlain.status).toBe(404);
    expect(index.mayIssue(www)).toEqual({ allowed: false, reason: "unknown" });
    expect((await unwrap(resolver.lookup({ name: www, type: "A" }))).values).toEqual([]);
    // The other name is served by itself now, instead of sent to one that is refused.
    expect(await visit(apex)).toEqual([200, "<h1>Acme</h1>"]);
  }, 90_000);
});

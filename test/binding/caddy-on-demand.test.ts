// Certificates on demand: Caddy asks us in the midst of a handshake, and gets them from a real authority itself.
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localTransport } from "@hostelry/adapter-local";
import { edgeConfig, edgeRoutes } from "@hostelry/adapter-ssh";
import {
  createBindings,
  createDomains,
  type Domain,
  domainIndex,
  type Hostname,
  okAsync,
  type SiteId,
  type TenantId,
  unwrap,
} from "@hostelry/core";
import { askHandler } from "@hostelry/serve";
import { memoryDomainStore, memoryRecords, memoryResolver, memoryStore } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PebbleServer, pebbleAvailable, startPebble } from "../servers/pebble.ts";
import { type PowerdnsServer, startPowerdns } from "../servers/powerdns.ts";
import { requireServer, serverAvailable } from "../servers/server-binary.ts";
import { startDaemon } from "../servers/ssh-node/daemon.ts";
import { freePorts } from "../servers/ssh-node/free-ports.ts";
import { inFreshPlace, type WebServer } from "../servers/web/web-server.ts";

const siteId = "site-00000000000000000001" as SiteId;
/**
 * Several, of which one has to get its certificate: Pebble writes Retry-After as a date or as seconds, as it pleases, and Caddy 2.6 takes only
 * seconds; it then waits for a minute.
 */
const shops = Array.from({ length: 12 }, (_unused, number) => `shop-${number}.acme.de` as Hostname);
const isHere = serverAvailable("caddy", "pdns_server", "sqlite3", "openssl") && pebbleAvailable();

describe.skipIf(!isHere)("a web server that gets certificates on demand", () => {
  const records = memoryRecords();
  const store = memoryDomainStore({ records });
  const index = domainIndex({ store });
  const decided: string[] = [];
  const ask = askHandler({ index, onDecision: (host, { reason }) => decided.push(`${host} ${reason}`) });
  const asked = createServer((incoming, response) => {
    const answer = ask(new Request(`http://127.0.0.1${incoming.url ?? "/"}`, { method: incoming.method ?? "GET" }));
    response.writeHead(answer.status).end();
  });
  let dns: PowerdnsServer;
  let pebble: PebbleServer;
  let caddy: WebServer;
  const transport = localTransport();
  let httpPort = 0;
  let root = "";

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "hostelry-caddy-edge-"));
    await chmod(root, 0o755);
    await mkdir(join(root, "sites", siteId, "releases/one"), { recursive: true });
    await writeFile(join(root, "sites", siteId, "releases/one/index.html"), "hello");
    await symlink("releases/one", join(root, "sites", siteId, "current"));
    await new Promise<void>((resolve) => asked.listen(0, "127.0.0.1", resolve));
    dns = await startPowerdns();
    await dns.api("POST", "/zones", { name: "acme.de.", kind: "Native", nameservers: ["ns1.acme.de."] });
    const rrsets = [...shops, "evil.acme.de", "ns1.acme.de"].map((name) => ({
      name: `${name}.`,
      type: "A",
      ttl: 60,
      changetype: "REPLACE",
      records: [{ content: "127.0.0.1", disabled: false }],
    }));
    await dns.api("PATCH", "/zones/acme.de.", { rrsets });
    [httpPort = 0] = await freePorts(1);
    pebble = await startPebble({ dnsPort: dns.dnsPort, httpPort });
    caddy = await inFreshPlace("caddy", async ({ directory, port }) => {
      await writeFile(join(directory, "authority.pem"), pebble.serverRoot);
      const configFile = join(directory, "Caddyfile");
      const askUrl = `http://127.0.0.1:${(asked.address() as AddressInfo).port}/ask`;
      await writeFile(
        configFile,
        `{
	admin off
	http_port ${httpPort}
	https_port ${port}
	storage file_system ${directory}/temporary
	email hostmaster@hoster.net
	on_demand_tls {
		ask ${askUrl}
	}
	cert_issuer acme {
		dir ${pebble.directoryUrl}
		trusted_roots ${directory}/authority.pem
		disable_tlsalpn_challenge
	}
}
${edgeConfig("caddy", { root, listen: [{ address: "127.0.0.1", port, tls: "on-demand" }] })._unsafeUnwrap()}`,
      );
      const argv = [requireServer("caddy"), "run", "--adapter", "caddyfile", "--config", configFile] as const;
      const environment = { HOME: directory, TMPDIR: tmpdir() };
      return { configFile, daemon: await startDaemon({ argv, ready: /serving initial configuration/, environment }) };
    });
  });
  afterAll(async () => {
    await caddy.stop();
    await pebble.stop();
    await dns.stop();
    await new Promise((resolve) => asked.close(resolve));
    await transport.close();
    await rm(root, { recursive: true, force: true });
  });

  const visit = (host: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: caddy.port, servername: host, ca: pebble.issuingRoot, agent: false };
      const sent = request({ ...options, headers: { host } }, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          body += part;
        });
        response.once("end", () => resolve(`${response.statusCode} ${body}`));
      });
      sent.once("error", reject);
      sent.end();
    });

  it("gets one for a bound name, none for a stranger's, and none for one that was unbound before", async () => {
    const at = new Date();
    const audit = { actor: "ada", action: "site.created", siteId, subject: siteId, at } as const;
    const site = { id: siteId, name: "Acme", state: "live", createdAt: at, version: 1 } as const;
    await unwrap(memoryStore({ records }).createSite({ site, audit }));
    const txt = new Map<string, readonly string[]>();
    const resolver = memoryResolver({
      zones: new Map(),
      servers: ["one"],
      see: (_server, { name, type }) => {
        const values = txt.get(`${name} ${type}`) ?? [];
        return { status: values.length > 0 ? "found" : "no-name", values, ttlSeconds: 1, aliases: [] };
      },
    });
    const findAuthorities = (name: string) => okAsync({ zone: name, servers: [{ name: "ns", addresses: ["one"] }] });
    const domains = createDomains({ store, resolver: { ...resolver, findAuthorities }, addresses: ["127.0.0.1"] });
    const bindings = createBindings({ store, domains, routes: [{ routes: edgeRoutes(transport, root) }] });

    const bound: Domain[] = [];
    for (const hostname of shops) {
      const { domain, instructions } = await unwrap(domains.claim({ tenantId: "ada" as TenantId, siteId, hostname }));
      if (instructions.method !== "dns") throw new Error("a name of a customer's is proven by DNS");
      txt.set(`${instructions.name} TXT`, [instructions.value]);
      bound.push(await unwrap(domains.verify(domain.id)));
    }
    await unwrap(index.refresh());
    for (const hostname of shops) await expect(visit(hostname)).rejects.toThrow();
    for (const { id } of bound) await unwrap(bindings.bind(id, siteId, { beforePointing: true }));
    await unwrap(index.refresh());
    const served = await Promise.any(
      bound.map(async (domain) => {
        expect(await visit(domain.hostname)).toBe("200 hello");
        return domain;
      }),
    );
    await expect(visit("evil.acme.de")).rejects.toThrow();
    expect(decided).toContain(`${served.hostname} unknown`);
    expect(decided).toContain(`${served.hostname} active`);
    expect(decided).toContain("evil.acme.de unknown");
    expect(decided).not.toContain("evil.acme.de active");
    // A certificate that is there already is the web server's own: what refuses the visitor then is the route.
    await unwrap(bindings.unbind(served.id));
    await unwrap(index.refresh());
    expect(await visit(served.hostname)).toMatch(/^404 /);
    expect(ask(new Request(`http://127.0.0.1/ask?domain=${served.hostname}`)).status).toBe(403);
  }, 90_000);
});

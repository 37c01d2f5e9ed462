// What issuing needs around it: a DNS server with a zone, a web server that answers challenges, and an authority that asks both.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { acmeAuthority, newAccountKey, newSigningRequest } from "@hostelry/adapter-acme";
import { nodeResolver } from "@hostelry/adapter-dns";
import { powerdnsProvider } from "@hostelry/adapter-dns/powerdns";
import { rfc2136Provider } from "@hostelry/adapter-dns/rfc2136";
import {
  type CertificateAuthority,
  type CertificateOrder,
  type CheckedCertificate,
  checkCertificate,
  type DnsProvider,
  okAsync,
  type Resolver,
  type TxtChallenges,
  txtChallenges,
  unwrap,
} from "@hostelry/core";
import { type ChallengeTable, challengeTable, type SiteHandler, withChallenges } from "@hostelry/serve";
import { vi } from "vitest";
import { startBind } from "../servers/bind.ts";
import { type PebbleOptions, type PebbleServer, startPebble } from "../servers/pebble.ts";
import { startPowerdns } from "../servers/powerdns.ts";

/** The zone that both DNS servers have. */
export const zone = "zone-0.test";

/** A DNS server, as the suites use it. */
export interface DnsWorld {
  readonly provider: DnsProvider;
  readonly resolver: Resolver;
  readonly port: number;
  stop(): Promise<void>;
}

/** PowerDNS with the zone. */
export async function powerdnsWorld(): Promise<DnsWorld> {
  const server = await startPowerdns();
  const provider = powerdnsProvider({ url: server.url, apiKey: server.apiKey });
  await unwrap(provider.createZone({ name: zone, nameservers: [`ns1.${zone}`] }));
  await unwrap(provider.applyChanges({ zone, changes: [address(`ns1.${zone}`)] }));
  return { provider, resolver: resolverAt(server.dnsPort), port: server.dnsPort, stop: server.stop };
}

/** BIND with the zone. */
export async function bindWorld(): Promise<DnsWorld> {
  const server = await startBind(1);
  const provider = rfc2136Provider({ host: "127.0.0.1", port: server.port, key: server.key, zones: server.zones });
  // Its zones name a server that nobody can look up.
  const servers = [{ name: "ns1.servers.test", addresses: [`127.0.0.1:${server.port}`] }];
  const resolver: Resolver = { ...resolverAt(server.port), findAuthorities: () => okAsync({ zone, servers }) };
  return { provider, resolver, port: server.port, stop: server.stop };
}

function resolverAt(port: number): Resolver {
  return nodeResolver({ servers: [`127.0.0.1:${port}`], authorityPort: port });
}

/** All of it, running. */
export interface AcmeWorld {
  readonly pebble: PebbleServer;
  readonly dns: DnsWorld;
  readonly txt: TxtChallenges;
  readonly table: ChallengeTable;
  /** An authority of a fresh key, or of the given one. */
  authority(accountKey?: string): CertificateAuthority;
  /** The same, registered. */
  registered(accountKey?: string): Promise<CertificateAuthority>;
  /** Makes names lead to the web server. */
  point(...names: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a world around a DNS server. The site behind the challenges is closed: everything but a challenge is 503. */
export async function acmeWorld(dns: DnsWorld, options: Partial<PebbleOptions> = {}): Promise<AcmeWorld> {
  const closed: SiteHandler = {
    fetch: async () => new Response(null, { status: 503 }),
    node: (_request, response) => response.writeHead(503).end(),
  };
  const table = challengeTable();
  const web = createServer(withChallenges(closed, table).node);
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const httpPort = (web.address() as AddressInfo).port;
  const pebble = await startPebble({ dnsPort: dns.port, httpPort, ...options });
  const authority: AcmeWorld["authority"] = (accountKey = newAccountKey()) =>
    acmeAuthority({ directoryUrl: pebble.directoryUrl, accountKey, trustedRoots: [pebble.serverRoot] });
  return {
    pebble,
    dns,
    table,
    authority,
    txt: txtChallenges({ provider: dns.provider, resolver: dns.resolver }),
    registered: async (accountKey) => {
      const made = authority(accountKey);
      await unwrap(made.registerAccount({ emails: ["hostmaster@hoster.test"], termsOfServiceAgreed: true }));
      return made;
    },
    point: async (...names) => {
      await unwrap(dns.provider.applyChanges({ zone, changes: names.map(address) }));
    },
    stop: async () => {
      await pebble.stop();
      await new Promise((resolve) => web.close(resolve));
    },
  };
}

function address(name: string) {
  return { action: "add", name, type: "A", values: ["127.0.0.1"], ttlSeconds: 60 } as const;
}

/** Asks again until the authority has decided. It tells nobody when it has: asking is the only way. */
export function settled(authority: CertificateAuthority, orderId: string): Promise<CertificateOrder> {
  return vi.waitFor(
    async () => {
      const order = await unwrap(authority.getOrder(orderId));
      const undecided = order.proofs.some(({ challenges }) => challenges.some(({ status }) => status === "processing"));
      if (undecided || order.status === "processing") throw new Error(`${orderId} is undecided`);
      return order;
    },
    { timeout: 30_000, interval: 25 },
  );
}

/** Answers the challenges of an order over HTTP, and waits for what comes of it. */
export async function proveByHttp(
  world: AcmeWorld,
  authority: CertificateAuthority,
  orderId: string,
): Promise<CertificateOrder> {
  const { proofs } = await unwrap(authority.getOrder(orderId));
  for (const { name, challenges } of proofs) {
    const challenge = challenges.find(({ type }) => type === "http-01");
    if (challenge?.type !== "http-01") throw new Error(`${name} has no challenge by HTTP`);
    world.table.present(name, challenge.token, challenge.content);
    await unwrap(authority.answerChallenge({ orderId, challengeId: challenge.id }));
  }
  return settled(authority, orderId);
}

/** The rest of the way of an order whose names are proven: request, certificate, check of what came. */
export async function collect(
  world: AcmeWorld,
  authority: CertificateAuthority,
  { id, names }: Pick<CertificateOrder, "id" | "names">,
): Promise<CheckedCertificate & { readonly privateKeyPem: string }> {
  const { privateKeyPem, signingRequest } = await unwrap(newSigningRequest({ names }));
  await unwrap(authority.finalizeOrder({ orderId: id, signingRequest }));
  const order = await settled(authority, id);
  const { chainPem } = await unwrap(authority.downloadCertificate(order.id));
  const trustedRoots = [world.pebble.issuingRoot];
  const now = new Date();
  return { ...(await unwrap(checkCertificate({ chainPem, privateKeyPem, names, now, trustedRoots }))), privateKeyPem };
}

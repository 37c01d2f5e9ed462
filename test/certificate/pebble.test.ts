// Certificates that keep themselves, on real servers: Pebble asks PowerDNS and our web server, and a TLS server of this process shows what came of it.

import { createServer } from "node:http";
import { createServer as createHttpsServer, type Server } from "node:https";
import type { AddressInfo, LookupFunction } from "node:net";
import { connect } from "node:tls";
import { acmeAuthority, newSigningRequest } from "@hostelry/adapter-acme";
import {
  aesKeyVault,
  type Certificate,
  type CertificateEvent,
  type CertificateId,
  type CertificateProgress,
  type CertificateStore,
  type Certificates,
  type CertificatesOptions,
  certificateAccountKey,
  createCertificates,
  dnsChallenges,
  httpChallenges,
  type NamePermission,
  okAsync,
  storedChallengeAnswers,
  unwrap,
} from "@hostelry/core";
import { hostProbe, type SiteHandler, tlsContexts, withChallenges } from "@hostelry/serve";
import { memoryCertificateStore } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type DnsWorld, powerdnsWorld, zone } from "../adapter-acme/world.ts";
import { type PebbleServer, pebbleAvailable, startPebble } from "../servers/pebble.ts";
import { serverAvailable } from "../servers/server-binary.ts";

const isThere = serverAvailable("pdns_server", "sqlite3") && pebbleAvailable();
const here: LookupFunction = (_hostname, options, callback) => {
  if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
  else callback(null, "127.0.0.1", 4);
};

describe.skipIf(!isThere)("certificates that keep themselves, with Pebble, PowerDNS and a TLS server", () => {
  let dns: DnsWorld;
  let pebble: PebbleServer;
  let options: CertificatesOptions;
  let certificates: Certificates;
  let web: ReturnType<typeof createServer>;
  let tls: Server;
  const store: CertificateStore = memoryCertificateStore();
  const vault = aesKeyVault({ keys: { test: new Uint8Array(32).fill(3) }, current: "test" });
  const contexts = tlsContexts({ name: "this-process" });
  const events: CertificateEvent[] = [];

  beforeAll(async () => {
    dns = await powerdnsWorld();
    const closed: SiteHandler = {
      fetch: async () => new Response(null, { status: 503 }),
      node: (_request, response) => response.writeHead(503).end(),
    };
    web = createServer(withChallenges(closed, storedChallengeAnswers({ store })).node);
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    tls = createHttpsServer({ SNICallback: contexts.SNICallback }, (_request, response) => response.end("hello"));
    await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
    const httpPort = (web.address() as AddressInfo).port;
    pebble = await startPebble({ dnsPort: dns.port, httpPort, refusedNonces: 20 });
    const accountKey = await unwrap(certificateAccountKey({ store, vault, authority: "pebble" }));
    const probe = hostProbe({ port: httpPort, privateAddresses: true, lookup: here });
    options = {
      store,
      vault,
      authority: {
        name: "pebble",
        authority: acmeAuthority({
          directoryUrl: pebble.directoryUrl,
          accountKey,
          trustedRoots: [pebble.serverRoot],
        }),
        account: { emails: ["hostmaster@hoster.test"], termsOfServiceAgreed: true },
      },
      newSigningRequest,
      solvers: [httpChallenges({ store, probe }), dnsChallenges({ provider: dns.provider, resolver: dns.resolver })],
      targets: [contexts],
      permission: {
        of: (name) =>
          okAsync<NamePermission>(name.endsWith(zone) ? { allowed: true } : { allowed: false, reason: "unknown" }),
      },
      resolver: dns.resolver,
      trustedRoots: [pebble.issuingRoot],
      events: { emit: (event) => events.push(event) },
      policy: { firstPollMs: 20 },
    };
    certificates = createCertificates(options);
    const addresses = [`shop.${zone}`, `www.${zone}`, zone, `gone.${zone}`].map((name) => {
      return { action: "add", name, type: "A", values: ["127.0.0.1"], ttlSeconds: 60 } as const;
    });
    // Whom the zone allows to issue; above it this server is asked for nothing.
    const values = ['0 issue "pebble.letsencrypt.org"'];
    const allowed = { action: "add", name: zone, type: "CAA", values, ttlSeconds: 60 } as const;
    await unwrap(dns.provider.applyChanges({ zone, changes: [...addresses, allowed] }));
  });
  afterAll(async () => {
    await pebble.stop();
    await dns.stop();
    await new Promise((resolve) => web.close(resolve));
    await new Promise((resolve) => tls.close(resolve));
  });

  /** Sweeps until a certificate is as wanted: what a host's timer does. */
  const sweepUntil = (
    id: CertificateId,
    isSo: (progress: CertificateProgress) => boolean,
    by: Certificates = certificates,
  ): Promise<CertificateProgress> =>
    vi.waitFor(
      async () => {
        await unwrap(by.sweep());
        const progress = await unwrap(by.advance(id));
        if (!isSo(progress)) throw new Error(JSON.stringify(progress));
        return progress;
      },
      { timeout: 30_000, interval: 20 },
    );

  /** The SHA-256 of the certificate that a visitor is shown; rejects when the handshake is refused. */
  const shownFor = (servername: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port } = tls.address() as AddressInfo;
      const socket = connect({ host: "127.0.0.1", port, servername, ca: [pebble.issuingRoot] }, () => {
        resolve(socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase());
        socket.end();
      });
      socket.once("error", reject);
    });

  const recordsLeft = async (): Promise<readonly string[]> => {
    const { sets } = await unwrap(dns.provider.listRecordSets({ zone }));
    return sets.filter(({ name }) => name.startsWith("_acme-challenge")).map(({ name }) => name);
  };

  it("are issued over HTTP, looked at from outside first, and shown to visitors", async () => {
    const wanted = await unwrap(certificates.ensure({ names: [`shop.${zone}`, `www.${zone}`] }));
    expect(wanted.served).toBe(false);
    const { certificate } = await sweepUntil(wanted.certificate.id, ({ served }) => served);
    expect(certificate.issued?.advice?.info.askAgainAfterMs).toBeGreaterThan(0);
    expect(await shownFor(`shop.${zone}`)).toBe(certificate.issued?.sha256);
    expect(await shownFor(`www.${zone}`)).toBe(certificate.issued?.sha256);
    await expect(shownFor(`other.${zone}`)).rejects.toThrow();
  });

  it("are issued for a wildcard and its apex together by DNS, and no record is left", async () => {
    const wanted = await unwrap(certificates.ensure({ names: [zone, `*.${zone}`] }));
    const { certificate } = await sweepUntil(wanted.certificate.id, ({ served }) => served);
    expect(await shownFor(`anything.${zone}`)).toBe(certificate.issued?.sha256);
    expect(await shownFor(zone)).toBe(certificate.issued?.sha256);
    expect(await recordsLeft()).toEqual([]);
    const covered = await unwrap(certificates.ensure({ names: [`new.${zone}`] }));
    expect([covered.served, covered.certificate.id]).toEqual([true, certificate.id]);
  });

  it("are not ordered for a name that leads elsewhere, and cost nothing", async () => {
    const probe = hostProbe({ port: 9, privateAddresses: true, lookup: here });
    const elsewhere = createCertificates({ ...options, solvers: [httpChallenges({ store, probe })] });
    const refused = await unwrap(elsewhere.ensure({ names: [`gone.${zone}`], orCovering: false }));
    expect(refused.certificate.trouble).toMatchObject({ from: "preflight", type: "connection", name: `gone.${zone}` });
    expect(await unwrap(elsewhere.release(refused.certificate.id))).toBeNull();
  });

  it("are renewed when the authority moves its advice, and visitors get the new one", async () => {
    const [shop] = (await unwrap(certificates.list({ name: `shop.${zone}` }))).items.filter(
      ({ names }) => names.length === 2 && !names.includes(zone),
    );
    if (shop?.issued === undefined) throw new Error("issued by the first test");
    const hour = 3_600_000;
    const [start, end] = [new Date(Date.now() - 2 * hour), new Date(Date.now() - hour)];
    await pebble.advise(shop.issued.chainPem, start, end);
    // Six hours later, when the authority is asked again.
    const later = createCertificates({
      ...options,
      clock: { now: () => new Date(Date.now() + 7 * hour), sleep: () => Promise.resolve() },
    });
    const { certificate } = await sweepUntil(
      shop.id,
      ({ served, certificate: { issued } }) => served && issued?.number === 2,
      later,
    );
    expect(certificate.past.map(({ sha256 }) => sha256)).toEqual([shop.issued.sha256]);
    expect(await shownFor(`shop.${zone}`)).toBe(certificate.issued?.sha256);
    expect(pebble.log()).toMatch(/replacement/i);
  });

  it("are revoked, taken away, and ordered anew when they are wanted again", async () => {
    const [shop] = (await unwrap(certificates.list({ name: `shop.${zone}` }))).items.filter(({ names }) =>
      names.includes(`www.${zone}`),
    );
    const before = idOf(shop);
    const revoked = await unwrap(certificates.revoke(before, { reason: "cessation-of-operation" }));
    expect(revoked.certificate).toMatchObject({ state: "revoked" });
    // The wildcard beside it covers the name still.
    expect(await shownFor(`shop.${zone}`)).not.toBe(shop?.issued?.sha256);
    await unwrap(certificates.ensure({ names: [`shop.${zone}`, `www.${zone}`], orCovering: false }));
    const { certificate } = await sweepUntil(before, ({ served }) => served);
    expect(await shownFor(`shop.${zone}`)).toBe(certificate.issued?.sha256);
    expect(certificate.issued?.number).toBeGreaterThan(2);
    expect(events.map(({ kind }) => kind)).toContain("certificate.revoked");
  });

  it("have their keys in no event and no record in the clear", async () => {
    const { items } = await unwrap(store.listCertificates({ limit: 1000 }));
    const account = await unwrap(store.findAccount("pebble"));
    expect(items.length).toBeGreaterThan(1);
    expect(JSON.stringify([events, items, account])).not.toMatch(/PRIVATE KEY|MIGHAgEAMBMGByqGSM49/);
    for (const { issued } of items) expect(issued?.privateKey ?? "v1.").toMatch(/^v1\./);
  });
});

function idOf(certificate: Certificate | undefined): CertificateId {
  if (certificate === undefined) throw new Error("the certificate is there");
  return certificate.id;
}

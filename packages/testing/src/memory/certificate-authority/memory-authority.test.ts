import { X509Certificate } from "node:crypto";
import { checkCertificate, unwrap } from "@hostelry/core";
import type { CertificateAuthority, PlaceCertificateOrder } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { simulatedClock } from "../../clock/simulated-clock.ts";
import { seededRandom } from "../../random/seeded-random.ts";
import type { MemoryAuthoritySettings } from "./authority-settings.ts";
import { memoryAuthority } from "./memory-authority.ts";
import { memoryAuthorityServer } from "./memory-authority-server.ts";
import { memorySigningRequests } from "./signing-requests.ts";

const hour = 3_600_000;
const day = 24 * hour;
const domain = "example.com";

/** An authority that sees what it is to see: every answer that a test has put up. */
function place(settings: MemoryAuthoritySettings = {}) {
  const clock = simulatedClock();
  const random = seededRandom("place");
  const texts = new Map<string, string>();
  const records = new Map<string, readonly string[]>();
  const seen = {
    http: (name: string, token: string) => texts.get(`${name} ${token}`),
    txt: (name: string) => records.get(name) ?? [],
  };
  const server = memoryAuthorityServer({ clock, random, seen, ...settings });
  const authority = memoryAuthority({ server });
  const newRequest = memorySigningRequests(random);

  /** Puts the answers up, and tells the authority. */
  const answer = async (id: string, of: CertificateAuthority = authority): Promise<void> => {
    const { proofs } = await unwrap(of.getOrder(id));
    for (const { name, status, challenges } of proofs) {
      if (status !== "pending") continue;
      for (const challenge of challenges) {
        if (challenge.type === "http-01") texts.set(`${name} ${challenge.token}`, challenge.content);
        else records.set(challenge.recordName, [...(records.get(challenge.recordName) ?? []), challenge.recordValue]);
      }
      const [first] = challenges;
      if (first !== undefined) await unwrap(of.answerChallenge({ orderId: id, challengeId: first.id }));
    }
  };
  const issue = async (request: PlaceCertificateOrder) => {
    const { id } = await unwrap(authority.placeOrder(request));
    await answer(id);
    const { privateKeyPem, signingRequest } = await unwrap(newRequest({ names: request.names }));
    await unwrap(authority.finalizeOrder({ orderId: id, signingRequest }));
    const { chainPem } = await unwrap(authority.downloadCertificate(id));
    return { id, chainPem, privateKeyPem };
  };
  const register = () => unwrap(authority.registerAccount({ termsOfServiceAgreed: true }));
  return { clock, server, authority, newRequest, answer, issue, register, texts };
}

describe("the certificate authority in memory", () => {
  it("issues what OpenSSL takes for a certificate of these names, by its root, and the same one for the same seed", async () => {
    const names = ["*.example.com", "example.com"];
    const chains: string[] = [];
    for (const _ of ["once", "again"]) {
      const { clock, server, issue, register } = place();
      await register();
      const { chainPem, privateKeyPem } = await issue({ names, profile: "shortlived" });
      const trustedRoots = [server.rootPem];
      const { facts } = await unwrap(
        checkCertificate({ chainPem, privateKeyPem, names, now: clock.now(), trustedRoots }),
      );
      expect(facts.names).toEqual(names);
      expect(facts.notAfter.getTime() - facts.notBefore.getTime()).toBe(160 * hour - 1000);
      chains.push(chainPem);
    }
    expect(new X509Certificate(chains[1] ?? "").fingerprint256).toBe(
      new X509Certificate(chains[0] ?? "").fingerprint256,
    );
  });

  it("reads the signing requests of strangers, and takes none that is not signed by its key", async () => {
    const { authority, answer, newRequest, register } = place();
    await register();
    const { id } = await unwrap(authority.placeOrder({ names: [domain] }));
    await answer(id);
    const copy = Uint8Array.from((await unwrap(newRequest({ names: [domain] }))).signingRequest);
    const forged = Uint8Array.from(copy);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    const refused = await authority.finalizeOrder({ orderId: id, signingRequest: forged });
    expect(refused._unsafeUnwrapErr()).toMatchObject({ details: { problem: "badCSR" } });
    expect((await unwrap(authority.finalizeOrder({ orderId: id, signingRequest: copy }))).status).toBe("valid");
  });

  it("knows a certificate again by the id that RFC 9773 gives it, whatever its serial number begins with", async () => {
    const { authority, issue, register } = place({ limits: {} });
    await register();
    const ids = new Set<string>();
    for (let index = 0; index < 12; index += 1) {
      const names = [`a${index}.${domain}`];
      const first = await issue({ names });
      const advice = await unwrap(authority.readRenewalInfo(first.chainPem));
      if (advice === null) throw new Error("it gives advice");
      ids.add(advice.renewalId);
      await issue({ names, replaces: advice.renewalId });
      const again = await authority.placeOrder({ names, replaces: advice.renewalId });
      expect(again._unsafeUnwrapErr().code).toBe("CERTIFICATE_ALREADY_REPLACED");
    }
    expect(ids.size).toBe(12);
  });

  it("counts Let's Encrypt's limits: five of one set, the next after 33.6 hours, and a renewal that it knows never", async () => {
    const { clock, server, authority, issue, register } = place();
    await register();
    let last = "";
    for (let index = 0; index < 5; index += 1) last = (await issue({ names: [domain] })).chainPem;
    const refused = (await authority.placeOrder({ names: [domain] }))._unsafeUnwrapErr();
    const retryAt = new Date(clock.now().getTime() + 33.6 * hour);
    expect(refused).toMatchObject({ code: "ADAPTER_THROTTLED", details: { retryAt: retryAt.toISOString() } });
    const advice = await unwrap(authority.readRenewalInfo(last));
    await issue({ names: [domain], replaces: advice?.renewalId });
    await clock.advance(33.6 * hour - 1);
    expect((await authority.placeOrder({ names: [domain] })).isErr()).toBe(true);
    await clock.advance(1);
    await issue({ names: [domain] });
    expect(server.counts).toMatchObject({
      orders: 7,
      exemptOrders: 1,
      certificates: 7,
      refusals: { "certificates-per-exact-set": 2 },
    });
  });

  it("counts failed proofs by name, and takes no order for a name with five of them within the hour", async () => {
    const { clock, authority, register } = place();
    await register();
    for (let index = 0; index < 5; index += 1) {
      const { id } = await unwrap(authority.placeOrder({ names: [domain] }));
      const challenge = (await unwrap(authority.getOrder(id))).proofs[0]?.challenges[0];
      await unwrap(authority.answerChallenge({ orderId: id, challengeId: challenge?.id ?? "" }));
      expect(await unwrap(authority.getOrder(id))).toMatchObject({
        status: "invalid",
        problem: { type: "connection" },
      });
    }
    const refused = await authority.placeOrder({ names: [domain] });
    const retryAt = new Date(clock.now().getTime() + 12 * 60_000).toISOString();
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_THROTTLED", details: { retryAt } });
    await unwrap(authority.placeOrder({ names: [`other.${domain}`] }));
  });

  it("needs no new proof while the account's last one is good", async () => {
    const { clock, authority, issue, register } = place();
    await register();
    await issue({ names: [domain] });
    await clock.advance(29 * day);
    expect((await unwrap(authority.placeOrder({ names: [domain] }))).status).toBe("ready");
    await clock.advance(2 * day);
    expect((await unwrap(authority.placeOrder({ names: [domain] }))).status).toBe("pending");
  });

  it("takes its time to think and to issue, on the clock, and says how long", async () => {
    const { clock, authority, answer, newRequest, register } = place({ validationMs: 5000, issuanceMs: 60_000 });
    await register();
    const { id } = await unwrap(authority.placeOrder({ names: [domain] }));
    await answer(id);
    expect(await unwrap(authority.getOrder(id))).toMatchObject({ status: "pending", retryAfterMs: 5000 });
    await clock.advance(5000);
    expect((await unwrap(authority.getOrder(id))).status).toBe("ready");
    const { signingRequest } = await unwrap(newRequest({ names: [domain] }));
    const handed = await unwrap(authority.finalizeOrder({ orderId: id, signingRequest }));
    expect(handed).toMatchObject({ status: "processing", retryAfterMs: 60_000 });
    await clock.advance(60_000);
    expect((await unwrap(authority.getOrder(id))).status).toBe("valid");
  });

  it("advises a window before the last third, another one when it is told so, and one in the past for what is revoked", async () => {
    const { clock, server, authority, issue, register } = place();
    await register();
    const { chainPem } = await issue({ names: [domain] });
    const usual = (await unwrap(authority.readRenewalInfo(chainPem)))?.info;
    expect((usual?.windowStart.getTime() ?? 0) - clock.now().getTime()).toBeGreaterThan(58 * day);
    expect((usual?.windowEnd.getTime() ?? 0) - clock.now().getTime()).toBeLessThan(62 * day);
    const now = clock.now();
    const moved = { windowStart: new Date(now.getTime() - day), windowEnd: now, explanationUrl: "https://why.test/" };
    server.advise(moved, ({ names }) => names.includes(domain));
    expect((await unwrap(authority.readRenewalInfo(chainPem)))?.info).toMatchObject(moved);
    server.advise(null, () => true);
    server.revoke(() => true);
    const past = (await unwrap(authority.readRenewalInfo(chainPem)))?.info;
    expect(past?.windowEnd.getTime()).toBeLessThan(now.getTime());
    expect(await unwrap(authority.revokeCertificate({ certificatePem: chainPem, reason: "superseded" }))).toEqual({
      changed: false,
    });
  });

  it("is in trouble when it is told to be: away, too busy for hours, or with an answer that gets lost", async () => {
    const troubles: ("lost" | "unavailable" | { readonly retryAt: Date } | undefined)[] = [];
    const { clock, server, authority, register } = place({ trouble: () => troubles.shift() });
    await register();
    const retryAt = new Date(clock.now().getTime() + 5 * hour);
    troubles.push("unavailable", { retryAt }, "lost");
    const errors = [];
    for (let index = 0; index < 3; index += 1) {
      errors.push((await authority.placeOrder({ names: [domain] }))._unsafeUnwrapErr());
    }
    expect(errors).toMatchObject([
      { code: "ADAPTER_FAILED", details: { state: "unchanged" } },
      { code: "ADAPTER_THROTTLED", details: { retryAt: retryAt.toISOString() } },
      { code: "ADAPTER_FAILED", details: { state: "unknown" } },
    ]);
    expect(server.counts).toMatchObject({ orders: 1, calls: { placeOrder: 3 } });
  });

  it("has a renewal that nobody knows of in the way, until that order ends", async () => {
    const { clock, authority, issue, register } = place();
    await register();
    const { chainPem } = await issue({ names: [domain], profile: "shortlived" });
    const replaces = (await unwrap(authority.readRenewalInfo(chainPem)))?.renewalId;
    await clock.advance(day);
    await unwrap(authority.placeOrder({ names: [domain], replaces }));
    await clock.advance(6 * day);
    const blocked = await authority.placeOrder({ names: [domain], replaces });
    expect(blocked._unsafeUnwrapErr().code).toBe("CERTIFICATE_ALREADY_REPLACED");
    await clock.advance(day);
    await unwrap(authority.placeOrder({ names: [domain], replaces }));
  });

  it("forgets accounts and closes them when it is told to, and old orders by itself", async () => {
    const { clock, server, authority, register } = place();
    const { account } = await register();
    const { id } = await unwrap(authority.placeOrder({ names: [domain] }));
    await clock.advance(31 * day);
    await unwrap(authority.placeOrder({ names: [domain] }));
    expect((await authority.getOrder(id))._unsafeUnwrapErr().code).toBe("CERTIFICATE_ORDER_NOT_FOUND");
    server.deactivate(account.id);
    const deactivated = { code: "CERTIFICATE_ACCOUNT_MISSING", details: { reason: "deactivated" } };
    expect((await authority.findAccount())._unsafeUnwrapErr()).toMatchObject(deactivated);
    server.forget(account.id);
    const absent = { code: "CERTIFICATE_ACCOUNT_MISSING", details: { reason: "absent" } };
    expect((await authority.findAccount())._unsafeUnwrapErr()).toMatchObject(absent);
    expect((await register()).created).toBe(true);
  });
});

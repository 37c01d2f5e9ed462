import { randomBytes } from "node:crypto";
import { acmeAuthority, newAccountKey, newSigningRequest } from "@hostelry/adapter-acme";
import { unwrap } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pebbleAvailable } from "../servers/pebble.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { type AcmeWorld, acmeWorld, bindWorld, proveByHttp, settled, zone } from "./world.ts";

describe.skipIf(!serverAvailable("named", "nsupdate") || !pebbleAvailable())("Pebble says no", () => {
  let world: AcmeWorld;
  beforeAll(async () => {
    world = await acmeWorld(await bindWorld());
  });
  afterAll(async () => {
    await world.stop();
    await world.dns.stop();
  });

  it("to a key that it does not know, until the key is registered, which happens once", async () => {
    const authority = world.authority();
    const missing = { code: "CERTIFICATE_ACCOUNT_MISSING", details: { authority: "acme", reason: "absent" } };
    expect((await authority.findAccount())._unsafeUnwrapErr()).toMatchObject(missing);
    expect((await authority.placeOrder({ names: [zone] }))._unsafeUnwrapErr()).toMatchObject(missing);
    const request = { emails: ["hostmaster@hoster.test"], termsOfServiceAgreed: true };
    const all = await Promise.all(Array.from({ length: 4 }, () => unwrap(authority.registerAccount(request))));
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    const account = await unwrap(authority.findAccount());
    expect(account).toEqual({ id: account.id, status: "valid", contacts: ["mailto:hostmaster@hoster.test"] });
    expect(new Set(all.map(({ account: { id } }) => id))).toEqual(new Set([account.id]));
  });

  it("to who has not agreed to its terms, which it names", async () => {
    const facts = await unwrap(world.authority().readFacts());
    expect(facts).toMatchObject({ renewalInfo: true, externalAccountRequired: false });
    expect(facts.termsOfService).toMatch(/^data:|^https?:/);
    expect(Object.keys(facts.profiles).sort()).toEqual(["default", "shortlived"]);
    const refused = await world.authority().registerAccount({ termsOfServiceAgreed: false });
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: "CERTIFICATE_REFUSED", retryable: false });
  });

  it("to names that its policy excludes, and to a profile that it does not have", async () => {
    const authority = await world.registered();
    const blocked = await authority.placeOrder({ names: ["blocked.test", zone] });
    expect(blocked._unsafeUnwrapErr()).toMatchObject({
      code: "CERTIFICATE_REFUSED",
      details: { problem: "rejectedIdentifier" },
    });
    const profile = await authority.placeOrder({ names: [zone], profile: "forever" });
    expect(profile._unsafeUnwrapErr()).toMatchObject({
      code: "CERTIFICATE_REFUSED",
      details: { problem: "invalidProfile" },
    });
    for (const names of [[], ["Upper.test"], [zone, zone], ["under_score.test"]]) {
      expect((await authority.placeOrder({ names }))._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
    }
  });

  it("to a challenge that is not answered, with its own word for why, and the order is over", async () => {
    const authority = await world.registered();
    const cases = [
      ["unauthorized", `unanswered.${zone}`, true],
      ["dns", `nowhere.${zone}`, false],
    ] as const;
    for (const [problem, name, isPointed] of cases) {
      if (isPointed) await world.point(name);
      const { id } = await unwrap(authority.placeOrder({ names: [name] }));
      const [proof] = (await unwrap(authority.getOrder(id))).proofs;
      const challenge = proof?.challenges.find(({ type }) => type === "http-01");
      if (challenge === undefined) throw new Error("Pebble offers a challenge by HTTP");
      const answer = { orderId: id, challengeId: challenge.id };
      await unwrap(authority.answerChallenge(answer));
      const order = await settled(authority, id);
      const said = order.proofs[0]?.challenges.find((each) => each.id === challenge.id);
      expect([order.status, order.proofs[0]?.status, said?.status]).toEqual(["invalid", "invalid", "invalid"]);
      // The site is closed (503), or the name does not exist.
      expect([name, said?.problem?.type]).toEqual([
        name,
        problem === "dns" ? expect.stringMatching(/dns|unknownHost|connection/) : problem,
      ]);
      expect(await unwrap(authority.answerChallenge(answer))).toEqual({ status: "invalid" });
      const { signingRequest } = await unwrap(newSigningRequest({ names: [name] }));
      const late = (await authority.finalizeOrder({ orderId: id, signingRequest }))._unsafeUnwrapErr();
      expect(late).toMatchObject({
        code: "CERTIFICATE_ORDER_NOT_READY",
        details: { status: "invalid" },
        retryable: false,
      });
    }
  });

  it("to steps out of order, and to a request for other names", async () => {
    const authority = await world.registered();
    const name = `steps.${zone}`;
    await world.point(name);
    const { id } = await unwrap(authority.placeOrder({ names: [name] }));
    const { signingRequest } = await unwrap(newSigningRequest({ names: [name] }));
    const early = { code: "CERTIFICATE_ORDER_NOT_READY", details: { orderId: id, status: "pending" }, retryable: true };
    expect((await authority.finalizeOrder({ orderId: id, signingRequest }))._unsafeUnwrapErr()).toMatchObject(early);
    expect((await authority.downloadCertificate(id))._unsafeUnwrapErr()).toMatchObject(early);
    await proveByHttp(world, authority, id);
    const other = await unwrap(newSigningRequest({ names: [`other.${zone}`] }));
    const wrong = await authority.finalizeOrder({ orderId: id, signingRequest: other.signingRequest });
    expect(wrong._unsafeUnwrapErr()).toMatchObject({ code: "CERTIFICATE_REFUSED" });
    const nonsense = await authority.finalizeOrder({ orderId: id, signingRequest: randomBytes(64) });
    expect(nonsense._unsafeUnwrapErr()).toMatchObject({
      code: "CERTIFICATE_REFUSED",
      details: { problem: expect.stringMatching(/^(badCSR|malformed)$/) },
    });
    // Twice at once, with a key that is RSA: the order is finalized by one of the two, and both see it.
    const rsa = await unwrap(newSigningRequest({ names: [name], keyType: "rsa-2048" }));
    const finalize = () => unwrap(authority.finalizeOrder({ orderId: id, signingRequest: rsa.signingRequest }));
    const both = await Promise.all([finalize(), finalize()]);
    expect(both.every(({ status }) => status === "processing" || status === "valid")).toBe(true);
    expect((await settled(authority, id)).status).toBe("valid");
    expect((await finalize()).status).toBe("valid");
  });

  it("to strangers: an order is not there for another account, and no request leaves for another place", async () => {
    const authority = await world.registered();
    const stranger = await world.registered();
    const { id } = await unwrap(authority.placeOrder({ names: [zone] }));
    const notFound = { code: "CERTIFICATE_ORDER_NOT_FOUND" };
    for (const orderId of [id, `${id}0`, "http://127.0.0.1:1/order", "17"]) {
      expect((await stranger.getOrder(orderId))._unsafeUnwrapErr()).toMatchObject(notFound);
    }
    const elsewhere = await authority.answerChallenge({ orderId: id, challengeId: "http://127.0.0.1:1/challenge" });
    expect(elsewhere._unsafeUnwrapErr()).toMatchObject(notFound);
  });

  it("to a client that does not trust it, and the key is in no word of what is said", async () => {
    const accountKey = newAccountKey();
    const untrusting = acmeAuthority({ directoryUrl: world.pebble.directoryUrl, accountKey });
    const error = (await untrusting.findAccount())._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unchanged" } });
    const told = JSON.stringify(error) + String(error.stack) + String(error.cause);
    for (const line of accountKey.split("\n").slice(1, 3)) expect(told).not.toContain(line);
  });

  it("nothing of renewals for a certificate of somebody else's", async () => {
    const authority = world.authority();
    const unknown = (await authority.readRenewalInfo(world.pebble.issuingRoot)).match(
      (answer) => answer,
      ({ code }) => code,
    );
    expect([null, "INVALID_INPUT"]).toContain(unknown);
    expect((await authority.readRenewalInfo("nonsense"))._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
  });
});

describe.skipIf(!serverAvailable("named", "nsupdate") || !pebbleAvailable())(
  "an authority that asks for an external account",
  () => {
    const hmacKey = randomBytes(32).toString("base64url");
    let world: AcmeWorld;
    beforeAll(async () => {
      world = await acmeWorld(await bindWorld(), { externalAccounts: { "key-1": hmacKey } });
    });
    afterAll(async () => {
      await world.stop();
      await world.dns.stop();
    });

    const authorityWith = (externalAccount?: { readonly keyId: string; readonly hmacKey: string }) =>
      acmeAuthority({
        directoryUrl: world.pebble.directoryUrl,
        accountKey: newAccountKey(),
        trustedRoots: [world.pebble.serverRoot],
        ...(externalAccount === undefined ? {} : { externalAccount }),
      });
    const request = { termsOfServiceAgreed: true };

    it("says so, and registers with it alone", async () => {
      expect((await unwrap(authorityWith().readFacts())).externalAccountRequired).toBe(true);
      expect((await authorityWith().registerAccount(request))._unsafeUnwrapErr()).toMatchObject({
        code: "CERTIFICATE_REFUSED",
        details: { problem: "externalAccountRequired" },
      });
      const wrong = authorityWith({ keyId: "key-1", hmacKey: randomBytes(32).toString("base64url") });
      const refusal = (await wrong.registerAccount(request))._unsafeUnwrapErr();
      expect(refusal.code).toBe("CERTIFICATE_REFUSED");
      const right = await unwrap(authorityWith({ keyId: "key-1", hmacKey }).registerAccount(request));
      expect(right).toMatchObject({ created: true, account: { status: "valid" } });
    });
  },
);

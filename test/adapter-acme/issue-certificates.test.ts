import { newAccountKey } from "@hostelry/adapter-acme";
import { renewalTime, unwrap } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pebbleAvailable } from "../servers/pebble.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { type AcmeWorld, acmeWorld, bindWorld, collect, powerdnsWorld, proveByHttp, settled, zone } from "./world.ts";

const servers = [
  ["PowerDNS", powerdnsWorld, serverAvailable("pdns_server", "sqlite3")],
  ["BIND", bindWorld, serverAvailable("named", "nsupdate")],
] as const;

for (const [dnsName, startDns, isThere] of servers) {
  describe.skipIf(!isThere || !pebbleAvailable())(
    `certificates of Pebble, which refuses a third of all nonces and asks ${dnsName}`,
    () => {
      let world: AcmeWorld;
      beforeAll(async () => {
        world = await acmeWorld(await startDns(), { refusedNonces: 33 });
      });
      afterAll(async () => {
        await world.stop();
        await world.dns.stop();
      });

      it("are issued for a name and its wildcard together, by DNS, both values at one name at one time", async () => {
        const authority = await world.registered();
        const names = [`*.${zone}`, zone];
        const { id } = await unwrap(authority.placeOrder({ names }));
        const { proofs } = await unwrap(authority.getOrder(id));
        expect(proofs.map(({ name, wildcard }) => ({ name, wildcard })).sort((one) => (one.wildcard ? -1 : 1))).toEqual(
          [
            { name: zone, wildcard: true },
            { name: zone, wildcard: false },
          ],
        );
        const challenges = proofs.flatMap((proof) => proof.challenges.filter(({ type }) => type === "dns-01"));
        const values = challenges.map((challenge) => {
          if (challenge.type !== "dns-01") throw new Error("filtered");
          return { id: challenge.id, name: challenge.recordName, value: challenge.recordValue };
        });
        expect(new Set(values.map(({ name }) => name))).toEqual(new Set([`_acme-challenge.${zone}`]));
        const presented = await Promise.all(values.map((value) => unwrap(world.txt.present(value))));
        for (const value of values) await unwrap(world.txt.waitUntilVisible(value, { timeoutMs: 10_000 }));
        await Promise.all(
          values.map((value) => unwrap(authority.answerChallenge({ orderId: id, challengeId: value.id }))),
        );
        expect((await settled(authority, id)).status).toBe("ready");
        const certificate = await collect(world, authority, { id, names });
        expect(certificate.facts.names).toEqual(names);
        for (const [index, value] of values.entries()) {
          const where = presented[index];
          if (where !== undefined) await unwrap(world.txt.withdraw(value, where));
        }
      });

      it("are issued by HTTP while the site itself is closed, and an order is gone on with by another process", async () => {
        const key = newAccountKey();
        const authority = await world.registered(key);
        const names = [`shop.${zone}`, `www.${zone}`];
        await world.point(...names);
        const placed = await unwrap(authority.placeOrder({ names, profile: "shortlived" }));
        expect(placed).toMatchObject({ status: "pending", names });
        const another = world.authority(key);
        const proven = await proveByHttp(world, another, placed.id);
        expect([proven.status, proven.proofs.map(({ status }) => status)]).toEqual(["ready", ["valid", "valid"]]);
        const certificate = await collect(world, world.authority(key), proven);
        const { notBefore, notAfter } = certificate.facts;
        expect(Math.round((notAfter.getTime() - notBefore.getTime()) / 86_400_000)).toBe(6);
      });

      it("are renewed when the authority advises it, as the successor of the one before, and only once", async () => {
        const authority = await world.registered();
        const names = [`renewed.${zone}`];
        await world.point(...names);
        const order = await unwrap(authority.placeOrder({ names, profile: "default" }));
        const first = await collect(world, authority, await proveByHttp(world, authority, order.id));
        const advice = await unwrap(authority.readRenewalInfo(first.chainPem));
        if (advice === null) throw new Error("Pebble gives advice");
        const due = renewalTime(first.facts, advice.info).getTime();
        expect(due).toBeGreaterThan(first.facts.notBefore.getTime() + 50 * 86_400_000);
        expect(due).toBeLessThan(first.facts.notAfter.getTime() - 20 * 86_400_000);
        expect(advice.info.askAgainAfterMs).toBe(6 * 3_600_000);

        const hour = 3_600_000;
        await world.pebble.advise(first.chainPem, new Date(Date.now() - 2 * hour), new Date(Date.now() - hour));
        const urgent = await unwrap(authority.readRenewalInfo(first.chainPem));
        if (urgent === null) throw new Error("Pebble gives advice");
        expect(renewalTime(first.facts, urgent.info).getTime()).toBeLessThan(Date.now());

        const { renewalId: replaces } = urgent;
        const renewal = await unwrap(authority.placeOrder({ names, profile: "default", replaces }));
        const second = await collect(world, authority, await proveByHttp(world, authority, renewal.id));
        expect(second.facts.sha256).not.toBe(first.facts.sha256);
        expect(world.pebble.log()).toMatch(/replacement/i);
        const again = await authority.placeOrder({ names, profile: "default", replaces });
        expect(again._unsafeUnwrapErr()).toMatchObject({ code: "CERTIFICATE_ALREADY_REPLACED", details: { replaces } });
      });

      it("are revoked once, and not by another account", async () => {
        const authority = await world.registered();
        const names = [`revoked.${zone}`];
        await world.point(...names);
        const order = await unwrap(authority.placeOrder({ names, profile: "default" }));
        const { chainPem: certificatePem } = await collect(
          world,
          authority,
          await proveByHttp(world, authority, order.id),
        );
        const request = { certificatePem, reason: "superseded" } as const;
        const stranger = await (await world.registered()).revokeCertificate(request);
        expect(stranger._unsafeUnwrapErr()).toMatchObject({ code: "CERTIFICATE_REFUSED" });
        expect(await unwrap(authority.revokeCertificate(request))).toEqual({ changed: true });
        expect(await unwrap(authority.revokeCertificate(request))).toEqual({ changed: false });
        const advice = await unwrap(authority.readRenewalInfo(certificatePem));
        expect(advice?.info.windowEnd.getTime()).toBeLessThanOrEqual(Date.now());
      });
    },
  );
}

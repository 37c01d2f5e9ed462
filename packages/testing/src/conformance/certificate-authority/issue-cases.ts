import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { checked, collect, decided, readyOrder, registered } from "./authority-scene.ts";
import type { CertificateAuthorityCase } from "./certificate-authority-harness.ts";

/** What an authority promises of issuing. */
export const issueCases: readonly CertificateAuthorityCase[] = [
  {
    name: "issue/exact",
    title: "issues for exactly the names and the key, by its root, and without the root",
    check: async (underTest) => {
      await registered(underTest);
      const names = [`a.${underTest.domain}`, `b.${underTest.domain}`];
      const { facts, downloadedPem } = await collect(underTest, { names });
      assertSame(facts.names, names, "names");
      const [, line = "?"] = underTest.rootPem.split("\n").slice(2);
      assert.ok(!downloadedPem.includes(line), "the root is not in it");
    },
  },
  {
    name: "issue/profile",
    title: "issues what the profile of the order says, each time",
    requires: ["profiles"],
    check: async (underTest) => {
      await registered(underTest);
      const lives = Object.entries(underTest.profileLivesMs ?? {});
      assert.ok(lives.length > 1, "the harness tells `profileLivesMs` of two profiles at least");
      for (const [index, [profile, lifeMs]] of [...lives, ...lives].entries()) {
        const { facts } = await collect(underTest, { names: [`p${index}.${underTest.domain}`], profile });
        const offMs = facts.notAfter.getTime() - facts.notBefore.getTime() - lifeMs;
        assert.ok(Math.abs(offMs) <= 60_000, `${profile}: ${offMs} ms more than ${lifeMs}`);
      }
    },
  },
  {
    name: "issue/too-early",
    title: "gives nothing for an order that is not proven; it may become ready",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const names = [underTest.domain];
      const { id: orderId } = await expectOk(subject.placeOrder({ names }));
      const { signingRequest } = await underTest.newSigningRequest(names);
      const finalizing = subject.finalizeOrder({ orderId, signingRequest });
      const code = "CERTIFICATE_ORDER_NOT_READY";
      const early = [
        await expectRefusal(finalizing, code),
        await expectRefusal(subject.downloadCertificate(orderId), code),
      ];
      for (const error of early) {
        assertSame([error.details.orderId, error.details.status, error.retryable], [orderId, "pending", true], "why");
      }
      assert.equal((await expectOk(subject.getOrder(orderId))).status, "pending");
    },
  },
  {
    name: "issue/other-names",
    title: "takes no request for other names, for fewer or for more, and none that can't be read",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const { domain } = underTest;
      const names = [`a.${domain}`, `b.${domain}`];
      const { id: orderId } = await readyOrder(underTest, { names });
      for (const other of [[`a.${domain}`], [...names, `c.${domain}`], [`a.${domain}`, `c.${domain}`]]) {
        const { signingRequest } = await underTest.newSigningRequest(other);
        await expectRefusal(subject.finalizeOrder({ orderId, signingRequest }), "CERTIFICATE_REFUSED");
      }
      const nonsense = new Uint8Array(64).fill(7);
      await expectRefusal(subject.finalizeOrder({ orderId, signingRequest: nonsense }), "CERTIFICATE_REFUSED");
      await expectRefusal(subject.downloadCertificate(orderId), "CERTIFICATE_ORDER_NOT_READY");
    },
  },
  {
    name: "issue/first-request-counts",
    title: "issues for the first request, and answers a second one with the order as it is",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const names = [underTest.domain];
      const { id: orderId } = await readyOrder(underTest, { names });
      const first = await underTest.newSigningRequest(names);
      const second = await underTest.newSigningRequest(names);
      await expectOk(subject.finalizeOrder({ orderId, signingRequest: first.signingRequest }));
      const { signingRequest } = second;
      const again = await expectOk(underTest.another().finalizeOrder({ orderId, signingRequest }));
      assert.match(again.status, /^(processing|valid)$/);
      await decided(underTest, orderId);
      const late = await expectOk(subject.finalizeOrder({ orderId, signingRequest }));
      assert.equal(late.status, "valid");
      const { chainPem } = await expectOk(subject.downloadCertificate(orderId));
      checked(underTest, { chainPem, privateKeyPem: first.privateKeyPem, names });
    },
  },
  {
    name: "issue/raced",
    title: "issues one certificate when two processes hand their requests in at one time",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const names = [underTest.domain];
      const { id: orderId } = await readyOrder(underTest, { names });
      const requests = await Promise.all([1, 2, 3].map(() => underTest.newSigningRequest(names)));
      const adapters = [subject, underTest.another(), subject];
      const heads = await Promise.all(
        requests.map(({ signingRequest }, index) =>
          expectOk((adapters[index] ?? subject).finalizeOrder({ orderId, signingRequest })),
        ),
      );
      for (const { status } of heads) assert.match(status, /^(processing|valid)$/);
      assert.equal((await decided(underTest, orderId)).status, "valid");
      const chains = await Promise.all(adapters.map((adapter) => expectOk(adapter.downloadCertificate(orderId))));
      assert.equal(new Set(chains.map(({ chainPem }) => chainPem)).size, 1, "certificates");
    },
  },
];

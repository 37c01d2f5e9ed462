import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { registered } from "./authority-scene.ts";
import type { CertificateAuthorityCase } from "./certificate-authority-harness.ts";

const agreed = { termsOfServiceAgreed: true };

/** What an authority promises of itself and of accounts. */
export const accountCases: readonly CertificateAuthorityCase[] = [
  {
    name: "facts/without-account",
    title: "says of itself what there is to say, to anybody, and the same again",
    check: async ({ subject, profileLivesMs }) => {
      const facts = await expectOk(subject.readFacts());
      assertSame(await expectOk(subject.readFacts()), facts, "said again");
      for (const profile of Object.keys(profileLivesMs ?? {})) assert.ok(profile in facts.profiles, profile);
      await expectRefusal(subject.findAccount(), "CERTIFICATE_ACCOUNT_MISSING");
    },
  },
  {
    name: "account/missing",
    title: "does nothing for a key that nobody registered, and registers it for no call but the one for that",
    check: async ({ subject, domain }) => {
      for (let count = 0; count < 2; count += 1) {
        const error = await expectRefusal(subject.findAccount(), "CERTIFICATE_ACCOUNT_MISSING");
        assert.equal(error.details.reason, "absent");
      }
      await expectRefusal(subject.placeOrder({ names: [domain] }), "CERTIFICATE_ACCOUNT_MISSING");
      await expectRefusal(subject.findAccount(), "CERTIFICATE_ACCOUNT_MISSING");
    },
  },
  {
    name: "account/registered",
    title: "registers a key once; whoever has the key finds the account, as it was registered",
    check: async (underTest) => {
      const { subject, domain } = underTest;
      const emails = [`hostmaster@${domain}`];
      const first = await expectOk(subject.registerAccount({ ...agreed, emails }));
      const contacts = emails.map((email) => `mailto:${email}`);
      assertSame(first, { account: { id: first.account.id, status: "valid", contacts }, created: true }, "the first");
      const other = { ...agreed, emails: [`somebody@${domain}`] };
      const again = await expectOk(underTest.another().registerAccount(other));
      assertSame(again, { account: first.account, created: false }, "the second, with other contacts");
      assertSame(await expectOk(underTest.another().findAccount()), first.account, "found");
      await expectRefusal(underTest.stranger().findAccount(), "CERTIFICATE_ACCOUNT_MISSING");
    },
  },
  {
    name: "account/raced",
    title: "makes one account for one key, whoever registers it at one time",
    check: async (underTest) => {
      const adapters = [underTest.subject, underTest.another(), underTest.another(), underTest.subject];
      const { values } = await race(4, (index) => (adapters[index] ?? underTest.subject).registerAccount(agreed));
      assert.equal(values.filter(({ created }) => created).length, 1, "created");
      assert.equal(new Set(values.map(({ account }) => account.id)).size, 1, "accounts");
    },
  },
  {
    name: "account/terms",
    title: "registers nobody who has not agreed to its terms",
    check: async ({ subject }) => {
      await expectRefusal(subject.registerAccount({ termsOfServiceAgreed: false }), "CERTIFICATE_REFUSED");
      await expectRefusal(subject.findAccount(), "CERTIFICATE_ACCOUNT_MISSING");
    },
  },
  {
    name: "account/deactivated",
    title: "says that an account is closed, which is something else than that it is not there",
    tool: "deactivate",
    check: async (underTest) => {
      const subject = await registered(underTest);
      await underTest.deactivate?.();
      for (const adapter of [subject, underTest.another()]) {
        const placing = adapter.placeOrder({ names: [underTest.domain] });
        const error = await expectRefusal(placing, "CERTIFICATE_ACCOUNT_MISSING");
        assert.equal(error.details.reason, "deactivated");
      }
    },
  },
];

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { CallOptions, CertificateAccountRecord, HostingError, ResultAsync, Sealed } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { afterNoon, noon } from "../store/scene.ts";
import { begun, changeOf, freshName, leased, leaseOf, newRecord } from "./certificate-scene.ts";
import type { CertificateStoreCase } from "./certificate-store-harness.ts";

/** What a certificate store promises of accounts, of answers to challenges, and of callers who leave. */
export const answerCases: readonly CertificateStoreCase[] = [
  {
    name: "account/kept",
    title: "keeps one account for an authority, the first one, and overwrites it with nothing",
    check: async ({ subject }) => {
      const account = freshAccount();
      assertSame(await expectOk(subject.findAccount(account.authority)), null, "before");
      assertSame(await expectOk(subject.keepAccount(account)), { account, created: true }, "the first");
      const other = { ...account, accountKey: "another" as Sealed, createdAt: afterNoon(1) };
      assertSame(await expectOk(subject.keepAccount(other)), { account, created: false }, "the second");
      assertSame(await expectOk(subject.findAccount(account.authority)), account, "what is read");
      const nameless = { ...account, authority: "" };
      await expectRefusal(subject.keepAccount(nameless), "INVALID_INPUT");
    },
  },
  {
    name: "account/raced",
    title: "keeps one account when many processes come with one each",
    check: async ({ subject }) => {
      const { authority } = freshAccount();
      const accounts = Array.from({ length: 8 }, () => ({ ...freshAccount(), authority }));
      const { values } = await race(8, (index) => subject.keepAccount(accounts[index] ?? freshAccount()));
      assert.equal(values.filter(({ created }) => created).length, 1, "created");
      assert.equal(new Set(values.map(({ account }) => account.accountKey)).size, 1, "keys");
    },
  },
  {
    name: "answer/found",
    title: "gives out the answer to a challenge by its name and token, the last one, and until its end",
    check: async ({ subject }) => {
      const hostname = freshName();
      const answer = { hostname, token: "to-ken_1", content: "to-ken_1.thumb", expiresAt: afterNoon(10) };
      const find = (token: string, now = noon, name = hostname) =>
        expectOk(subject.findChallengeAnswer({ hostname: name, token, now }));
      assert.equal(await find("to-ken_1"), null, "before");
      await expectOk(subject.putChallengeAnswer(answer));
      assert.equal(await find("to-ken_1"), "to-ken_1.thumb");
      assert.equal(await find("TO-KEN_1"), null, "another token");
      assert.equal(await find("to-ken_1", noon, `www.${hostname}`), null, "another name");
      assert.equal(await find("to-ken_1", afterNoon(9)), "to-ken_1.thumb", "still");
      assert.equal(await find("to-ken_1", afterNoon(10)), null, "its end");
      await expectOk(subject.putChallengeAnswer({ ...answer, content: "other", expiresAt: afterNoon(20) }));
      assert.equal(await find("to-ken_1", afterNoon(10)), "other", "the last one");
      for (let count = 0; count < 2; count += 1)
        await expectOk(subject.removeChallengeAnswer({ hostname, token: "to-ken_1" }));
      assert.equal(await find("to-ken_1"), null, "taken away");
    },
  },
  {
    name: "answer/checked",
    title: "takes names and tokens in their form only, and no long texts",
    check: async ({ subject }) => {
      const answer = { hostname: freshName(), token: "token", content: "x", expiresAt: afterNoon(10) };
      const wrong = [
        { hostname: "Upper.test" },
        { hostname: "*.acme.com" },
        { hostname: "a b" },
        { token: "../../etc" },
        { token: "" },
        { token: "t".repeat(201) },
        { content: "x".repeat(1001) },
      ];
      for (const each of wrong)
        await expectRefusal(subject.putChallengeAnswer({ ...answer, ...each }), "INVALID_INPUT");
    },
  },
  {
    name: "stale/answers",
    title: "removes answers after their end, and no others",
    check: async ({ subject }) => {
      const hostname = freshName();
      for (let index = 0; index < 4; index += 1) {
        const answer = { hostname, token: `token-${index}`, content: "x", expiresAt: afterNoon(index) };
        await expectOk(subject.putChallengeAnswer(answer));
      }
      assertSame(
        await expectOk(subject.removeStale({ now: afterNoon(1), limit: 100 })),
        { removed: 2 },
        "two are over",
      );
      const find = (token: string) => expectOk(subject.findChallengeAnswer({ hostname, token, now: afterNoon(-1) }));
      assertSame([await find("token-1"), await find("token-2")], [null, "x"], "gone, and there");
    },
  },
  {
    name: "cancel/before",
    title: "does nothing for a caller who has left before the call, in every method",
    check: async ({ subject }) => {
      const free = await begun(subject);
      const held = await leased(subject);
      const { id: certificateId, fencingToken } = held;
      const account = freshAccount();
      const begin = newRecord();
      const answer = { hostname: freshName(), token: "token", content: "x", expiresAt: afterNoon(10) };
      const kept = { ...answer, token: "kept" };
      await expectOk(subject.putChallengeAnswer(kept));
      const uses = { expected: new Map([["key", null]]), uses: new Map([["key", noon]]) };
      const calls: readonly ((options: CallOptions) => ResultAsync<unknown, HostingError>)[] = [
        (options) => subject.beginCertificate(begin, options),
        (options) => subject.getCertificate(certificateId, options),
        (options) => subject.listCertificates({}, options),
        (options) => subject.listDueCertificates({ now: noon, limit: 1 }, options),
        (options) => subject.leaseCertificate(leaseOf(free.id), options),
        (options) => subject.changeCertificate(changeOf(held, { failures: 9 }), options),
        (options) => subject.removeCertificate({ certificateId, fencingToken }, options),
        (options) => subject.keepAccount(account, options),
        (options) => subject.findAccount(account.authority, options),
        (options) => subject.readRateUses(["key"], options),
        (options) => subject.spendRateUses(uses, options),
        (options) => subject.putChallengeAnswer(answer, options),
        (options) => subject.findChallengeAnswer({ ...kept, now: noon }, options),
        (options) => subject.removeChallengeAnswer(kept, options),
        (options) => subject.removeStale({ now: afterNoon(100), limit: 1 }, options),
      ];
      for (const call of calls) await expectRefusal(call({ signal: AbortSignal.abort() }), "ABORTED");
      await expectRefusal(subject.getCertificate(begin.id), "CERTIFICATE_NOT_FOUND");
      assertSame(await expectOk(subject.getCertificate(free.id)), free, "not leased");
      assertSame(await expectOk(subject.getCertificate(certificateId)), held, "not changed");
      assertSame(await expectOk(subject.findAccount(account.authority)), null, "not kept");
      assert.equal((await expectOk(subject.readRateUses(["key"]))).size, 0, "not spent");
      const { hostname } = answer;
      const find = (token: string) => expectOk(subject.findChallengeAnswer({ hostname, token, now: noon }));
      assertSame([await find("token"), await find("kept")], [null, "x"], "neither put nor removed");
    },
  },
];

function freshAccount(): CertificateAccountRecord {
  const word = randomBytes(8).toString("hex");
  return { authority: `acme ${word}`, accountKey: `sealed ${word}` as Sealed, createdAt: noon };
}

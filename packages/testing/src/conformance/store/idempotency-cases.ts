import assert from "node:assert/strict";
import type { IdempotencyBeginning, Store } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { freshHash } from "../fresh-ids.ts";
import type { StoreCase } from "./store-harness.ts";

type Request = Parameters<Store["beginIdempotent"]>[0];
type Started = Extract<IdempotencyBeginning, { state: "started" }>;

const minute = 60_000;

/** A call with a key that nobody has used. */
export function newCall(facts: Partial<Request> = {}): Request {
  return {
    keyHash: freshHash(),
    operation: "sites.create",
    fingerprint: freshHash(),
    holder: "first",
    seed: freshHash(),
    leaseMs: minute,
    keepMs: 60 * minute,
    ...facts,
  };
}

/** Takes a key that must be free. */
export async function begin(store: Store, request: Request): Promise<Started> {
  const begun = await expectOk(store.beginIdempotent(request));
  if (begun.state !== "started") assert.fail("the key is free, and the answer says finished");
  return begun;
}

/** What a store promises of idempotency keys. */
export const idempotencyCases: readonly StoreCase[] = [
  {
    name: "begin-idempotent/first",
    title: "gives a new key to the caller, with the caller's seed and without a note",
    check: async ({ subject }) => {
      const request = newCall();
      const begun = await begin(subject, request);
      assertSame(begun, { state: "started", attempt: begun.attempt, resumed: false, seed: request.seed }, "the answer");
      assert.ok(Number.isSafeInteger(begun.attempt) && begun.attempt > 0, "an attempt has a number");
    },
  },
  {
    name: "begin-idempotent/held",
    title: "says IDEMPOTENCY_IN_PROGRESS while the key is held, with the operation, who, and until when",
    check: async ({ subject }) => {
      const request = newCall({ holder: "web-1:4711" });
      await begin(subject, request);
      const again = subject.beginIdempotent({ ...request, holder: "web-2:17" });
      const { details } = await expectRefusal(again, "IDEMPOTENCY_IN_PROGRESS");
      assert.equal(details.operation, "sites.create");
      assert.equal(details.holder, "web-1:4711");
      assert.ok(!Number.isNaN(Date.parse(details.expiresAt)), "a time");
    },
  },
  {
    name: "begin-idempotent/concurrent",
    title: "gives a key to exactly one of several callers",
    check: async ({ subject }) => {
      const request = newCall();
      const begun = await race(12, () => subject.beginIdempotent(request), "IDEMPOTENCY_IN_PROGRESS");
      onlyOne(begun.values, "holder");
    },
  },
  {
    name: "begin-idempotent/finished",
    title: "gives the recorded result, and the first seed, as often as it is asked",
    check: async ({ subject }) => {
      const request = newCall();
      const { attempt } = await begin(subject, request);
      const result = { list: [1, "two", null, true], text: 'O\'Brien\n"ü"', deep: { a: { b: 0.5 } } };
      await expectOk(subject.completeIdempotent({ keyHash: request.keyHash, attempt, result, keepMs: minute }));
      for (const seed of [request.seed, freshHash()]) {
        const answer = await expectOk(subject.beginIdempotent({ ...request, seed }));
        assertSame(answer, { state: "finished", seed: request.seed, result }, "the answer");
      }
    },
  },
  {
    name: "begin-idempotent/conflict",
    title: "says IDEMPOTENCY_CONFLICT for another input or another operation, while the call runs and after it",
    check: async ({ subject }) => {
      const request = newCall();
      const { attempt } = await begin(subject, request);
      const others = [
        { ...request, fingerprint: freshHash() },
        { ...request, operation: "publish" },
      ];
      const refuse = async (): Promise<void> => {
        for (const other of others) {
          const { details } = await expectRefusal(subject.beginIdempotent(other), "IDEMPOTENCY_CONFLICT");
          assertSame(details, { operation: other.operation, usedFor: "sites.create" }, "what, and used for what");
        }
      };
      await refuse();
      await expectOk(subject.completeIdempotent({ keyHash: request.keyHash, attempt, result: 1, keepMs: minute }));
      await refuse();
    },
  },
  {
    name: "begin-idempotent/takeover",
    title: "gives a key whose holder's lease ran out to one other caller, with the first seed and the last note",
    check: async ({ subject, passTime }) => {
      const request = newCall({ leaseMs: 300 });
      const first = await begin(subject, request);
      await expectOk(subject.noteIdempotent({ ...first, keyHash: request.keyHash, note: "once" }));
      await expectOk(subject.noteIdempotent({ ...first, keyHash: request.keyHash, note: { step: 2 } }));
      await passTime(400);
      const late = { ...request, seed: freshHash(), leaseMs: minute };
      const taken = await race(6, () => subject.beginIdempotent(late), "IDEMPOTENCY_IN_PROGRESS");
      const second = onlyOne(taken.values, "holder") as Started;
      const { attempt, ...rest } = second;
      assertSame(rest, { state: "started", resumed: true, seed: request.seed, note: { step: 2 } }, "the answer");
      assert.ok(attempt > first.attempt, "attempts grow");
    },
  },
  {
    name: "begin-idempotent/expired",
    title: "takes an expired key for a new one, of whatever input, and gives it an attempt of its own",
    check: async ({ subject, passTime }) => {
      const request = newCall({ keepMs: 300, leaseMs: 300 });
      const { keyHash } = request;
      const first = await begin(subject, request);
      await expectOk(subject.completeIdempotent({ keyHash, attempt: first.attempt, result: "old", keepMs: 300 }));
      await passTime(400);
      const other = newCall({ keyHash });
      const second = await begin(subject, other);
      assertSame([second.resumed, second.seed, second.note], [false, other.seed, undefined], "nothing of the old one");
      assert.ok(second.attempt > first.attempt, "attempts grow over the life of a key");
    },
  },
  {
    name: "begin-idempotent/limits",
    title: "refuses times out of range",
    check: async ({ subject }) => {
      for (const wrong of [{ leaseMs: 0 }, { leaseMs: 3_600_001 }, { leaseMs: 1.5 }, { keepMs: 0 }, { keepMs: 4e10 }]) {
        await expectRefusal(subject.beginIdempotent(newCall(wrong)), "INVALID_INPUT");
      }
    },
  },
  {
    name: "renew-idempotent/prolongs",
    title: "keeps a key beyond its first lease, and says so; not one that is finished or taken over",
    check: async ({ subject, passTime }) => {
      const request = newCall({ leaseMs: 300 });
      const { keyHash } = request;
      const { attempt } = await begin(subject, request);
      assertSame(
        await expectOk(subject.renewIdempotent({ keyHash, attempt, leaseMs: minute })),
        { renewed: true },
        "held",
      );
      await passTime(400);
      await expectRefusal(subject.beginIdempotent(request), "IDEMPOTENCY_IN_PROGRESS");
      const other = { keyHash, attempt: attempt + 1, leaseMs: minute };
      assertSame(await expectOk(subject.renewIdempotent(other)), { renewed: false }, "another attempt");
      await expectOk(subject.completeIdempotent({ keyHash, attempt, result: 1, keepMs: minute }));
      const late = subject.renewIdempotent({ keyHash, attempt, leaseMs: minute });
      assertSame(await expectOk(late), { renewed: false }, "finished");
      const absent = subject.renewIdempotent({ keyHash: freshHash(), attempt, leaseMs: minute });
      assertSame(await expectOk(absent), { renewed: false }, "absent");
    },
  },
  {
    name: "note-idempotent/refused",
    title: "takes no note of an attempt that was taken over or has finished, and none that is too long",
    check: async ({ subject, passTime }) => {
      const request = newCall({ leaseMs: 300 });
      const { keyHash } = request;
      const { attempt } = await begin(subject, request);
      await expectRefusal(subject.noteIdempotent({ keyHash, attempt, note: "x".repeat(65_536) }), "INVALID_INPUT");
      await passTime(400);
      const second = await begin(subject, { ...request, leaseMs: minute });
      const late = subject.noteIdempotent({ keyHash, attempt, note: "late" });
      await expectRefusal(late, "IDEMPOTENCY_IN_PROGRESS");
      await expectOk(subject.endIdempotent({ keyHash, attempt: second.attempt }));
      const third = await begin(subject, request);
      assert.equal(third.note, undefined, "the refused note is not there");
      await expectRefusal(
        subject.noteIdempotent({ keyHash: freshHash(), attempt, note: 1 }),
        "IDEMPOTENCY_IN_PROGRESS",
      );
    },
  },
  {
    name: "complete-idempotent/first-counts",
    title: "records one result of several, and answers every caller with that one",
    check: async ({ subject }) => {
      const request = newCall();
      const { keyHash } = request;
      const { attempt } = await begin(subject, request);
      const complete = (index: number): ReturnType<Store["completeIdempotent"]> =>
        subject.completeIdempotent({ keyHash, attempt, result: `result ${index}`, keepMs: minute });
      const { values } = await race(8, complete);
      const [{ result } = { result: null }] = values;
      for (const each of values) assert.equal(each.result, result, "the same for everybody");
      assertSame(
        await expectOk(subject.beginIdempotent(request)),
        { state: "finished", seed: request.seed, result },
        "and for those who come later",
      );
    },
  },
  {
    name: "complete-idempotent/taken-over",
    title: "refuses the result of an attempt that was taken over, until the other has one, and then gives that",
    check: async ({ subject, passTime }) => {
      const request = newCall({ leaseMs: 300 });
      const { keyHash } = request;
      const first = await begin(subject, request);
      await passTime(400);
      const second = await begin(subject, { ...request, leaseMs: minute });
      const late = { keyHash, attempt: first.attempt, result: "late", keepMs: minute };
      await expectRefusal(subject.completeIdempotent(late), "IDEMPOTENCY_IN_PROGRESS");
      const own = { keyHash, attempt: second.attempt, result: "own", keepMs: minute };
      assertSame(await expectOk(subject.completeIdempotent(own)), { result: "own" }, "the holder's counts");
      assertSame(await expectOk(subject.completeIdempotent(late)), { result: "own" }, "for the late one as well");
    },
  },
  {
    name: "complete-idempotent/late",
    title: "records a result after the lease ran out, when nobody has taken the key over",
    check: async ({ subject, passTime }) => {
      const request = newCall({ leaseMs: 300 });
      const { keyHash } = request;
      const { attempt } = await begin(subject, request);
      await passTime(400);
      await expectOk(subject.completeIdempotent({ keyHash, attempt, result: null, keepMs: minute }));
      const again = await expectOk(subject.beginIdempotent(request));
      assertSame(again, { state: "finished", seed: request.seed, result: null }, "a null is a result, too");
      const absent = { keyHash: freshHash(), attempt, result: "kept nowhere", keepMs: minute };
      assertSame(await expectOk(subject.completeIdempotent(absent)), { result: "kept nowhere" }, "an expired key");
    },
  },
  {
    name: "end-idempotent/frees",
    title: "gives a key back: the same call may be made at once, another one may not",
    check: async ({ subject }) => {
      const request = newCall();
      const { keyHash } = request;
      const { attempt } = await begin(subject, request);
      await expectOk(subject.noteIdempotent({ keyHash, attempt, note: "kept" }));
      assertSame(await expectOk(subject.endIdempotent({ keyHash, attempt })), { ended: true }, "held");
      assertSame(await expectOk(subject.endIdempotent({ keyHash, attempt })), { ended: false }, "again");
      await expectRefusal(subject.beginIdempotent({ ...request, fingerprint: freshHash() }), "IDEMPOTENCY_CONFLICT");
      const second = await begin(subject, { ...request, seed: freshHash() });
      assertSame([second.resumed, second.seed, second.note], [true, request.seed, "kept"], "what the next one finds");
      assertSame(await expectOk(subject.endIdempotent({ keyHash, attempt })), { ended: false }, "another's attempt");
      await expectRefusal(subject.beginIdempotent(request), "IDEMPOTENCY_IN_PROGRESS");
    },
  },
];

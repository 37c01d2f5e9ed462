import { canonicalFacts, type Resource, unwrap } from "@hostelry/core/adapter";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { afterNoon, noon } from "../store/scene.ts";
import {
  active,
  claimed,
  failed,
  freshOperationId,
  freshResource,
  freshWord,
  kindsOf,
  moved,
  requested,
  wishFor,
} from "./operation-scene.ts";
import type { OperationStoreCase } from "./operation-store-harness.ts";

/** What an operation store promises of wishes for resources. */
export const requestCases: readonly OperationStoreCase[] = [
  {
    name: "request/creates",
    title: "writes a new operation down, pending and due at once, and gives it back as it was given",
    check: async ({ subject }) => {
      const resource = freshResource();
      const wish = wishFor(resource, { allows: ["repair"] });
      const answer = await expectOk(subject.requestOperation(wish));
      const expected = {
        id: wish.operationId,
        ...resource,
        goal: "present",
        allows: ["repair"],
        state: "pending",
        stateSince: noon,
        round: 1,
        epoch: 0,
        attempts: 0,
        dueAt: noon,
        facts: {},
        actor: "ada",
        requestedAt: noon,
        createdAt: noon,
        version: 1,
      };
      assertSame(answer, { operation: expected, outcome: "created" }, "what is answered");
      assertSame(await expectOk(subject.getOperation(wish.operationId)), expected, "what is read");
      assertSame(await kindsOf(subject, wish.operationId), ["requested"], "the event");
    },
  },
  {
    name: "request/same",
    title: "knows a resource that is wanted already, whatever the order of its facts, and writes nothing",
    check: async ({ subject }) => {
      const resource = freshResource({ desired: { a: 1, b: { c: "x", d: [1, 2] } } });
      const { operation } = await expectOk(subject.requestOperation(wishFor(resource)));
      const turned: Resource = { ...resource, desired: { b: { d: [1, 2], c: "x" }, a: 1 } };
      const again = await expectOk(subject.requestOperation(wishFor(turned, { now: afterNoon(5), actor: "bob" })));
      assertSame(again, { operation, outcome: "same" }, "the same");
      const there = await active(subject);
      const wish = { kind: there.kind, place: there.place, key: there.key, desired: there.desired };
      assertSame(
        await expectOk(subject.requestOperation(wishFor(wish))),
        { operation: there, outcome: "same" },
        "active",
      );
    },
  },
  {
    name: "request/changed",
    title:
      "begins a new round for other desired state, and for what has failed, and leaves who it was claimed by alone",
    check: async ({ subject }) => {
      for (const before of [
        await requested(subject),
        await claimed(subject),
        await active(subject),
        await failed(subject),
      ]) {
        const { kind, place, key, id } = before;
        const desired = before.state === "failed" ? before.desired : { other: 1 };
        const wish = wishFor({ kind, place, key, desired }, { now: afterNoon(99), actor: "bob", allows: ["replace"] });
        const { operation, outcome } = await expectOk(subject.requestOperation(wish));
        assertSame(outcome, "changed", before.state);
        const { reason: _reason, begunAt: _begun, ...rest } = before;
        const round = {
          round: 2,
          state: "pending",
          attempts: 0,
          stateSince: afterNoon(99),
          requestedAt: afterNoon(99),
        };
        const wished = {
          desired,
          actor: "bob",
          allows: ["replace"],
          dueAt: afterNoon(99),
          version: before.version + 1,
        };
        assertSame(operation, { ...rest, ...round, ...wished }, before.state);
        assertSame(await expectOk(subject.getOperation(id)), operation, "what is read");
      }
    },
  },
  {
    name: "request/deleting",
    title: "takes no wish while the resource is taken away; afterwards it is a new operation",
    check: async ({ subject }) => {
      const before = await moved(subject, await active(subject), "remove");
      const { kind, place, key, desired } = before;
      const wish = wishFor({ kind, place, key, desired });
      await expectRefusal(subject.requestOperation(wish), "OPERATION_TRANSITION_INVALID");
      assertSame(await expectOk(subject.getOperation(before.id)), before, "as it was");
    },
  },
  {
    name: "request/refusals",
    title: "refuses an id that is taken, an address that is none, and desired state without end",
    check: async ({ subject }) => {
      const { id: operationId } = await requested(subject);
      await expectRefusal(subject.requestOperation(wishFor(freshResource(), { operationId })), "STORE_CONFLICT");
      for (const wrong of [{ kind: "Site" }, { kind: "" }, { place: "a b" }, { key: "" }, { key: "x".repeat(401) }]) {
        await expectRefusal(subject.requestOperation(wishFor(freshResource(wrong))), "INVALID_INPUT");
      }
      const endless = freshResource({ desired: { text: "x".repeat(65_536) } });
      await expectRefusal(subject.requestOperation(wishFor(endless)), "INVALID_INPUT");
      await expectRefusal(subject.getOperation(freshOperationId()), "OPERATION_NOT_FOUND");
    },
  },
  {
    name: "request/raced",
    title: "makes one operation of many wishes for one address at once",
    check: async ({ subject }) => {
      const resource = freshResource();
      const { values } = await race(10, () => subject.requestOperation(wishFor(resource)));
      assertSame(values.filter(({ outcome }) => outcome === "created").length, 1, "created once");
      assertSame(new Set(values.map(({ operation }) => operation.id)).size, 1, "one id");
    },
  },
  {
    name: "request/texts",
    title: "keeps every character of desired state, also those that databases dislike",
    check: async ({ subject }) => {
      const desired = {
        zero: "a\u0000b",
        quote: `'"\\$$`,
        half: "x\ud800y",
        emoji: "🦊",
        empty: "",
        deep: [{ n: 1.5e300 }],
      };
      const { id } = await requested(subject, { desired });
      const { desired: read } = await expectOk(subject.getOperation(id));
      assertSame(canonicalFacts(read), canonicalFacts(desired), "the same");
    },
  },
  {
    name: "request/durable",
    title: "has what was acknowledged after a restart",
    requires: ["durable"],
    check: async (underTest) => {
      const before = await active(underTest.subject, { key: freshWord() });
      const again = await toolOf(underTest.reopen, "reopen")();
      assertSame(await unwrap(again.getOperation(before.id)), before, "the same");
    },
  },
];

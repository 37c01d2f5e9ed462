import assert from "node:assert/strict";
import type { Resource, ResourceProvider } from "@hostelry/core/adapter";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { look, pursue } from "./pursue.ts";
import type { ResourceProviderCase } from "./resource-harness.ts";

const check = (provider: ResourceProvider, resource: Resource): Promise<Resource> =>
  expectOk(Promise.resolve(provider.check(resource)));

/** What a resource provider promises of what it does. */
export const makeCases: readonly ResourceProviderCase[] = [
  {
    name: "make/present",
    title: "makes a resource, sees it as the same, and has nothing to do then; its facts tell no secret",
    check: async ({ subject, fresh, secrets }) => {
      const resource = await check(subject, fresh());
      const steps = await pursue(subject, resource, { secrets });
      assert.ok(steps.length > 0, "something was done");
      const seen = await look(subject, resource);
      assertSame(seen.status, "same", "as desired");
      assertSame(await pursue(subject, resource, { secrets }), [], "nothing to do");
      for (const secret of Object.values(secrets)) assert.ok(!JSON.stringify(seen).includes(secret), "no secret");
    },
  },
  {
    name: "make/apart",
    title: "makes one resource without touching another",
    check: async ({ subject, fresh, secrets }) => {
      const [one, other] = [await check(subject, fresh()), await check(subject, fresh())];
      await pursue(subject, one, { secrets });
      assertSame((await look(subject, other)).status, "absent", "the other");
      await pursue(subject, other, { secrets });
      assertSame((await look(subject, one)).status, "same", "the first");
    },
  },
  {
    name: "make/broken-off",
    title: "goes on where a creation was broken off, after each of its steps, in another process",
    tool: "another",
    check: async ({ subject, fresh, secrets, another }) => {
      const whole = await pursue(subject, await check(subject, fresh()), { secrets });
      for (let steps = 1; steps < whole.length; steps += 1) {
        const resource = await check(subject, fresh());
        await pursue(subject, resource, { secrets, steps });
        const next = await toolOf(another, "another")();
        assert.notEqual((await look(next, resource)).status, "same", `after ${steps} steps it is not there yet`);
        await pursue(next, resource, { secrets, repair: true });
        assertSame((await look(next, resource)).status, "same", `after ${steps} steps it goes on`);
      }
    },
  },
  {
    name: "change/in-place",
    title: "sees in what a resource differs from what is wanted, and changes that",
    requires: ["changes"],
    check: async ({ subject, fresh, secrets, changed }) => {
      const resource = await check(subject, fresh());
      await pursue(subject, resource, { secrets });
      const wanted = await check(subject, toolOf(changed, "changed")(resource));
      const seen = await look(subject, wanted);
      if (seen.status !== "different") assert.fail(`expected a difference, saw ${seen.status}`);
      assert.ok(seen.differences.length > 0, "it says which");
      await pursue(subject, wanted, { secrets });
      assertSame((await look(subject, wanted)).status, "same", "changed");
      assertSame((await look(subject, resource)).status, "different", "and no more as it was");
    },
  },
  {
    name: "remove/absent",
    title: "takes a resource away until nothing is seen of it, from whole and from half",
    requires: ["removes"],
    check: async ({ subject, fresh, secrets }) => {
      const whole = await check(subject, fresh());
      const { length } = await pursue(subject, whole, { secrets });
      await pursue(subject, whole, { goal: "absent", secrets });
      assertSame(await look(subject, whole), { status: "absent" }, "the whole");
      for (let steps = 1; steps < length; steps += 1) {
        const half = await check(subject, fresh());
        await pursue(subject, half, { secrets, steps });
        await pursue(subject, half, { goal: "absent", secrets, repair: true });
        assertSame(await look(subject, half), { status: "absent" }, `after ${steps} steps`);
      }
      await pursue(subject, whole, { secrets });
      assertSame((await look(subject, whole)).status, "same", "and it can be made again");
    },
  },
  {
    name: "cancel/before",
    title: "begins nothing for a caller who has given up",
    check: async ({ subject, fresh, secrets }) => {
      const resource = await check(subject, fresh());
      const observation = await look(subject, resource);
      const [step] = await expectOk(Promise.resolve(subject.plan({ resource, goal: "present", observation })));
      if (step === undefined) assert.fail("there is a step");
      const { signal } = abortedController();
      await expectRefusal(subject.observe(resource, { signal }), "ABORTED");
      await expectRefusal(subject.apply({ resource, step, idempotencyKey: "k" }, { secrets, signal }), "ABORTED");
      assertSame((await look(subject, resource)).status, "absent", "nothing is there");
    },
  },
];

function abortedController(): AbortController {
  const controller = new AbortController();
  controller.abort();
  return controller;
}

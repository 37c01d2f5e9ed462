import assert from "node:assert/strict";
import type { Resource, ResourceProvider, ResourceStep } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { look } from "./pursue.ts";
import type { ResourceProviderCase } from "./resource-harness.ts";

const check = (provider: ResourceProvider, resource: Resource): Promise<Resource> =>
  expectOk(Promise.resolve(provider.check(resource)));

const planned = (
  provider: ResourceProvider,
  resource: Resource,
  goal: "absent" | "present",
): Promise<readonly ResourceStep[]> =>
  look(provider, resource).then((observation) =>
    expectOk(Promise.resolve(provider.plan({ resource, goal, observation }))),
  );

/** What a resource provider promises of what it only says. */
export const planCases: readonly ResourceProviderCase[] = [
  {
    name: "check/canonical",
    title: "gives desired state one form, at the same address, and leaves that form alone",
    check: async ({ subject, fresh }) => {
      const wanted = fresh();
      const checked = await check(subject, wanted);
      const { kind, place, key } = checked;
      assertSame([kind, place], [subject.kind, subject.place], "its own kind and place");
      assert.ok(key.length > 0, "a key");
      assertSame(await check(subject, checked), checked, "unchanged");
    },
  },
  {
    name: "check/unknown",
    title: "refuses what the kind does not know, for nobody could compare it, and it could be a secret",
    check: async ({ subject, fresh }) => {
      const wanted = fresh();
      const unknown = { ...wanted, desired: { ...wanted.desired, "no-such-field": "x" } };
      await expectRefusal(Promise.resolve(subject.check(unknown)), "INVALID_INPUT");
    },
  },
  {
    name: "plan/absent",
    title: "sees that a resource is not there, plans to make it, and has nothing to do to have it away",
    check: async ({ subject, fresh }) => {
      const resource = await check(subject, fresh());
      assertSame(await look(subject, resource), { status: "absent" }, "nothing there");
      assert.ok((await planned(subject, resource, "present")).length > 0, "there are steps");
      assertSame(await planned(subject, resource, "absent"), [], "no steps");
    },
  },
  {
    name: "plan/pure",
    title: "plans the same steps for the same question, with names of their own, sentences for people, and no secret",
    check: async ({ subject, fresh, secrets }) => {
      const resource = await check(subject, fresh());
      const steps = await planned(subject, resource, "present");
      assertSame(await planned(subject, resource, "present"), steps, "the same");
      assertSame(new Set(steps.map(({ name }) => name)).size, steps.length, "names of their own");
      for (const { name, title, secrets: wanted = [] } of steps) {
        assert.match(name, /^[a-z0-9.:_-]{1,100}$/);
        assert.match(title, /^[A-Z].{2,498}[.]$/s);
        for (const secret of wanted) assert.ok(subject.capabilities.secrets.includes(secret), `${secret} is declared`);
      }
      const text = JSON.stringify([steps, await look(subject, resource)]);
      for (const secret of Object.values(secrets)) assert.ok(!text.includes(secret), "no secret in a plan");
      assertSame((await look(subject, resource)).status, "absent", "and nothing is done by it");
    },
  },
];

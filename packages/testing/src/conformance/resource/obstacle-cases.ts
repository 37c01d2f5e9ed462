import assert from "node:assert/strict";
import type { Resource, ResourceProvider } from "@hostelry/core/adapter";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { look, pursue } from "./pursue.ts";
import type { ResourceProviderCase } from "./resource-harness.ts";

const check = (provider: ResourceProvider, resource: Resource): Promise<Resource> =>
  expectOk(Promise.resolve(provider.check(resource)));

/** What a resource provider promises of what is in its way. */
export const obstacleCases: readonly ResourceProviderCase[] = [
  {
    name: "obstacle/occupied",
    title: "never takes for its own what is somebody else's, whatever it is allowed",
    tool: "occupy",
    check: async ({ subject, fresh, occupy }) => {
      const resource = await check(subject, fresh());
      await toolOf(occupy, "occupy")(resource);
      const observation = await look(subject, resource);
      assert.ok(["different", "orphan"].includes(observation.status), `seen as ${observation.status}`);
      for (const repair of [false, true]) {
        const plan = Promise.resolve(subject.plan({ resource, goal: "present", observation, repair, replace: repair }));
        const refused = await expectRefusal(plan, "RESOURCE_CONFLICT", "RESOURCE_ORPHANED");
        assertSame(refused.details.key, resource.key, "it says of what");
      }
    },
  },
  {
    name: "obstacle/orphan",
    title: "says exactly what is left in the way, and takes it away only when that is asked for",
    tool: "abandon",
    check: async ({ subject, fresh, secrets, abandon }) => {
      const resource = await check(subject, fresh());
      await toolOf(abandon, "abandon")(resource);
      const observation = await look(subject, resource);
      if (observation.status !== "orphan") assert.fail(`expected an orphan, saw ${observation.status}`);
      for (const { piece, where, repair } of observation.pieces) {
        for (const text of [piece, where, repair]) assert.ok(text.length > 0, "what, where, and what to do");
      }
      const plan = Promise.resolve(subject.plan({ resource, goal: "present", observation }));
      const { details } = await expectRefusal(plan, "RESOURCE_ORPHANED");
      assertSame(details.pieces.length, observation.pieces.length, "all of them");
      if (!observation.pieces.every(({ repairable }) => repairable)) return;
      await pursue(subject, resource, { secrets, repair: true });
      assertSame((await look(subject, resource)).status, "same", "repaired");
    },
  },
];

import { memoryResourceProvider } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { isHostingError } from "../errors/index.ts";
import { guardResourceProvider } from "./guard-resource-provider.ts";
import type { ResourceProvider } from "./resource-provider.ts";

const timeouts = { observeTimeoutMs: 20, stepTimeoutMs: 20 };
const resource = { kind: "site", place: "place-1", key: "a", desired: { owner: "ada" } };
const bug = (): never => {
  throw new Error("a bug");
};

function guarded(spoiled: Partial<ResourceProvider> = {}) {
  return guardResourceProvider({ ...memoryResourceProvider(), ...spoiled }, timeouts);
}

describe("a guarded resource provider", () => {
  it("is asked as it is", async () => {
    const provider = guarded();
    expect(provider.check(resource).isOk()).toBe(true);
    expect((await provider.observe(resource))._unsafeUnwrap()).toEqual({ status: "absent" });
  });

  it("can't throw, whatever is asked", async () => {
    const provider = guarded({ check: bug, plan: bug, observe: bug, apply: bug });
    const step = { name: "s", title: "S.", effect: "once" } as const;
    const request = { resource, goal: "present", observation: { status: "absent" } } as const;
    const checked = provider.check(resource);
    const planned = provider.plan(request);
    const seen = await provider.observe(resource);
    const applied = await provider.apply({ resource, step, idempotencyKey: "k" }, { secrets: {} });
    for (const answer of [checked, planned, seen, applied]) {
      const error: unknown = answer.isErr() ? answer.error : undefined;
      expect(isHostingError(error) && error.code).toBe("ADAPTER_FAILED");
    }
    // What is pure fails the same way again.
    expect(planned.isErr() && planned.error.retryable).toBe(false);
  });

  it("can't hang: what happened then is unknown", async () => {
    const provider = guarded({ observe: () => new Promise(() => undefined) as never });
    const seen = await provider.observe(resource);
    expect(seen.isErr() && seen.error).toMatchObject({ code: "ADAPTER_TIMEOUT", details: { state: "unknown" } });
  });

  it("has to speak the version that core speaks", () => {
    const other = { ...memoryResourceProvider(), spec: "resource/9" } as unknown as ResourceProvider;
    expect(() => guardResourceProvider(other, timeouts)).toThrowError(/resource\/9/);
  });
});

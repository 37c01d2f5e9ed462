import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { offAbort, onAbort } from "./abort-listeners.ts";

describe("listeners of one signal", () => {
  it("have one of the signal's between them, and leave nothing there when they have gone", () => {
    const { signal } = new AbortController();
    const many = Array.from({ length: 20 }, () => () => undefined);
    for (const listener of many) onAbort(signal, listener);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    for (const listener of many) offAbort(signal, listener);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("are told once each, also when one of them leaves meanwhile, and not those that have left", () => {
    const caller = new AbortController();
    const told: string[] = [];
    const gone = (): void => void told.push("gone");
    const second = (): void => void told.push("second");
    onAbort(caller.signal, () => {
      told.push("first");
      offAbort(caller.signal, second);
    });
    onAbort(caller.signal, second);
    onAbort(caller.signal, gone);
    offAbort(caller.signal, gone);
    caller.abort();
    expect(told).toEqual(["first", "second"]);
  });
});

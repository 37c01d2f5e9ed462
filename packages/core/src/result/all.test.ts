import { describe, expect, it } from "vitest";
import { all, allSettled, attempt, err, errAsync, ok, okAsync, ResultAsync, unwrap } from "./index.ts";

const untilAborted = (signal: AbortSignal): ResultAsync<never, string> =>
  new ResultAsync(new Promise((resolve) => signal.addEventListener("abort", () => resolve(err("stopped")))));

describe("all", () => {
  it("gives the values in the order of the jobs", async () => {
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const jobs = [
      () => new ResultAsync<number, never>(slow.then(() => ok(1))),
      () => {
        release();
        return okAsync<number, never>(2);
      },
    ];
    expect(await unwrap(all(jobs))).toEqual([1, 2]);
  });

  it("stops the siblings at the first error, waits for them, and tells that error", async () => {
    const result = await all([untilAborted, () => errAsync("first")]);
    expect(result._unsafeUnwrapErr()).toBe("first");
  });

  it("runs no more jobs at once than allowed", async () => {
    let running = 0;
    let most = 0;
    const job = (): ResultAsync<number, never> =>
      new ResultAsync(
        (async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return ok(running);
        })(),
      );
    const done = await all(
      Array.from({ length: 20 }, () => job),
      { concurrency: 3 },
    );
    expect([done._unsafeUnwrap().length, most]).toEqual([20, 3]);
  });

  it("hands the caller's signal to the jobs", async () => {
    const caller = new AbortController();
    const running = all([untilAborted], { signal: caller.signal });
    caller.abort();
    expect((await running)._unsafeUnwrapErr()).toBe("stopped");
  });
});

describe("allSettled", () => {
  it("tells what became of every job and starts none after an error when asked to stop", async () => {
    const jobs = [() => errAsync("no"), () => okAsync(2)];
    const { byJob } = await allSettled<number, string>(jobs, { concurrency: 1, stopOnError: true });
    expect(byJob[0]?.isErr()).toBe(true);
    expect(byJob[1]).toBeUndefined();
  });
});

describe("attempt", () => {
  it("classifies a rejection and a synchronous throw alike", async () => {
    const classify = (cause: unknown): string => `classified ${String(cause)}`;
    const rejected = await attempt(() => Promise.reject("late"), classify);
    const thrown = await attempt(() => {
      throw new Error("early");
    }, classify);
    expect([rejected._unsafeUnwrapErr(), thrown._unsafeUnwrapErr()]).toEqual([
      "classified late",
      "classified Error: early",
    ]);
  });
});

describe("unwrap", () => {
  it("throws the very error of an Err", async () => {
    const error = new Error("no");
    await expect(unwrap(errAsync(error))).rejects.toBe(error);
  });
});

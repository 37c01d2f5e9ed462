import { hostingError } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { sqlFailure, stateAfter } from "./sql-failure.ts";

const context = { adapter: "postgresql", operation: "createSite", writes: true };
const thrown = (code: string): Error => Object.assign(new Error("what the server said"), { code });

describe("a statement that failed", () => {
  it.each([
    ["a check that failed", "23514"],
    ["a deadlock", "40P01"],
    ["a statement timeout", "57014"],
    ["a server that is still starting", "57P03"],
    ["no connection left", "53300"],
    ["a wrong password", "28P01"],
    ["nobody at the address", "ECONNREFUSED"],
  ])("has changed nothing after %s (%s)", (_, code) => {
    expect(stateAfter(thrown(code), true)).toBe("unchanged");
  });

  it.each([
    ["a server that was shut down", "57P01"],
    ["a server that crashed", "57P02"],
    ["a broken connection", "08006"],
    ["a reset connection", "ECONNRESET"],
    ["an internal error", "XX000"],
    ["an error without a code", ""],
  ])("may have been committed after %s (%s)", (_, code) => {
    expect(stateAfter(thrown(code), true)).toBe("unknown");
  });

  it("never changes anything when it only reads", () => {
    expect(stateAfter(thrown("ECONNRESET"), false)).toBe("unchanged");
  });

  it.each([
    ["STORAGE_FULL", "53100"],
    ["STORAGE_READ_ONLY", "25006"],
    ["STORAGE_DENIED", "42501"],
    ["INVALID_INPUT", "22P05"],
    ["ADAPTER_FAILED", "23514"],
  ])("becomes %s for %s, with its cause", (code, sqlState) => {
    const cause = thrown(sqlState);
    expect(sqlFailure(cause, context)).toMatchObject({ code, cause });
  });

  it("is ABORTED once the caller's signal has fired", () => {
    expect(sqlFailure(thrown("53100"), { ...context, signal: AbortSignal.abort() }).code).toBe("ABORTED");
  });

  it("stays what it is when it is an error of ours", () => {
    const ours = hostingError("INVALID_INPUT", "No.", { field: "name", problem: "no" });
    expect(sqlFailure(ours, context)).toBe(ours);
  });
});

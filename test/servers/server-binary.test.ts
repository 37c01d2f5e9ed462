import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findServer, requireServer, serverAvailable } from "./server-binary.ts";

describe("a program that suites ask for", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "server-binary-"));
    vi.stubEnv("PATH", folder);
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  test("is found on PATH when it can be run", () => {
    writeFileSync(join(folder, "rsync"), "");
    chmodSync(join(folder, "rsync"), 0o644);
    expect(findServer("rsync")).toBeUndefined();
    chmodSync(join(folder, "rsync"), 0o755);
    expect(findServer("rsync")).toBe(join(folder, "rsync"));
    expect(requireServer("rsync")).toBe(join(folder, "rsync"));
  });

  test("is skipped where it is missing, and an error with CI=true", () => {
    vi.stubEnv("CI", "");
    expect(serverAvailable("rsync")).toBe(false);
    vi.stubEnv("CI", "true");
    expect(() => serverAvailable("rsync", "zip")).toThrow("rsync (package rsync), zip (package zip)");
  });
});

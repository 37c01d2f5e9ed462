import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localTransport } from "@hostelry/adapter-local";
import { type Transport, type TransportProcess, unwrap } from "@hostelry/core/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SessionPool, sessionPool } from "./session-pool.ts";

let root: string;
let pool: SessionPool;
let started: TransportProcess[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hostelry-sessions-"));
  started = [];
  const local = localTransport();
  const transport: Transport = {
    ...local,
    start: (command, options) =>
      local.start(command, options).map((program) => {
        started.push(program);
        return program;
      }),
  };
  pool = sessionPool(transport, { root, durability: "none", now: () => new Date(0), maxSessions: 2 });
});
afterEach(async () => {
  await pool.close();
  rmSync(root, { recursive: true });
});

const words = ["observe", "acme", "-"];

/** Ends the only shell there is, and waits for its end. */
async function endShell(): Promise<void> {
  await expect.poll(() => started.length, { interval: 1 }).toBe(1);
  for (const program of started) await unwrap(program.stop());
}

describe("a session that has ended while nobody used it", () => {
  it("is done without when it had been used before, and the request may be made again", async () => {
    await pool.ask({ request: { words } });
    await endShell();
    expect((await pool.ask({ request: { words }, again: true })).end).toEqual({ kind: "done" });
    expect(started).toHaveLength(2);
  });

  it("is done without as well when it was only made ready", async () => {
    pool.warmUp();
    await endShell();
    expect((await pool.ask({ request: { words }, again: true })).end).toEqual({ kind: "done" });
    expect(started).toHaveLength(2);
  });

  it("is told of where the request must not be made twice, as is seen when it has failed", async () => {
    await pool.ask({ request: { words } });
    await endShell();
    const asked = pool.ask({ request: () => ({ words }), again: () => false });
    await expect(asked).rejects.toMatchObject({ code: "TRANSPORT_LOST" });
    expect(started).toHaveLength(1);
  });
});

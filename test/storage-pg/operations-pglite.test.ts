import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { type OperationId, unwrap } from "@hostelry/core/adapter";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { operationStoreConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// One database and schema for the file, emptied after each case: starting PGlite takes seconds.
let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
}, 60_000);
afterAll(() => database.close());

registerConformance(
  operationStoreConformance({
    // The records outlive each store here, so both can be declared and are proven.
    capabilities: { shared: true, durable: true },
    make: async () => {
      const open = (): Promise<PgStore> => unwrap(pgStorage(database));
      return {
        subject: (await open()).operations,
        dispose: async () => {
          await database.exec("delete from hostelry.operation");
        },
        passTime: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        another: async () => (await open()).operations,
        reopen: async () => (await open()).operations,
      };
    },
  }),
  { describe, it },
);

describe("an embedded store", () => {
  it("gives up at once what a process before had claimed, and refuses that one's words", async () => {
    const directory = await mkdtemp(join(tmpdir(), "hostelry-operations-"));
    const now = new Date("2026-03-01T12:00:00.000Z");
    const operationId = "operation-embedded" as OperationId;
    try {
      const before = await unwrap(pgStorage.embedded(directory));
      const resource = { kind: "site", place: "panel-1", key: "a.de", desired: {} };
      await unwrap(before.operations.requestOperation({ operationId, resource, allows: [], actor: "ada", now }));
      const claim = { operationId, holder: "before", ttlMs: 3_600_000, lane: "place:panel-1", now };
      const { operation } = await unwrap(before.operations.claimOperation(claim));
      await unwrap(before.close());
      const after = await unwrap(pgStorage.embedded(directory));
      const taken = await unwrap(after.operations.claimOperation({ ...claim, holder: "after" }));
      expect(taken.claimed && taken.operation.epoch).toBeGreaterThan(operation.epoch);
      const late = { operationId, epoch: operation.epoch, round: operation.round, ttlMs: 1000 };
      expect((await after.operations.renewClaim(late))._unsafeUnwrapErr().code).toBe("OPERATION_LOST");
      await unwrap(after.close());
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }, 60_000);
});

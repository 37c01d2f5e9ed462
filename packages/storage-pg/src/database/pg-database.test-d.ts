import type { PGlite, PGliteInterface, Transaction } from "@electric-sql/pglite";
import type pg from "pg";
import { describe, expectTypeOf, it } from "vitest";
import type { PgDatabase } from "./pg-database.ts";

describe("a database", () => {
  it("is whatever pg offers", () => {
    expectTypeOf<pg.Pool>().toExtend<PgDatabase>();
    expectTypeOf<pg.Client>().toExtend<PgDatabase>();
    expectTypeOf<pg.PoolClient>().toExtend<PgDatabase>();
  });

  it("is whatever PGlite offers", () => {
    expectTypeOf<PGlite>().toExtend<PgDatabase>();
    expectTypeOf<PGliteInterface>().toExtend<PgDatabase>();
    expectTypeOf<Transaction>().toExtend<PgDatabase>();
  });

  it("is nothing that answers without rows", () => {
    expectTypeOf<{ query(text: string): Promise<number> }>().not.toExtend<PgDatabase>();
  });
});

import { describe, expect, it } from "vitest";
import type { NamedStatement, PooledConnection } from "./pg-database.ts";
import { preparedStatements } from "./prepared-statements.ts";

interface Asked {
  readonly name: string | undefined;
  readonly text: string;
}

/** A connection that notes what it is sent; it answers named statements with an error of the given code, if any. */
function connection(processID: number | undefined, refusal?: string): PooledConnection & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    processID,
    on: () => undefined,
    removeListener: () => undefined,
    release: () => undefined,
    query: async (statement: string | NamedStatement) => {
      const isNamed = typeof statement !== "string";
      asked.push(isNamed ? { name: statement.name, text: statement.text } : { name: undefined, text: statement });
      if (isNamed && refusal !== undefined) throw Object.assign(new Error("refused"), { code: refusal });
      return { rows: [asked.length] };
    },
  };
}

describe("prepared statements", () => {
  it("give the same text the same name, and other texts other names, short enough for PostgreSQL", async () => {
    const prepared = preparedStatements();
    const pooled = connection(7);
    for (const text of ["select 1", "select 2", "select 1"]) await prepared.send(pooled, text, []);
    const [first, second, third] = pooled.asked.map(({ name }) => name ?? "");
    expect(third).toBe(first);
    expect(second).not.toBe(first);
    expect(Buffer.byteLength(first ?? "")).toBeLessThanOrEqual(63);
  });

  it.each(["26000", "42P05", "0A000"])("are given up for good when a name is refused with %s", async (code) => {
    const prepared = preparedStatements();
    const pooled = connection(7, code);
    expect(await prepared.send(pooled, "select 1", [])).toEqual({ rows: [2] });
    await prepared.send(pooled, "select 2", []);
    expect(pooled.asked.map(({ name, text }) => [name !== undefined, text])).toEqual([
      [true, "select 1"],
      [false, "select 1"],
      [false, "select 2"],
    ]);
  });

  it("pass every other error on, without sending anything twice", async () => {
    const pooled = connection(7, "40001");
    await expect(preparedStatements().send(pooled, "select 1", [])).rejects.toMatchObject({ code: "40001" });
    expect(pooled.asked).toHaveLength(1);
  });

  it("are not asked of a connection that is not pg's", async () => {
    const pooled = connection(undefined);
    await preparedStatements().send(pooled, "select 1", []);
    expect(pooled.asked).toEqual([{ name: undefined, text: "select 1" }]);
  });
});

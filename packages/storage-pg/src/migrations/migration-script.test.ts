import { describe, expect, it } from "vitest";
import { migrationScript } from "./migration-script.ts";
import { checksumOf, migrations } from "./migrations.ts";
import { migrationLockKey, quotedSchema } from "./schema-name.ts";

const nameOf = (schema: string): ReturnType<typeof quotedSchema> => quotedSchema(schema);

describe("the name of a schema", () => {
  it.each(["hostelry", "_a1", "a".repeat(63)])("may be %s", (name) => {
    expect(nameOf(name)._unsafeUnwrap()).toBe(`"${name}"`);
  });

  it.each(["", "Hostelry", "1a", "a-b", 'a"b', "a b", "pg_mine", "a".repeat(64)])("may not be %j", (name) => {
    expect(nameOf(name)._unsafeUnwrapErr()).toMatchObject({ code: "INVALID_INPUT", details: { field: "schema" } });
  });
});

describe("the migrations", () => {
  it("are applied in the order of their numbers", () => {
    const numbers = migrations.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
  });

  it("have checksums that do not depend on the schema's name, and keep their quotes apart", () => {
    expect(new Set(migrations.map(checksumOf)).size).toBe(migrations.length);
    for (const { sql } of migrations) expect(sql).not.toMatch(/\$(migration|hostelry)\$/);
  });

  it("become one statement that names nothing outside the schema", () => {
    const script = migrationScript(migrations, nameOf("ours")._unsafeUnwrap());
    expect(script.startsWith("do $hostelry$")).toBe(true);
    expect(script).not.toContain("{schema}");
    expect(script).toContain('create table "ours".site (');
  });

  it("have a lock of their own in each schema", () => {
    const keys = ["ours", "theirs"].map((name) => migrationLockKey(nameOf(name)._unsafeUnwrap()));
    expect(keys[0]).not.toBe(keys[1]);
    for (const key of keys) expect(key).toBeLessThan(2n ** 63n);
  });
});

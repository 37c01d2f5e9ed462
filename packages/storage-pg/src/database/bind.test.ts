import type { AuditDraft, SiteId } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { quotedSchema } from "../migrations/schema-name.ts";
import { statementValues } from "./bind.ts";

const schema = quotedSchema("ours")._unsafeUnwrap();
const draft: AuditDraft = {
  actor: "ada",
  action: "site.created",
  siteId: "site-1" as SiteId,
  subject: "site-1",
  at: new Date("2026-01-02T03:04:05.678Z"),
  after: { name: "it's; drop table site" },
};

describe("the values of a statement", () => {
  it("never stand in its text", () => {
    const { bind, values } = statementValues(schema);
    expect(`${bind.text("it's", "name")} ${bind.integer(7, "size")} ${bind.flag(true)}`).toBe(
      "$1::text $2::bigint $3::boolean",
    );
    expect(values).toEqual(["it's", "7", "true"]);
  });

  it("are null where there is nothing", () => {
    const { bind, values } = statementValues(schema);
    bind.text(undefined, "name");
    bind.integer(null, "size");
    bind.time(undefined, "at");
    bind.json(undefined);
    expect(values).toEqual([null, null, null, null]);
  });

  it("tell a JSON null from no document", () => {
    const { bind, values } = statementValues(schema);
    bind.json(null);
    expect(values).toEqual(["null"]);
  });

  it("hold an audit entry as one row of the schema's type", () => {
    const { bind, values } = statementValues(schema);
    expect(bind.audit(draft)).toBe(
      'row($1::text, $2::text, $3::text, $4::text, $5::timestamptz, $6::json, $7::json)::"ours".audit_draft',
    );
    expect(values).toEqual([
      "ada",
      "site.created",
      "site-1",
      "site-1",
      "2026-01-02T03:04:05.678Z",
      null,
      JSON.stringify(draft.after),
    ]);
    expect(bind.audit(undefined)).toBe('null::"ours".audit_draft');
  });

  it.each([
    ["U+0000", "a\0b"],
    ["half of a surrogate pair", "a\ud800"],
  ])("may not be text with %s, which PostgreSQL would refuse or change", (_, value) => {
    const { bind } = statementValues(schema);
    expect(() => bind.text(value, "site.name")).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT", details: expect.objectContaining({ field: "site.name" }) }),
    );
  });

  it("may be text with whole surrogate pairs", () => {
    const { bind, values } = statementValues(schema);
    bind.text("🏨", "site.name");
    expect(values).toEqual(["🏨"]);
  });

  it.each([0.5, Number.NaN, 2 ** 53])("may not be the number %d, which is no whole number that survives", (value) => {
    expect(() => statementValues(schema).bind.integer(value, "size")).toThrow("size can't be stored");
  });

  it.each([new Date(Number.NaN), new Date("+010000-01-01T00:00:00Z"), new Date(-1e15)])(
    "may not be the time %s",
    (value) => {
      expect(() => statementValues(schema).bind.time(value, "createdAt")).toThrow("createdAt can't be stored");
    },
  );
});

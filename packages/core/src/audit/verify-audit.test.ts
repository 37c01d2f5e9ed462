import { memoryStore } from "@hostelry/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { unwrap } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { auditChainStart, auditHash } from "./audit-chain.ts";
import type { AuditDraft, AuditEntry } from "./audit-entry.ts";
import { verifyAudit } from "./verify-audit.ts";

const siteId = "site-a" as SiteId;
const draft: AuditDraft = { actor: "ada", action: "site.created", siteId, subject: siteId, at: new Date(5) };

describe("the hash of an audit entry", () => {
  it("is that of a JSON list that anybody can write", () => {
    const entry = { ...draft, number: 1, sequence: 7, after: { a: [1, "ü"] } };
    // sha256 of: ["00…00",1,7,"ada","site.created","site-a","site-a",5,null,"{\"a\":[1,\"ü\"]}"]
    expect(auditHash(auditChainStart, entry)).toBe("ee6645a38746a375d9c1dec64e1e3160e299493b06877b85d860f16de7db47d1");
  });

  it.each<[string, Partial<AuditEntry>]>([
    ["the actor", { actor: "eve" }],
    ["the action", { action: "site.renamed" }],
    ["the subject", { subject: "site-b" }],
    ["the time", { at: new Date(6) }],
    ["the number", { number: 2 }],
    ["the sequence", { sequence: 8 }],
    ["what was before", { before: null }],
    ["what was after", { after: null }],
  ])("is another one when %s is", (_, change) => {
    const entry = { ...draft, number: 1, sequence: 7 };
    expect(auditHash(auditChainStart, { ...entry, ...change })).not.toBe(auditHash(auditChainStart, entry));
  });
});

describe("verifying an audit record", () => {
  let store = memoryStore();
  beforeEach(async () => {
    store = memoryStore();
    const site = { id: siteId, name: "A", state: "live", createdAt: new Date(0), version: 1 } as const;
    await unwrap(store.createSite({ site, audit: draft }));
    for (const version of [1, 2, 3]) {
      const audit = { ...draft, action: "site.renamed", subject: String(version) } as const;
      await unwrap(store.updateSite({ siteId, expectVersion: version, change: { name: "B" }, audit }));
    }
  });

  it("finds nothing wrong with one that nobody has touched, and gives its head", async () => {
    const { head, fault } = await unwrap(verifyAudit(store, siteId));
    expect([fault, head.number]).toEqual([null, 4]);
    expect(head).toEqual(await unwrap(store.readAuditHead(siteId)));
    expect(await unwrap(verifyAudit(store, siteId, { expect: head }))).toEqual({ head, fault: null });
  });

  it.each<[string, (audit: AuditEntry[]) => void, object]>([
    [
      "an entry that says something else",
      (audit) => audit.splice(1, 1, { ...audit[1], actor: "eve" } as AuditEntry),
      { number: 2, problem: "altered" },
    ],
    ["an entry that is gone", (audit) => audit.splice(1, 1), { number: 2, problem: "missing" }],
    [
      "an entry that is there twice",
      (audit) => audit.splice(2, 0, audit[1] as AuditEntry),
      { number: 3, problem: "altered" },
    ],
  ])("finds %s", async (_, tamper, fault) => {
    tamper(store.records.audit);
    expect((await unwrap(verifyAudit(store, siteId))).fault).toEqual(fault);
  });

  it("finds an end that was cut off, and a chain made anew, only by a head that was kept elsewhere", async () => {
    const { head } = await unwrap(verifyAudit(store, siteId));
    store.records.audit.pop();
    expect((await unwrap(verifyAudit(store, siteId))).fault).toBeNull();
    expect((await unwrap(verifyAudit(store, siteId, { expect: head }))).fault).toEqual({
      number: 4,
      problem: "missing",
    });
    const anew = { ...draft, action: "site.renamed", subject: "other" } as const;
    await unwrap(store.updateSite({ siteId, expectVersion: 4, change: { name: "C" }, audit: anew }));
    expect((await unwrap(verifyAudit(store, siteId, { expect: head }))).fault).toEqual({
      number: 4,
      problem: "foreign",
    });
  });

  it("tells what the store tells when it can't be read", async () => {
    const ended = await verifyAudit(store, siteId, { signal: AbortSignal.abort() });
    expect(ended._unsafeUnwrapErr().code).toBe("ABORTED");
  });
});

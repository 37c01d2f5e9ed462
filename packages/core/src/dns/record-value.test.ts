import { describe, expect, it } from "vitest";
import type { DnsRecordType } from "../ports/dns/index.ts";
import { canonicalValue } from "./record-value.ts";

describe("canonicalValue", () => {
  it.each([
    ["A", "192.0.2.1", "192.0.2.1"],
    ["AAAA", "2001:0DB8:0:0::0001", "2001:db8::1"],
    ["AAAA", "::ffff:192.0.2.1", "::ffff:c000:201"],
    ["CNAME", "WWW.Example.COM.", "www.example.com"],
    ["MX", " 10   Mail.example.com. ", "10 mail.example.com"],
    ["MX", "0 .", "0 ."],
    ["SRV", "1 2 443 Host.example.", "1 2 443 host.example"],
    ["CAA", "0 ISSUE letsencrypt.org", '0 issue "letsencrypt.org"'],
    ["CAA", '128 issuewild ";"', '128 issuewild ";"'],
    ["TXT", '"quotes" belong to it', '"quotes" belong to it'],
    ["TXT", "", ""],
  ] satisfies [DnsRecordType, string, string][])("of %s %j is %j", (type, value, canonical) => {
    expect(canonicalValue(type, value)._unsafeUnwrap()).toBe(canonical);
    expect(canonicalValue(type, canonical)._unsafeUnwrap()).toBe(canonical);
  });

  it.each([
    ["A", "192.0.2.256"],
    ["A", "192.0.2.01"],
    ["A", "0x7f.1"],
    ["A", "192.0.2.1 "],
    ["AAAA", "2001:db8::1::"],
    ["AAAA", "[::1]"],
    ["AAAA", "::1]/x"],
    ["AAAA", "192.0.2.1"],
    ["CNAME", "."],
    ["CNAME", "*.example.com"],
    ["CNAME", "a b.example"],
    ["NS", ""],
    ["MX", "10"],
    ["MX", "70000 a.example"],
    ["MX", "10 a.example extra"],
    ["SRV", "1 2 a.example"],
    ["SRV", "1 2 99999 a.example"],
    ["CAA", "256 issue x"],
    ["CAA", '0 issue "open'],
    ["CAA", "0 is-sue x"],
    ["TXT", "x".repeat(60_001)],
  ] satisfies [DnsRecordType, string][])("does not take %s %j", (type, value) => {
    const error = canonicalValue(type, value)._unsafeUnwrapErr();
    expect(error.code).toBe("INVALID_INPUT");
    expect(error.message.length).toBeLessThan(300);
  });
});

import { describe, expect, it } from "vitest";
import type { Resolver } from "../ports/resolver.ts";
import { okAsync, unwrap } from "../result/index.ts";
import { type CaaQuestion, checkCaa, judgeCaa } from "./check-caa.ts";

const asked: CaaQuestion = {
  name: "www.example.com",
  identities: ["ca.example"],
  accountUri: "https://ca.example/acct/1",
  method: "http-01",
};

function resolverOf(records: Readonly<Record<string, readonly string[]>>, questions: string[] = []): Resolver {
  return {
    spec: "resolver/1",
    name: "records",
    capabilities: { authorities: false },
    lookup: ({ name }) => {
      questions.push(name);
      const values = records[name] ?? [];
      return okAsync({ status: values.length > 0 ? "found" : "no-data", values, ttlSeconds: 60, aliases: [] });
    },
    survey: () => okAsync([]),
    findAuthorities: (zone) => okAsync({ zone, servers: [] }),
  };
}

describe("CAA records", () => {
  it.each([
    [['0 issue "ca.example"'], "www.example.com", true],
    [['0 issue "CA.example"'], "www.example.com", true],
    [['0 issue "other.example"'], "www.example.com", false],
    [['0 issue "other.example"', '0 issue "ca.example"'], "www.example.com", true],
    [['0 issue ";"'], "www.example.com", false],
    [['0 issue ""'], "www.example.com", false],
    [['0 iodef "mailto:x@example.com"'], "www.example.com", true],
    [['0 issuewild ";"'], "www.example.com", true],
    [['0 issuewild ";"'], "*.example.com", false],
    [['0 issue ";"', '0 issuewild "ca.example"'], "*.example.com", true],
    [['0 issue "ca.example"'], "*.example.com", true],
    [['128 issue "ca.example"'], "www.example.com", true],
    [['128 unknown "x"', '0 issue "ca.example"'], "www.example.com", false],
    [['0 unknown "x"'], "www.example.com", true],
    [['0 issue "ca.example; accounturi=https://ca.example/acct/1"'], "www.example.com", true],
    [['0 issue "ca.example; accounturi=https://ca.example/acct/2"'], "www.example.com", false],
    [['0 issue "ca.example; validationmethods=dns-01,http-01"'], "www.example.com", true],
    [['0 issue "ca.example;validationmethods=dns-01"'], "www.example.com", false],
    [['0 issue "ca.example; cansignhttpexchanges=yes"'], "www.example.com", true],
    [["nonsense"], "www.example.com", false],
  ])("%j for %s: %s", (values, name, allowed) => {
    expect(judgeCaa(values, { ...asked, name }) === null).toBe(allowed);
  });

  it("hold that are nearest, and nothing above them is asked for", async () => {
    const questions: string[] = [];
    const resolver = resolverOf({ "example.com": ['0 issue "ca.example"'], com: ['0 issue ";"'] }, questions);
    expect(await unwrap(checkCaa(resolver, asked))).toBeNull();
    expect(questions).toEqual(["www.example.com", "example.com"]);
    const nearer = resolverOf({ "www.example.com": ['0 issue ";"'], "example.com": ['0 issue "ca.example"'] });
    expect(await unwrap(checkCaa(nearer, asked))).toMatchObject({ type: "caa", name: "www.example.com" });
  });

  it("are not asked for when the authority does not say what it is called there", async () => {
    const questions: string[] = [];
    expect(await unwrap(checkCaa(resolverOf({}, questions), { ...asked, identities: [] }))).toBeNull();
    expect(questions).toEqual([]);
  });
});

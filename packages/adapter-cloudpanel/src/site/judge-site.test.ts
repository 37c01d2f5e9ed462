import { describe, expect, it } from "vitest";
import { judgeSite } from "./judge-site.ts";
import type { SiteTraces } from "./look-at-site.ts";

/** Where CloudPanel has its sites. */
const homes = "/home";
const site = { domain: "example.com", user: "shop" };
const nothing: SiteTraces = {
  record: undefined,
  otherRecord: undefined,
  account: undefined,
  vhost: undefined,
  poolVersions: [],
  home: undefined,
  htdocs: undefined,
  content: undefined,
  hasKeys: false,
};
const record = { kind: "static", domain: "example.com", user: "shop", rootDirectory: "example.com" };
const account = { uid: 1001, home: "/home/shop" };
const vhost = `server {\n  root ${homes}/shop/htdocs/example.com;\n}\n`;
const whole: SiteTraces = { ...nothing, record, account, vhost, home: [] };

/** What is left when the creation was broken off after its vhost. */
const remains: SiteTraces = {
  ...nothing,
  account,
  vhost,
  home: [".bashrc", "htdocs", "logs"],
  htdocs: ["example.com"],
  content: ["index.html"],
};

describe("traces of a site", () => {
  it("are nothing, or the same site, only when nothing is missing", () => {
    expect(judgeSite(site, nothing)).toEqual({ status: "absent" });
    expect(judgeSite(site, whole)).toMatchObject({
      status: "same",
      facts: { documentRoot: `${homes}/shop/htdocs/example.com` },
    });
    expect(judgeSite(site, { ...whole, vhost: undefined })).toMatchObject({
      status: "different",
      differences: [{ field: "vhost" }],
    });
    expect(judgeSite(site, { ...whole, record: { ...record, user: "other" } })).toMatchObject({
      status: "different",
      differences: [{ field: "siteUser", remedy: "refuse" }, { field: "documentRoot" }],
    });
  });

  it("without a record are an orphan, never a site", () => {
    expect(judgeSite(site, remains)).toMatchObject({
      status: "orphan",
      pieces: [
        { piece: "system user shop", repairable: true },
        { piece: "vhost of example.com", repairable: true },
      ],
    });
  });

  it.each([
    ["an account of the system", { account: { uid: 105, home: "/home/shop" } }],
    ["a home elsewhere", { account: { uid: 1001, home: "/srv/shop" } }],
    ["somebody's files", { home: [".bashrc", "thesis.tex"] }],
    ["another site's directory", { htdocs: ["example.com", "other.com"] }],
    ["content", { content: ["index.html", "shop.js"] }],
    ["a key to sign in with", { hasKeys: true }],
  ])("with %s are left to a person", (_what, change) => {
    const seen = judgeSite(site, { ...remains, ...change });
    expect(seen.status === "orphan" && seen.pieces.every(({ repairable }) => !repairable)).toBe(true);
  });

  it("with a vhost that serves something else are left to a person", () => {
    const seen = judgeSite(site, { ...remains, vhost: `server {\n root ${homes}/other/htdocs/example.com;\n}` });
    expect(seen.status === "orphan" && seen.pieces.map(({ repairable }) => repairable)).toEqual([false, false]);
  });

  it("of a user who has another site are a conflict", () => {
    const otherRecord = { ...record, domain: "other.com" };
    expect(judgeSite(site, { ...nothing, otherRecord, account })).toMatchObject({
      status: "different",
      differences: [{ remedy: "refuse" }],
    });
  });

  it("of a removal that was broken off are an orphan that removing on takes away", () => {
    expect(judgeSite(site, { ...whole, account: undefined })).toMatchObject({
      status: "orphan",
      pieces: [{ repairable: true }],
    });
  });
});

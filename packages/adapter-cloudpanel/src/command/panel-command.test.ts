import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { siteUserFor } from "../site/site-user.ts";
import { siteTemplate } from "../template/site-template.ts";
import { panelCommand } from "./panel-command.ts";
import { checkPanelField } from "./panel-fields.ts";
import { newPanelPassword } from "./panel-password.ts";

describe("a command for clpctl", () => {
  it("has every value in an argument of its own, behind its option", () => {
    const built = panelCommand("site:delete", { domainName: "example.com" })._unsafeUnwrap();
    expect(built.argv).toEqual(["site:delete", "--domainName=example.com", "--force"]);
  });

  it.each([
    ["siteUser", "root"],
    ["siteUser", "www-data"],
    ["siteUser", "-rf"],
    ["siteUser", "ab"],
    ["siteUser", "a.b"],
    ["siteUserPassword", "short"],
    ["siteUserPassword", "long-enough-but-$HOME"],
    ["domainName", "Example.com"],
    ["domainName", "example.com."],
    ["domainName", "*.example.com"],
    ["domainName", "a.com --force"],
    ["appPort", "0"],
    ["appPort", "65536"],
    ["reverseProxyUrl", "http://x/?a=$(id)"],
    ["subjectAlternativeName", "a.example.com,"],
    ["nothing", "known"],
  ])("is not built with %s %j", (field, value) => {
    const error = checkPanelField(field, value)._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "INVALID_INPUT", details: { field } });
  });

  it("takes every password that is made for it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const password = newPanelPassword({ bytes: () => bytes });
        return password.length === 32 && checkPanelField("siteUserPassword", password).isOk();
      }),
    );
    expect(newPanelPassword()).not.toBe(newPanelPassword());
  });

  it("takes the user that is made for any domain, always the same one, and another one for another domain", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
    const domain = fc.tuple(label, label).map(([one, two]) => `${one}.${two}.com`);
    fc.assert(
      fc.property(domain, domain, (one, other) => {
        const user = siteUserFor(one);
        expect(checkPanelField("siteUser", user).isOk()).toBe(true);
        expect(siteUserFor(one)).toBe(user);
        return one === other || siteUserFor(other) !== user;
      }),
    );
  });
});

describe("a template for static sites", () => {
  it("refuses what would change the configuration around it", () => {
    for (const options of [
      { fallback: "/a; return 200" },
      { notFoundPage: "x" },
      { assetsExpire: "1d; root /" },
      { fallback: "/a", notFoundPage: "/b" },
    ]) {
      expect(() => siteTemplate(options)).toThrow(TypeError);
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isHostingError } from "../errors/index.ts";
import type { ParsedHostname } from "./hostname.ts";
import { type PlatformNames, parseHostname } from "./parse-hostname.ts";

const platform: PlatformNames = {
  roots: ["sites.hoster.net"],
  zones: ["hoster.net", "hoster.dev"],
  reservedLabels: ["press"],
};

/** What came of a name: its ASCII form, or the problem or reason. */
function judged(text: string, options: { readonly platform?: PlatformNames } = { platform }): string {
  return parseHostname(text, options).match(
    ({ ascii }) => ascii,
    ({ details }) => `! ${"problem" in details ? details.problem : details.reason}`,
  );
}

function parsed(text: string): ParsedHostname {
  return parseHostname(text, { platform })._unsafeUnwrap();
}

const long = (length: number): string => "a".repeat(length);

/** What people, programs and attackers give as a name, and what it is. */
const names: readonly (readonly [text: string, judgement: string])[] = [
  // Names, in all spellings.
  ["acme.de", "acme.de"],
  ["www.acme.co.uk", "www.acme.co.uk"],
  ["  Shop.ACME.com\n", "shop.acme.com"],
  ["acme.com.", "acme.com"],
  ["a.b.c.d.e.acme.com", "a.b.c.d.e.acme.com"],
  ["1.acme.com", "1.acme.com"],
  ["123.de", "123.de"],
  ["3com.com", "3com.com"],
  ["0xacme.com", "0xacme.com"],
  ["a-b.de", "a-b.de"],
  ["ab-c--d.de", "ab-c--d.de"],
  ["a---b.de", "! hyphen"],
  [`${long(63)}.de`, `${long(63)}.de`],
  [`${`${long(49)}.`.repeat(5)}de`, `${`${long(49)}.`.repeat(5)}de`],
  ["acme.museum", "acme.museum"],
  ["acme.photography", "acme.photography"],
  ["acme.github.io", "acme.github.io"],
  ["acme.blogspot.com", "acme.blogspot.com"],
  ["*.acme.com", "*.acme.com"],
  ["*.Shop.acme.com.", "*.shop.acme.com"],
  // Names in other scripts.
  ["bücher.de", "xn--bcher-kva.de"],
  ["BÜCHER.de", "xn--bcher-kva.de"],
  ["bu\u0308cher.de", "xn--bcher-kva.de"],
  ["xn--bcher-kva.de", "xn--bcher-kva.de"],
  ["XN--BCHER-KVA.DE", "xn--bcher-kva.de"],
  ["*.bücher.de", "*.xn--bcher-kva.de"],
  ["faß.de", "xn--fa-hia.de"],
  ["FAẞ.de", "xn--fa-hia.de"],
  ["fass.de", "fass.de"],
  ["βόλος.gr", "xn--nxasmm1c.gr"],
  ["βόλοσ.gr", "xn--nxasmq6b.gr"],
  ["ｅｘａｃｔ．ｃｏｍ", "exact.com"],
  ["exact。com", "exact.com"],
  ["exact｡com", "exact.com"],
  ["ﬃce.com", "ffice.com"],
  ["Ⅷ.com", "viii.com"],
  ["\u212a.com", "k.com"],
  ["ａｂ－ｃｄ.com", "ab-cd.com"],
  ["пример.рф", "xn--e1afmkfd.xn--p1ai"],
  ["例え.jp", "xn--r8jz45g.jp"],
  ["食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn"],
  ["食狮.中国", "xn--85x722f.xn--fiqs8s"],
  ["ราชการ.ไทย", "xn--12cr8ec6ec.xn--o3cw4h"],
  ["אבג.com", "xn--4dbcd.com"],
  ["א1ב.com", "xn--1-zhce.com"],
  ["مثال.com", "xn--mgbh0fb.com"],
  ["क्\u200dष.com", "xn--11b2ezcw70k.com"],
  ["l·l.cat", "xn--ll-0ea.cat"],
  ["ア・イ.jp", "xn--ccke4x.jp"],
  ["аррӏе.com", "xn--80ak6aa92e.com"],
  ["pаypal.com", "xn--pypal-4ve.com"],
  ["Ꭰ.com", "xn--58d.com"],
  // Not names.
  ["", "! empty"],
  ["   ", "! empty"],
  [".", "! empty"],
  ["..", "! empty-label"],
  [".acme.com", "! empty-label"],
  ["acme..com", "! empty-label"],
  ["acme.com..", "! empty-label"],
  ["acme。。com", "! empty-label"],
  ["localhost", "! single-label"],
  ["acme", "! single-label"],
  ["com", "! single-label"],
  ["-acme.com", "! hyphen"],
  ["acme-.com", "! hyphen"],
  ["acme.-com", "! hyphen"],
  ["ab--cd.com", "! hyphen"],
  ["－acme.com", "! hyphen"],
  ["my_shop.com", "! underscore"],
  ["_dmarc.acme.com", "! underscore"],
  ["_acme-challenge.acme.com", "! underscore"],
  [`${long(64)}.de`, "! label-too-long"],
  [`${"ü".repeat(60)}.de`, "! label-too-long"],
  [`${`${long(50)}.`.repeat(5)}de`, "! too-long"],
  [long(100_000), "! too-long"],
  ["acme.com:443", "! port"],
  ["acme.com:", "! port"],
  ["https://acme.com", "! url"],
  ["//acme.com", "! url"],
  ["acme.com/shop", "! url"],
  ["acme.com\\shop", "! url"],
  ["acme.com?x=1", "! url"],
  ["acme.com#top", "! url"],
  ["info@acme.com", "! email"],
  ["user:secret@acme.com", "! email"],
  ["ac me.com", "! whitespace"],
  ["acme.com evil.com", "! whitespace"],
  ["acme.com\r\nHost: evil.com", "! whitespace"],
  ["ac\u00a0me.com", "! whitespace"],
  ["ac\u3000me.com", "! whitespace"],
  ["acme\0.com", "! character"],
  ["acme\u0007.com", "! character"],
  ["acme\ud83d.com", "! character"],
  ["ex%61ct.com", "! character"],
  ["acme%2ecom", "! character"],
  ["acme,com", "! character"],
  ["acme;com", "! character"],
  ["$(id).acme.com", "! character"],
  ["`id`.acme.com", "! character"],
  ["acme'--.com", "! character"],
  ["<b>.com", "! character"],
  ["acme.com／shop", "! character"],
  ["acme.com﹖x", "! character"],
  ["acme.com％2e", "! character"],
  ["℀.com", "! character"],
  ["☃.net", "! character"],
  ["xn--n3h.net", "! character"],
  ["💩.la", "! character"],
  ["xn--ls8h.la", "! character"],
  ["\u0301a.com", "! character"],
  ["a·b.com", "! character"],
  ["\u05f3א.com", "! character"],
  ["a\u0375.gr", "! character"],
  ["a\u30fbb.com", "! character"],
  ["ac\u00adme.com", "! invisible"],
  ["ac\u2060me.com", "! invisible"],
  ["ac\ufe0fme.com", "! invisible"],
  ["\ufeffacme.com\u2060", "! invisible"],
  ["ac\u202eme.com", "! invisible"],
  ["ac\u200dme.com", "! joiner"],
  ["ac\u200cme.com", "! joiner"],
  ["ac\u200bme.com", "! invisible"],
  ["אa.com", "! bidi"],
  ["1א.com", "! bidi"],
  ["א-.com", "! hyphen"],
  ["٣.com", "! bidi"],
  ["xn--.com", "! hyphen"],
  ["xn--a.com", "! punycode"],
  ["xn--abc-.com", "! hyphen"],
  ["xn--zzzzzz.com", "! punycode"],
  ["xn--xn--abc.com", "! punycode"],
  ["xn--Bcher-KVA9.de", "! punycode"],
  ["127.0.0.1", "! ip-address"],
  ["１２７.0.0.1", "! ip-address"],
  ["127.1", "! ip-address"],
  ["2130706433", "! ip-address"],
  ["0x7f.1", "! ip-address"],
  ["0x7f000001", "! ip-address"],
  ["acme.0x1f", "! ip-address"],
  ["acme.123", "! ip-address"],
  ["1.2.3.4.5", "! ip-address"],
  ["127.0.0.1.", "! ip-address"],
  ["[::1]", "! ip-address"],
  ["::1", "! ip-address"],
  ["2001:db8::1", "! ip-address"],
  ["::ffff:127.0.0.1", "! ip-address"],
  ["*", "! wildcard"],
  ["*.", "! wildcard"],
  ["*acme.com", "! wildcard"],
  ["a.*.com", "! wildcard"],
  ["*.*.acme.com", "! wildcard"],
  ["acme.*", "! wildcard"],
  ["*.com", "! single-label"],
  ["acme.kom", "! unknown-suffix"],
  ["acme.lol2", "! unknown-suffix"],
  ["printer.fritz.box2", "! unknown-suffix"],
  // Names that nobody can have.
  ["co.uk", "! public-suffix"],
  ["*.co.uk", "! public-suffix"],
  ["github.io", "! public-suffix"],
  ["*.github.io", "! public-suffix"],
  ["公司.cn", "! public-suffix"],
  ["x.kawasaki.jp", "! public-suffix"],
  ["city.kawasaki.jp", "city.kawasaki.jp"],
  ["www.ck", "www.ck"],
  ["a.ck", "! public-suffix"],
  ["s3.amazonaws.com", "! public-suffix"],
  ["example.com", "! special-use"],
  ["www.example.org", "! special-use"],
  ["notexample.com", "notexample.com"],
  ["app.localhost", "! special-use"],
  ["printer.local", "! special-use"],
  ["db.internal", "! special-use"],
  ["a.test", "! special-use"],
  ["a.invalid", "! special-use"],
  ["abc.onion", "! special-use"],
  ["router.home.arpa", "! special-use"],
  ["1.0.0.127.in-addr.arpa", "! special-use"],
  // The platform's.
  ["hoster.net", "! platform"],
  ["www.hoster.net", "! platform"],
  ["hoster.dev", "! platform"],
  ["sites.hoster.net", "! platform"],
  ["*.sites.hoster.net", "! platform"],
  ["a.acme.sites.hoster.net", "! platform"],
  ["acme.sites.hoster.net", "acme.sites.hoster.net"],
  ["ACME.Sites.Hoster.Net.", "acme.sites.hoster.net"],
  ["nothoster.net", "nothoster.net"],
  ["www.sites.hoster.net", "! label"],
  ["admin.sites.hoster.net", "! label"],
  ["ns1.sites.hoster.net", "! label"],
  ["mx02.sites.hoster.net", "! label"],
  ["wpad.sites.hoster.net", "! label"],
  ["press.sites.hoster.net", "! label"],
  ["аcme.sites.hoster.net", "! label"],
  ["_x.sites.hoster.net", "! underscore"],
];

describe("the name of a host", () => {
  it.each(names)("%j is %j", (text, judgement) => {
    expect(judged(text)).toBe(judgement);
  });

  it("is one and the same, however often it is read", () => {
    for (const [, judgement] of names) if (!judgement.startsWith("!")) expect(judged(judgement)).toBe(judgement);
    for (const [, judgement] of names) {
      if (!judgement.startsWith("!")) expect(judged(parsed(judgement).unicode)).toBe(judgement);
    }
  });

  it("is told for people too", () => {
    expect(parsed("*.BÜCHER.de").unicode).toBe("*.bücher.de");
    expect(parsed("pаypal.com")).toMatchObject({ mixedScripts: true });
    expect(parsed("bücher.de")).toMatchObject({ mixedScripts: false });
    expect(parsed("ロゴa.jp")).toMatchObject({ mixedScripts: false });
  });

  it("knows what somebody registered", () => {
    expect(parsed("acme.co.uk")).toMatchObject({ registrable: "acme.co.uk", apex: true, kind: "custom" });
    expect(parsed("www.acme.co.uk")).toMatchObject({ registrable: "acme.co.uk", apex: false });
    expect(parsed("*.acme.co.uk")).toMatchObject({ registrable: "acme.co.uk", apex: false, wildcard: true });
    expect(parsed("a.acme.github.io")).toMatchObject({ registrable: "acme.github.io", apex: false });
    expect(parsed("acme.sites.hoster.net")).toMatchObject({ kind: "platform", apex: false });
  });

  it("may be punycode below a platform's root where the platform says so", () => {
    const international = { ...platform, internationalLabels: true };
    expect(judged("bücher.sites.hoster.net", { platform: international })).toBe("xn--bcher-kva.sites.hoster.net");
  });

  it("is refused with what is wrong and where, and shows nothing that can't be seen", () => {
    const refusal = parseHostname("shop.-bad.acme.com")._unsafeUnwrapErr();
    expect(refusal.details).toEqual({ hostname: "shop.-bad.acme.com", problem: "hyphen", label: "-bad" });
    expect(refusal.message).toMatch(/“shop\.-bad\.acme\.com”.*hyphen.*“-bad”/);
    const hidden = parseHostname("ac\u202eme\n.com")._unsafeUnwrapErr();
    expect(hidden.message).toContain("ac\\u{202e}me\\u{a}.com");
    expect(parseHostname(long(5000))._unsafeUnwrapErr().message.length).toBeLessThan(400);
  });

  it("never throws, and what it lets pass is a name of letters, digits and hyphens", () => {
    const text = fc.oneof(
      fc.string({
        unit: fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
        maxLength: 20,
      }),
      fc.string({
        unit: fc.constantFrom("a", "-", ".", "x", "n", "1", "ü", "א", "٣", "\u200d", "*", "_", "ß", "。", "%", "/"),
      }),
    );
    fc.assert(
      fc.property(text, fc.constantFrom("", ".com", ".de"), (start, end) => {
        const result = parseHostname(`${start}${end}`, { platform });
        if (result.isErr()) return isHostingError(result.error);
        const { ascii, unicode } = result.value;
        const ldh = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;
        return ldh.test(ascii) && judged(unicode) === ascii;
      }),
      { numRuns: 200 },
    );
  });
});

import type { RoutedDomain } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { createSiteHandler } from "../site-handler.ts";
import { domainResolver } from "./domain-resolver.ts";
import { withEdgeMark } from "./edge-mark.ts";

const routed = (hostname: string, redirect: RoutedDomain["redirect"], siteId = "site-acme"): RoutedDomain =>
  ({ domainId: `domain-${hostname}`, hostname, siteId, state: "active", primary: false, redirect }) as RoutedDomain;

const names = new Map(
  [
    routed("acme.de", "serve"),
    routed("www.acme.de", "to-apex"),
    routed("shop.acme.de", "to-primary"),
    routed("ring.de", "to-www"),
    routed("www.ring.de", "to-apex"),
    routed("www.half.de", "to-apex"),
    routed("www.foreign.de", "to-apex"),
    routed("foreign.de", "serve", "site-beta"),
  ].map((domain) => [domain.hostname as string, domain]),
);
const resolve = domainResolver({
  index: {
    find: (host) => names.get(host),
    primaryOf: (siteId) => (siteId === "site-acme" ? ("acme.de" as RoutedDomain["hostname"]) : undefined),
  },
});

describe("the site of a host name, by the records of domains", () => {
  it.each([
    ["acme.de", undefined],
    ["www.acme.de", "acme.de"],
    ["shop.acme.de", "acme.de"],
    // In a ring, to a name that is not routed, or to another site's, nobody is sent.
    ["ring.de", undefined],
    ["www.half.de", undefined],
    ["www.foreign.de", undefined],
  ])("of %s leads to %s", (host, canonicalHost) => {
    expect(resolve(host)).toEqual({
      siteId: "site-acme",
      slot: "live",
      ...(canonicalHost === undefined ? {} : { canonicalHost }),
    });
  });

  it("is none for a name that is not routed", () => {
    expect(resolve("nobody.de")).toBeNull();
  });
});

describe("the mark of an edge", () => {
  it("is answered for every name, and nothing else is", async () => {
    const handler = withEdgeMark(createSiteHandler({ files: { "index.html": "home" } }), { text: "edge-of-hoster" });
    const get = async (url: string): Promise<string> => (await handler.fetch(new Request(url))).text();
    expect(await get("http://nobody.de/.well-known/hostelry-edge?x")).toBe("edge-of-hoster");
    expect(await get("http://nobody.de/")).toBe("home");
    expect((await handler.fetch(new Request("http://nobody.de/.well-known/other-edge"))).status).toBe(404);
  });
});

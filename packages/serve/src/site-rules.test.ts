import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { askNode } from "./fixtures/ask-node.ts";
import { createSiteHandler, type FilesHandlerOptions } from "./index.ts";

const page = { "index.html": "home", "new.html": "new", "users/id.html": "a user", "old.css": "old", "b/c.txt": "c" };

async function look(
  rules: { readonly redirects?: string; readonly headers?: string },
  target: string,
  options: Partial<FilesHandlerOptions> & { readonly method?: string; readonly host?: string } = {},
): Promise<Response> {
  const { method = "GET", host = "example.com", ...more } = options;
  const files = { ...page, _redirects: rules.redirects ?? "", _headers: rules.headers ?? "" };
  const handler = createSiteHandler({ files, notFoundHandling: "none", ...more });
  return handler.fetch(new Request(`http://${host}${target}`, { method }));
}

const redirected = async (redirects: string, target: string, method = "GET"): Promise<string> => {
  const response = await look({ redirects }, target, { method });
  return `${response.status} ${response.headers.get("location") ?? (await response.text()).slice(0, 15)}`;
};

describe("a redirect of the site", () => {
  it.each([
    ["/a /new", "/a", "302 /new"],
    ["/a /new 301", "/a", "301 /new"],
    ["/a /new 303", "/a", "303 /new"],
    ["/a /new 307", "/a", "307 /new"],
    ["/a /new 308", "/a", "308 /new"],
    ["/old.css /new 301", "/old.css", "301 /new"],
    ["/a /new", "/a?x=1", "302 /new?x=1"],
    ["/a /new?y=2", "/a?x=1", "302 /new?y=2"],
    ["/a /new#part", "/a?x=1", "302 /new?x=1#part"],
    ["/a https://example.org/b", "/a?x=1", "302 https://example.org/b?x=1"],
    ["/blog/* https://blog.example.org/:splat", "/blog/x/y", "302 https://blog.example.org/x/y"],
    ["/:a/:b/* /:b/:a?rest=:splat", "/1/2/3/4", "302 /2/1?rest=3/4"],
    ["/caf\u00e9 /new", "/caf%C3%A9", "302 /new"],
    ["/x/* /first\n/x/y /second", "/x/y", "302 /first"],
    ["/x/y /second\n/x/* /first", "/x/y", "302 /second"],
    ["/a /new", "/a/", "404 <!doctype html>"],
    ["/users/* /users/id 200", "/users/7", "200 a user"],
    ["/users/* /users/id.html 200", "/users/7", "200 a user"],
    ["/shop /nowhere 200", "/shop", "404 <!doctype html>"],
    ["/x /_redirects 200", "/x", "404 <!doctype html>"],
  ])("%j, %s: %s", async (redirects, target, expected) => {
    expect(await redirected(redirects, target)).toBe(expected);
  });

  it("holds for every method", async () => {
    expect(await redirected("/a /new 307", "/a", "POST")).toBe("307 /new");
  });

  it("is not remembered beyond its release", async () => {
    expect((await look({ redirects: "/a /new 301" }, "/a")).headers.get("cache-control")).toBe(
      "public, max-age=0, must-revalidate",
    );
  });
});

describe("a redirect that a visitor tries to bend", () => {
  it.each([
    ["/go/* /:splat", "/go//evil.example/", "302 /evil.example/"],
    ["/go/* /:splat", "/go///evil.example", "302 /evil.example"],
    ["/go/* /:splat", "/go/%2Fevil.example", "302 /%2Fevil.example"],
    ["/go/* /:splat", "/go/%5Cevil.example", "400 <!doctype html>"],
    ["/go/* :splat", "/go/https://evil.example", "404 <!doctype html>"],
    ["/go/* https://example.org:splat", "/go/@evil.example", "404 <!doctype html>"],
    ["/go* https://example.org:splat", "/go.evil.example", "302 https://example.org.evil.example/"],
    ["/go/:a https://:a.example.org/", "/go/evil.example%2F", "404 <!doctype html>"],
    ["/go/:a https://:a.example.org/", "/go/shop", "302 https://shop.example.org/"],
    ["/go/:a /x/:a", "/go/%0d%0aset-cookie:x", "302 /x/%0d%0aset-cookie:x"],
  ])("%j, %s: %s", async (redirects, target, expected) => {
    expect(await redirected(redirects, target)).toBe(expected);
  });

  it("comes to nothing with bytes that browsers would not send", async () => {
    const handler = createSiteHandler({ files: { ...page, _redirects: "/go/* /:splat" } });
    const server = createServer(handler.node).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const locationOf = async (target: string): Promise<string> => {
      const { status, headers } = await askNode(port, { host: "example.com", target });
      return `${status} ${headers["location"] ?? ""}`;
    };
    expect(await locationOf("/go/\\evil.example")).toBe("400 ");
    expect(await locationOf("/go/\\\\evil.example")).toBe("400 ");
    expect(await locationOf("/go/../../evil.example")).toBe("400 ");
    expect(await locationOf("//go/evil.example")).toBe("404 ");
    expect(await locationOf("/go//evil.example")).toBe("302 /evil.example");
    const request = httpRequest({ port, path: "/go/x", headers: { host: "a b" } }).end();
    const [response] = (await once(request, "response")) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(302);
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
});

describe("headers of the site", () => {
  const headers = [
    "/*",
    "  X-Frame-Options: DENY",
    "  Link: </a>",
    "/b/*",
    "  Link: </b/:splat>",
    "  Cache-Control: public, max-age=31536000, immutable",
    "/b/c.txt",
    "  ! X-Frame-Options",
    "  Content-Type: text/markdown",
    "  Set-Cookie: a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
    "  Set-Cookie: b=2",
    "https://:tenant.example.com/*",
    "  x-tenant: :tenant",
  ].join("\n");

  it("are on every answer of the site, later rules adding to earlier ones", async () => {
    const home = await look({ headers }, "/");
    expect([home.headers.get("x-frame-options"), home.headers.get("link")]).toEqual(["DENY", "</a>"]);
    expect(home.headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
    const file = await look({ headers }, "/b/c.txt");
    expect(file.headers.get("link")).toBe("</a>, </b/c.txt>");
    expect(file.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(file.headers.get("x-frame-options")).toBeNull();
    expect(file.headers.get("content-type")).toBe("text/markdown");
    expect(file.headers.getSetCookie()).toEqual(["a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT", "b=2"]);
  });

  it("are on 304, redirects and missing pages, too", async () => {
    for (const target of ["/new.html", "/nowhere"]) {
      expect((await look({ headers }, target)).headers.get("x-frame-options")).toBe("DENY");
    }
    const handler = createSiteHandler({ files: { ...page, _headers: headers } });
    const request = new Request("http://example.com/", { headers: { "if-none-match": "*" } });
    const response = await handler.fetch(request);
    expect([response.status, response.headers.get("x-frame-options")]).toEqual([304, "DENY"]);
  });

  it("may be for one host", async () => {
    expect((await look({ headers }, "/", { host: "acme.example.com" })).headers.get("x-tenant")).toBe("acme");
    expect((await look({ headers }, "/")).headers.get("x-tenant")).toBeNull();
  });

  it("reach a Node client one by one", async () => {
    const handler = createSiteHandler({ files: { ...page, _headers: headers } });
    const server = createServer(handler.node).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const request = httpRequest({ port, path: "/b/c.txt", agent: false }).end();
    const [response] = (await once(request, "response")) as [{ headers: Record<string, unknown>; resume(): void }];
    response.resume();
    expect(response.headers["set-cookie"]).toHaveLength(2);
    server.close();
    await once(server, "close");
  });
});

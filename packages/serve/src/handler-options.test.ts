import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { type ContentSource, okAsync, type SiteId } from "@hostelry/core/adapter";
import { afterEach, describe, expect, it } from "vitest";
import { askNode } from "./fixtures/ask-node.ts";
import {
  fixtureContent,
  previewHostOf,
  siteFiles,
  siteIdOf,
  today,
  token,
  viewOf,
} from "./fixtures/fixture-content.ts";
import { createSiteHandler, hostTable, labelResolver, type SiteHandlerOptions } from "./index.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return (server.address() as AddressInfo).port;
}

const content = fixtureContent();
const clock = { now: () => today };
const ask = (options: Partial<SiteHandlerOptions>, url: string, headers = {}): Promise<Response> =>
  createSiteHandler({ content, clock, resolve: labelResolver({ root: "localhost" }), ...options }).fetch(
    new Request(url, { headers }),
  );

describe("a host table", () => {
  it("finds sites by their names, and forgets them", async () => {
    const table = hostTable([["WWW.Example.com.:443", { siteId: siteIdOf("1"), slot: "live" }]]);
    const look = async (url: string): Promise<number> => (await ask({ resolve: table.resolve }, url)).status;
    expect(table.size).toBe(1);
    expect([await look("http://www.example.com/"), await look("http://example.com/")]).toEqual([200, 404]);
    table.set("example.com", { siteId: siteIdOf("1"), slot: "live" });
    table.delete("www.example.com");
    expect([await look("http://www.example.com/"), await look("http://example.com/")]).toEqual([404, 200]);
  });
});

describe("a canonical host", () => {
  const address = { siteId: siteIdOf("1"), slot: "live", canonicalHost: "www.example.com" } as const;
  const resolve = (): typeof address => address;

  it("is where visitors of the site's other hosts are led, with their address and method", async () => {
    const response = await ask({ resolve }, "http://example.com/about.html?a=%2F");
    expect([response.status, response.headers.get("location")]).toEqual([
      308,
      "http://www.example.com/about.html?a=%2F",
    ]);
    expect((await ask({ resolve }, "https://example.com/")).headers.get("location")).toBe("https://www.example.com/");
    expect((await ask({ resolve, https: true }, "http://example.com/")).headers.get("location")).toMatch(/^https:/);
    expect((await ask({ resolve }, "http://www.example.com/")).status).toBe(200);
  });

  it("can't be bent by an address", async () => {
    const port = await listen(createSiteHandler({ content, clock, resolve }).node);
    for (const [target, expected] of [
      ["//evil.example/", "308 http://www.example.com//evil.example/"],
      ["/\\evil.example", "400 "],
      ["@evil.example", "400 "],
      ["http://example.com@evil.example/", "308 http://www.example.com/"],
    ] as const) {
      const { status, headers } = await askNode(port, { host: "example.com", target });
      expect(`${status} ${headers["location"] ?? ""}`).toBe(expected);
    }
  });
});

describe("how a site is served", () => {
  it("may be its own affair", async () => {
    const resolve = (host: string) =>
      ({ siteId: siteIdOf("1"), slot: "live", ...(host === "spa.test" ? spa : {}) }) as const;
    const spa = { htmlHandling: "none", notFoundHandling: "single-page-application" } as const;
    expect((await ask({ resolve }, "http://spa.test/about.html")).status).toBe(200);
    expect(await (await ask({ resolve }, "http://spa.test/any/where")).text()).toContain("Welcome");
    expect((await ask({ resolve }, "http://other.test/about.html")).status).toBe(307);
  });
});

describe("pages of the host", () => {
  const suspended = `http://${siteIdOf("3")}.localhost/`;

  it("take the place of ours, with a status of its choice", async () => {
    const pages = { suspended: { status: 410, html: "<h1>gone</h1>" }, fileNotFound: { html: "<h1>nope</h1>" } };
    const response = await ask({ pages }, suspended);
    expect([response.status, await response.text(), response.headers.get("retry-after")]).toEqual([
      410,
      "<h1>gone</h1>",
      null,
    ]);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await (await ask({ pages }, `http://${siteIdOf("5")}.localhost/x`)).text()).toBe("<h1>nope</h1>");
  });

  it("keep the site's own page for a state, and give it their status", async () => {
    const response = await ask({ pages: { maintenance: { status: 200 } } }, `http://${siteIdOf("2")}.localhost/`, {
      "if-none-match": "*",
    });
    expect([response.status, response.headers.get("etag")]).toEqual([200, null]);
    expect(await response.text()).toContain("Closed");
  });

  it("can't have a status that is none", () => {
    expect(() => createSiteHandler({ files: {}, pages: { failure: { status: 99 } } })).toThrow(
      /status of the page failure/,
    );
  });
});

describe("a framework's next()", () => {
  it("is called for hosts that are not served, and for no other", async () => {
    const calls: string[] = [];
    const problems: unknown[] = [];
    const failing = (host: string) => {
      if (host === "broken.test") throw new Error("no database");
      return labelResolver({ root: "localhost" })(host);
    };
    for (const resolve of [failing, async (host: string) => failing(host)]) {
      const handler = createSiteHandler({
        content,
        clock,
        resolve,
        onProblem: ({ error }) => problems.push(error.message),
      });
      const port = await listen((request, response) =>
        handler.node(request, response, () => {
          calls.push(request.headers.host ?? "");
          response.end("theirs");
        }),
      );
      expect((await askNode(port, { host: "app.test", target: "/" })).body).toBe("theirs");
      expect((await askNode(port, { host: `${siteIdOf("1")}.localhost`, target: "/" })).body).toContain("Welcome");
      expect((await askNode(port, { host: "broken.test", target: "/" })).status).toBe(500);
    }
    expect(calls).toEqual(["app.test", "app.test"]);
    expect(problems).toEqual(["no database", "no database"]);
  });
});

describe("HTTP/2", () => {
  it("is served through Node's compatibility interface", async () => {
    const handler = createSiteHandler({ content, clock, resolve: labelResolver({ root: "localhost" }) });
    const server = createHttp2Server((request, response) => handler.node(request as never, response as never));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    closing.push(async () => {
      client.close();
      server.close();
      await once(server, "close");
    });
    const stream = client.request({
      ":path": "/style.css",
      ":authority": `${siteIdOf("1")}.localhost`,
      range: "bytes=0-3",
    });
    const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
    expect([headers[":status"], headers["content-range"]]).toEqual([206, "bytes 0-3/14"]);
    expect((await buffer(stream)).toString()).toBe("body");
  });
});

describe("the globals", () => {
  it("stay as they are, and a request of another kind will do", async () => {
    const before = [globalThis.Request, globalThis.Response, globalThis.Headers];
    const handler = createSiteHandler({ files: { "index.html": "hi" } });
    const strange = { url: "http://x.test/", method: "GET", headers: new Map(), signal: new AbortController().signal };
    expect(await (await handler.fetch(strange as unknown as Request)).text()).toBe("hi");
    expect([globalThis.Request, globalThis.Response, globalThis.Headers]).toEqual(before);
  });
});

describe("bodies that are kept", () => {
  const sourceOf = (views: Readonly<Record<string, ReturnType<typeof viewOf>>>): ContentSource => ({
    spec: "content-source/1",
    name: "two sites",
    look: ({ siteId }) => okAsync({ servingState: "live" as const, view: views[siteId] ?? null }),
  });
  const resolve = (host: string) => ({ siteId: host as SiteId, slot: "live" }) as const;

  it("are read once for all sites that have them", async () => {
    const log = { reads: [] as string[], ends: [] as string[] };
    const views = { "a.test": viewOf(siteFiles, { log }), "b.test": viewOf(siteFiles, { log }) };
    const handler = createSiteHandler({ content: sourceOf(views), resolve, clock });
    for (const host of ["a.test", "b.test", "a.test"]) {
      expect(await (await handler.fetch(new Request(`http://${host}/style.css`))).text()).toBe(siteFiles["style.css"]);
    }
    expect(log.reads).toEqual(["style.css"]);
  });

  it("are read once by requests that come together", async () => {
    const log = { reads: [] as string[], ends: [] as string[] };
    const handler = createSiteHandler({ content: sourceOf({ "a.test": viewOf(siteFiles, { log }) }), resolve, clock });
    const many = Array.from({ length: 20 }, () => handler.fetch(new Request("http://a.test/style.css")));
    for (const response of await Promise.all(many)) expect(await response.text()).toBe(siteFiles["style.css"]);
    expect(log.reads).toEqual(["style.css"]);
  });

  it("never carry what was done to one site over to another", async () => {
    const genuine = viewOf(siteFiles);
    // Listed with the hash of the genuine bytes, and other bytes of the same length on the disk.
    const tampered = { ...genuine, read: () => viewOf({ "style.css": "body{margin:9}" }).read("style.css") };
    const problems: string[] = [];
    const handler = createSiteHandler({
      content: sourceOf({ "bad.test": tampered, "good.test": genuine }),
      resolve,
      clock,
      onProblem: ({ error }) => problems.push((error as { code?: string }).code ?? ""),
    });
    expect((await handler.fetch(new Request("http://bad.test/style.css"))).status).toBe(500);
    expect(await (await handler.fetch(new Request("http://good.test/style.css"))).text()).toBe(siteFiles["style.css"]);
    expect(problems).toEqual(["RELEASE_CORRUPT"]);
  });
});

describe("a preview", () => {
  it("follows the site's rules, and keeps its own privacy", async () => {
    const view = {
      ...viewOf(siteFiles),
      rules: {
        redirects: [{ from: "/old", to: "/about", status: 301 }],
        headers: [
          {
            pattern: "/*",
            set: [
              ["cache-control", "public, max-age=9"],
              ["x-a", "b"],
            ],
            unset: [],
          },
        ],
      },
    } as const;
    const { guard } =
      (
        await content.look({ siteId: siteIdOf("1"), slot: `preview/preview-${"1".padStart(20, "0")}` })
      )._unsafeUnwrap() ?? {};
    const source: ContentSource = {
      spec: "content-source/1",
      name: "ruled",
      look: () => okAsync({ servingState: "live" as const, view, guard }),
    };
    const url = `http://${previewHostOf("1")}`;
    const cookie = { cookie: `hostelry_preview=${token}` };
    const page = await ask({ content: source }, `${url}/about`, cookie);
    expect([page.headers.get("cache-control"), page.headers.get("x-a")]).toEqual(["private, no-store", "b"]);
    expect((await ask({ content: source }, `${url}/old`, cookie)).headers.get("location")).toBe("/about");
    expect((await ask({ content: source }, `${url}/old`)).status).toBe(401);
  });
});

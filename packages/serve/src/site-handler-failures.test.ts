import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type ContentError, type ContentSource, err, hostingError, okAsync } from "@hostelry/core/adapter";
import { afterEach, describe, expect, it } from "vitest";
import { askNode } from "./fixtures/ask-node.ts";
import {
  fixtureContent,
  previewHostOf,
  siteFiles,
  siteIdOf,
  today,
  token,
  type ViewLog,
  type ViewOptions,
  viewOf,
} from "./fixtures/fixture-content.ts";
import {
  createSiteHandler,
  labelResolver,
  type ServeProblem,
  type SiteHandler,
  type SiteHandlerOptions,
} from "./index.ts";

const host = `${siteIdOf("1")}.localhost`;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function handlerOf(
  options: Partial<SiteHandlerOptions> & ViewOptions = {},
): SiteHandler & { problems: ServeProblem[] } {
  const problems: ServeProblem[] = [];
  const handler = createSiteHandler({
    content: fixtureContent(options),
    resolve: labelResolver({ root: "localhost" }),
    clock: { now: () => today },
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  return { ...handler, problems };
}

async function listen(handler: SiteHandler): Promise<number> {
  const server = createServer(handler.node);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return (server.address() as AddressInfo).port;
}

/** Resolves when the source has been told to end the reading of a path. */
function endOf(log: ViewLog, path: string): Promise<void> {
  return new Promise((resolve) => {
    const push = log.ends.push.bind(log.ends);
    log.ends.push = (...paths) => {
      if (paths.includes(path)) resolve();
      return push(...paths);
    };
  });
}

describe("a client that leaves", () => {
  it("ends the reading, when it came by Node", async () => {
    const log: ViewLog = { reads: [], ends: [] };
    const ended = endOf(log, "endless.bin");
    const handler = handlerOf({ log, endless: true });
    const request = httpRequest({ port: await listen(handler), path: "/endless.bin", headers: { host } }).end();
    const [response]: IncomingMessage[] = await once(request, "response");
    await once(response ?? request, "data");
    request.destroy();
    await ended;
    expect([...log.ends]).toEqual(["endless.bin"]);
    expect(handler.problems).toEqual([]);
  });

  it("ends the reading, when it came by fetch", async () => {
    const log: ViewLog = { reads: [], ends: [] };
    const handler = handlerOf({ log, endless: true });
    const response = await handler.fetch(new Request(`http://${host}/endless.bin`));
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect([...log.ends]).toEqual(["endless.bin"]);
    expect(handler.problems).toEqual([]);
  });
});

describe("a file that ends too early", () => {
  it("is noticed before anything is sent, when it is small", async () => {
    const handler = handlerOf({ cutShort: ["style.css"] });
    const response = await handler.fetch(new Request(`http://${host}/style.css`));
    expect([response.status, response.headers.get("etag")]).toEqual([500, null]);
    expect(handler.problems).toMatchObject([{ error: { code: "RELEASE_CORRUPT" } }]);
  });

  it("breaks the connection, so that nobody takes it for whole", async () => {
    const handler = handlerOf({ cutShort: ["style.css"], maxCachedFileBytes: 1 });
    await expect(askNode(await listen(handler), { host, target: "/style.css" })).rejects.toThrow(/aborted|hang up/);
    expect(handler.problems).toMatchObject([{ error: { code: "RELEASE_CORRUPT" } }]);
  });

  it("errors the body by fetch", async () => {
    const handler = handlerOf({ cutShort: ["style.css"], maxCachedFileBytes: 1 });
    const response = await handler.fetch(new Request(`http://${host}/style.css`));
    await expect(response.text()).rejects.toThrow(/other bytes/);
    expect(handler.problems).toHaveLength(1);
  });
});

describe("reading", () => {
  it("is not done for HEAD and 304", async () => {
    const log: ViewLog = { reads: [], ends: [] };
    const handler = handlerOf({ log });
    await handler.fetch(new Request(`http://${host}/`, { method: "HEAD" }));
    await handler.fetch(new Request(`http://${host}/`, { headers: { "if-none-match": "*" } }));
    expect(log.reads).toEqual([]);
  });

  it("looks again when the release was pruned between the look and the read", async () => {
    const pruned = viewOf(siteFiles);
    const gone: ContentError = hostingError("RELEASE_NOT_FOUND", "Pruned.", {
      target: "disk",
      siteId: siteIdOf("1"),
      release: pruned.release,
    });
    const views = [
      { ...pruned, read: () => okAsync<null, ContentError>(null).andThen(() => err(gone)) },
      viewOf({ "index.html": "the next release" }),
    ];
    const content: ContentSource = {
      spec: "content-source/1",
      name: "flipping",
      look: () => okAsync({ servingState: "live" as const, view: views.shift() ?? null }),
    };
    const response = await handlerOf({ content }).fetch(new Request(`http://${host}/`));
    expect([response.status, await response.text()]).toEqual([200, "the next release"]);
  });
});

describe("a resolver", () => {
  it("may take its time", async () => {
    const resolve = async () => ({ siteId: siteIdOf("1"), slot: "live" as const });
    const response = await handlerOf({ resolve }).fetch(new Request("http://www.example.com/"));
    expect(await response.text()).toContain("Welcome");
  });

  it("that throws is a page for the visitor and a problem for the host", async () => {
    const resolve = (): never => {
      throw new Error("no database");
    };
    const handler = handlerOf({ resolve });
    const response = await handler.fetch(new Request(`http://${host}/`));
    expect([response.status, handler.problems[0]?.error.message]).toEqual([500, "no database"]);
    expect(await response.text()).not.toContain("database");
  });
});

describe("a preview's cookie", () => {
  const ask = async (handler: SiteHandler, scheme: string): Promise<string | null> => {
    const url = `${scheme}://${previewHostOf("1")}/?preview_token=${token}`;
    return (await handler.fetch(new Request(url))).headers.get("set-cookie");
  };

  it("is Secure when the visitor came by HTTPS, or when the host says that visitors do", async () => {
    expect(await ask(handlerOf(), "https")).toMatch(/; Secure$/);
    expect(await ask(handlerOf({ https: true }), "http")).toMatch(/; Secure$/);
    expect(await ask(handlerOf(), "http")).not.toMatch(/Secure/);
  });
});

describe("two Host headers", () => {
  it("are refused, for programs differ in which one they believe", async () => {
    const port = await listen(handlerOf());
    const request = httpRequest({
      port,
      path: "/",
      headers: [
        ["Host", host],
        ["Host", "example.com"],
      ].flat(),
    }).end();
    const [response]: IncomingMessage[] = await once(request, "response");
    expect(response?.statusCode).toBe(400);
    response?.resume();
  });
});

describe("without onProblem", () => {
  it("a failure is a process warning", async () => {
    const warned = once(process, "warning");
    const handler = createSiteHandler({ content: fixtureContent(), resolve: labelResolver({ root: "localhost" }) });
    await handler.fetch(new Request(`http://${siteIdOf("6")}.localhost/about`));
    const [warning] = await warned;
    expect(warning).toMatchObject({ name: "HostelryServe", code: "RELEASE_CORRUPT" });
  });
});

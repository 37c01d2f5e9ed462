import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSiteHandler, type SiteHandler } from "../site-handler.ts";
import { challengeTable } from "./challenge-answers.ts";
import { withChallenges } from "./with-challenges.ts";

const site = createSiteHandler({
  files: { "index.html": "home", ".well-known/acme-challenge/its-own": "of the site" },
});
const table = challengeTable();
table.present("Example.com", "a-token_1", "a-token_1.thumbprint");
const told: string[] = [];
const handler = withChallenges(
  site,
  {
    contentOf: (hostname, token) => {
      if (token === "broken") throw new Error("the store is away");
      return table.contentOf(hostname, token);
    },
  },
  { onProblem: ({ error, host, path }) => told.push(`${host} ${path} ${error.message}`) },
);

describe("answers to challenges, before a handler", () => {
  let server: ReturnType<typeof createServer>;
  let port = 0;
  beforeAll(async () => {
    server = createServer((request, response) => handler.node(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const overNode = (method: string, path: string, host: string): Promise<Response> => {
    return new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, method, path, headers: { host } }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("end", () => {
          const type = response.headers["content-type"] ?? "";
          const body = Buffer.concat(parts);
          resolve(
            new Response(body.length === 0 ? null : body, {
              status: response.statusCode ?? 0,
              headers: { "content-type": type },
            }),
          );
        });
      });
      sent.once("error", reject);
      sent.end();
    });
  };
  const overFetch = (method: string, path: string, host: string): Promise<Response> =>
    handler.fetch(new Request(`http://${host}${path}`, { method }));

  it.each([
    ["node", overNode],
    ["fetch", overFetch],
  ])("are given for a token of the very name, through %s", async (_face, ask) => {
    const known = await ask("GET", "/.well-known/acme-challenge/a-token_1", "example.com:80");
    expect([known.status, await known.text(), known.headers.get("content-type")]).toEqual([
      200,
      "a-token_1.thumbprint",
      "application/octet-stream",
    ]);
    const head = await ask("HEAD", "/.well-known/acme-challenge/a-token_1", "example.com");
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const others = [
      ["GET", "/.well-known/acme-challenge/a-token_1", "example.org"],
      ["GET", "/.well-known/acme-challenge/a-token_2", "example.com"],
      ["GET", "/.well-known/acme-challenge/", "example.com"],
      ["GET", "/.well-known/acme-challenge/a-token_1/", "example.com"],
      ["POST", "/.well-known/acme-challenge/a-token_1", "example.com"],
    ] as const;
    for (const [method, path, host] of others) {
      const answer = await ask(method, path, host);
      expect([path, host, answer.status >= 300]).toEqual([path, host, true]);
    }
    expect(await (await ask("GET", "/.well-known/acme-challenge/its-own", "example.com")).text()).toBe("of the site");
    expect(await (await ask("GET", "/", "example.com")).text()).toBe("home");
  });

  it.each([
    ["node", overNode],
    ["fetch", overFetch],
  ])("are 503 when they can't be looked up, through %s", async (_face, ask) => {
    const answer = await ask("GET", "/.well-known/acme-challenge/broken", "example.com");
    expect([answer.status, await answer.text()]).toEqual([503, ""]);
    expect(told.splice(0)).toEqual(["example.com /.well-known/acme-challenge/broken the store is away"]);
  });

  it("are gone when they are withdrawn, before the site is asked", async () => {
    const closed: SiteHandler = { fetch: async () => new Response("closed", { status: 503 }), node: () => undefined };
    const own = challengeTable();
    const before = withChallenges(closed, own);
    const ask = (): Promise<Response> => before.fetch(new Request("http://a.test/.well-known/acme-challenge/t"));
    own.present("a.test", "t", "yes");
    expect((await ask()).status).toBe(200);
    own.withdraw("a.test", "t");
    own.withdraw("a.test", "t");
    expect((await ask()).status).toBe(503);
  });
});

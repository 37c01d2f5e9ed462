import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { SiteId } from "@hostelry/core";
import { createSiteHandler, hostTable } from "@hostelry/serve";
import { memoryContent, memoryTarget } from "@hostelry/testing";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { expect, it } from "vitest";
import { askBytes } from "./ask-bytes.ts";

const files = { "index.html": "<title>hi</title>", "style.css": "body{margin:0}", _redirects: "/old /new 301" };
const sites = createSiteHandler({ files });
const expected = [
  "/ 200 <title>hi</title>",
  "/index.html 307 /",
  "/old?a=1 301 /new?a=1",
  "/style.css 206 body",
  "/%2e%2e%2fetc/passwd 400 ",
  "/nowhere 404 ",
];

async function visits(port: number): Promise<readonly string[]> {
  const seen: string[] = [];
  for (const line of expected) {
    const [target = ""] = line.split(" ");
    const headers = target === "/style.css" ? { range: "bytes=0-3" } : {};
    const { status, headers: got, text } = await askBytes(port, { host: "site.test", target, headers });
    seen.push(`${target} ${status} ${got.location ?? (status < 300 ? text : "")}`);
  }
  return seen;
}

it("Express mounts the handler, and goes on with hosts that are not served", async () => {
  const known = hostTable([["site.test", { siteId: "site-1" as SiteId, slot: "live" }]]);
  const other = createSiteHandler({ content: memoryContent(memoryTarget()), resolve: known.resolve });
  const app = express();
  app.get("/panel", (_request, response) => void response.send("panel"));
  app.use((request, response, next) => (request.hostname === "site.test" ? sites.node(request, response) : next()));
  app.use(other.node);
  app.use((_request, response) => void response.send("ours"));
  const server: Server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  expect(await visits(port)).toEqual(expected);
  expect((await askBytes(port, { host: "app.test", target: "/panel" })).text).toBe("panel");
  expect((await askBytes(port, { host: "app.test", target: "/else" })).text).toBe("ours");
  server.close();
  await once(server, "close");
});

it("Fastify hands the connection over", async () => {
  const app = fastify();
  app.all("/*", (request, reply) => {
    void reply.hijack();
    sites.node(request.raw, reply.raw);
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  // Its router answers what it can't decode by itself.
  expect(await visits(port)).toEqual(expected);
  await app.close();
});

it("Hono passes requests to fetch", async () => {
  const app = new Hono();
  app.all("*", (context) => sites.fetch(context.req.raw));
  const response = await app.request("http://site.test/style.css", { headers: { range: "bytes=0-3" } });
  expect([response.status, await response.text()]).toEqual([206, "body"]);
  expect((await app.request("http://site.test/old")).headers.get("location")).toBe("/new");
});

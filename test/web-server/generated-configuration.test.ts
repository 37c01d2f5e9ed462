// The generated configuration on the real servers: each behaviour once, on each server.

import { mkdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { type EdgeConfigOptions, edgeConfig } from "@hostelry/adapter-ssh";
import { type PreviewId, unwrap } from "@hostelry/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ServerName, serverAvailable } from "../servers/server-binary.ts";
import { startCaddy } from "../servers/web/caddy.ts";
import { startNginx } from "../servers/web/nginx.ts";
import type { WebServer } from "../servers/web/web-server.ts";
import { type Answer, ask, type Question } from "./ask.ts";
import { type EdgeRoot, type EdgeSite, newEdgeRoot } from "./edge-root.ts";

const files = {
  "index.html": "<h1>home</h1>",
  "404.html": "<h1>nothing like that here</h1>",
  "docs/index.html": "<h1>docs</h1>",
  "app.js": `console.log("${"x".repeat(2000)}")`,
  "font.woff2": "wOF2",
  "app.webmanifest": "{}",
  ".well-known/security.txt": "Contact: mailto:a@example.test",
};

type Start = (root: string, options?: Partial<EdgeConfigOptions>) => Promise<WebServer>;

const servers: readonly { readonly name: "caddy" | "nginx"; readonly program: ServerName; readonly start: Start }[] = [
  {
    name: "nginx",
    program: "nginx",
    start: (root, options) => startNginx({ http: (place) => configOf("nginx", root, place.port, options) }),
  },
  {
    name: "caddy",
    program: "caddy",
    start: (root, options) => startCaddy({ sites: (place) => configOf("caddy", root, place.port, options) }),
  },
];

function configOf(
  server: "caddy" | "nginx",
  root: string,
  port: number,
  options: Partial<EdgeConfigOptions> = {},
): string {
  return edgeConfig(server, {
    root,
    listen: [{ address: "127.0.0.1", port }],
    siteLabels: "sites.test",
    previews: { below: "preview.test", access: "anyone-with-the-address" },
    ...options,
  })._unsafeUnwrap();
}

for (const { name, program, start } of servers) {
  describe.skipIf(!serverAvailable(program))(`an edge root served by ${name}, configured once`, () => {
    let root: EdgeRoot;
    let server: WebServer;
    let acme: EdgeSite;

    beforeAll(async () => {
      root = await newEdgeRoot();
      server = await start(root.path);
      acme = await root.site("acme.test");
      await acme.publish(files);
      await writeFile(join(root.path, "acme", "token-1"), "key authorisation");
    });
    afterAll(async () => {
      await server.stop();
      await root.remove();
    });
    beforeEach(async () => {
      for (const marker of ["maintenance", "suspended"]) await rm(join(acme.directory, marker), { force: true });
    });

    const get = (path: string, more: Partial<Question> = {}): Promise<Answer> =>
      ask({ port: server.port, host: "acme.test", path, ...more });

    it("serves files with the types of the release, to be asked for again each time", async () => {
      const page = await get("/");
      expect(page).toMatchObject({ status: 200, body: files["index.html"] });
      expect(page.headers).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "cache-control": "public, max-age=0, must-revalidate",
        "x-content-type-options": "nosniff",
      });
      expect((await get("/app.js")).headers["content-type"]).toMatch(/^text\/javascript; charset=utf-8$/i);
      expect((await get("/font.woff2")).headers["content-type"]).toBe("font/woff2");
      expect((await get("/app.webmanifest")).headers["content-type"]).toMatch(/^application\/manifest\+json/);
    });

    it("shows a flip to the next request, without a reload", async () => {
      const flipped = await root.site("flipped.test");
      await flipped.publish({ "index.html": "one" });
      expect((await get("/", { host: "flipped.test" })).body).toBe("one");
      await flipped.publish({ "index.html": "two" });
      expect((await get("/", { host: "flipped.test" })).body).toBe("two");
    });

    it("knows a host from the moment it is bound until it is not, without a reload", async () => {
      const missing = await get("/", { host: "bound.test" });
      expect(missing).toMatchObject({ status: 404 });
      expect(missing.body).toContain("No site lives here");
      await symlink(`../sites/${acme.site.id}`, join(root.path, "hosts", "bound.test"));
      expect(await get("/", { host: "bound.test" })).toMatchObject({ status: 200, body: files["index.html"] });
      await rm(join(root.path, "hosts", "bound.test"));
      expect((await get("/", { host: "bound.test" })).status).toBe(404);
    });

    it("finds a site by its id below the name for that", async () => {
      const answer = await get("/", { host: `${acme.site.id}.sites.test` });
      expect(answer).toMatchObject({ status: 200, body: files["index.html"] });
      expect((await get("/", { host: "site-00000000000000000000.sites.test" })).status).toBe(404);
    });

    it("adds the slash of a directory, and keeps the address relative to whatever host it was asked at", async () => {
      const answer = await get("/docs");
      expect([301, 308]).toContain(answer.status);
      expect(answer.headers.location).toBe("/docs/");
      expect(await get("/docs/")).toMatchObject({ status: 200, body: files["docs/index.html"] });
    });

    it("answers what is missing with 404 and the site's own page, never with 304", async () => {
      const answer = await get("/missing.js");
      expect(answer).toMatchObject({ status: 404, body: files["404.html"] });
      expect(answer.headers).toMatchObject({
        "cache-control": "no-store",
        "content-type": "text/html; charset=utf-8",
        "x-content-type-options": "nosniff",
      });
      expect(answer.headers.etag).toBeUndefined();
      expect(answer.headers["last-modified"]).toBeUndefined();
      const since = new Date(Date.now() + 86_400_000).toUTCString();
      const again = await get("/missing.js", { headers: { "if-modified-since": since, "if-none-match": "*" } });
      expect(again).toMatchObject({ status: 404, body: files["404.html"] });
      expect(await get("/missing.js", { headers: { range: "bytes=0-1" } })).toMatchObject({
        status: 404,
        body: files["404.html"],
      });
    });

    it("has a page of its own where a site has none, and takes the operator's before it", async () => {
      const bare = await root.site("bare.test");
      await bare.publish({ "index.html": "bare" });
      const own = await get("/missing", { host: "bare.test" });
      expect(own).toMatchObject({ status: 404 });
      expect(own.body).toContain("Page not found");
      expect(own.headers["content-security-policy"]).toContain("default-src 'none'");
      await writeFile(join(root.path, "pages", "not-found.html"), "the operator's page");
      const operators = await get("/missing", { host: "bare.test" });
      expect(operators).toMatchObject({ status: 404, body: "the operator's page" });
      expect(operators.headers["content-security-policy"]).toBeUndefined();
      expect((await get("/missing", { host: "nobody.test" })).body).toContain("No site lives here");
      await rm(join(root.path, "pages", "not-found.html"));
    });

    it("answers a bound site without a release with 404", async () => {
      await root.site("empty.test");
      await mkdir(join(root.path, "sites", (await root.site("empty2.test")).site.id), { recursive: true });
      expect((await get("/", { host: "empty.test" })).status).toBe(404);
      expect((await get("/", { host: "empty2.test" })).status).toBe(404);
    });

    it("sends maintenance from its marker on, whatever is asked, and tells when to come back", async () => {
      await writeFile(join(acme.directory, "maintenance"), "");
      for (const method of ["GET", "POST", "DELETE"]) {
        const answer = await get("/docs/", { method });
        expect(answer.status, method).toBe(503);
        expect(answer.body).toContain("Back in a moment");
        expect(answer.headers).toMatchObject({ "retry-after": "120", "cache-control": "no-store" });
      }
      const head = await get("/", { method: "HEAD" });
      expect(head).toMatchObject({ status: 503, body: "" });
      await rm(join(acme.directory, "maintenance"));
      expect((await get("/")).status).toBe(200);
    });

    it("prefers the site's own page for maintenance, and never for suspension, which wins", async () => {
      const own = await root.site("own.test");
      await own.publish({ "index.html": "home", "503.html": "we paint the walls" });
      const at = { host: "own.test" };
      await writeFile(join(own.directory, "maintenance"), "");
      const maintained = await get("/x", { ...at, method: "POST" });
      expect(maintained).toMatchObject({ status: 503, body: "we paint the walls" });
      expect(maintained.headers).toMatchObject({ "retry-after": "120", "content-type": "text/html; charset=utf-8" });
      expect(maintained.headers.etag).toBeUndefined();
      await writeFile(join(own.directory, "suspended"), "");
      const suspended = await get("/", at);
      expect(suspended.status).toBe(503);
      expect(suspended.body).toContain("This site is paused");
      expect(suspended.headers["retry-after"]).toBe("120");
      await writeFile(join(root.path, "pages", "suspended.html"), "call us");
      expect(await get("/", at)).toMatchObject({ status: 503, body: "call us" });
      await rm(join(root.path, "pages", "suspended.html"));
    });

    it("answers certificate challenges in every state of a site, and nothing else beside them", async () => {
      const path = "/.well-known/acme-challenge/token-1";
      for (const marker of [undefined, "maintenance", "suspended"]) {
        if (marker !== undefined) await writeFile(join(acme.directory, marker), "");
        expect(await get(path), String(marker)).toMatchObject({ status: 200, body: "key authorisation" });
      }
      expect((await get(path, { host: "not-bound-yet.test" })).status).toBe(200);
      expect((await get("/.well-known/acme-challenge/../../hosts", { host: "other.test" })).status).toBe(404);
      expect((await get("/.well-known/acme-challenge/%2e%2e/%2e%2e/pages")).status).not.toBe(200);
    });

    it("hides every name that begins with a dot, at any depth, except /.well-known", async () => {
      const live = join(acme.directory, "current");
      await mkdir(join(live, "docs", ".git"));
      await writeFile(join(live, ".env"), "SECRET=1");
      await writeFile(join(live, "docs", ".git", "config"), "SECRET=1");
      await writeFile(join(live, ".well-known", ".hidden"), "SECRET=1");
      for (const path of ["/.env", "/docs/.git/config", "/.well-known/.hidden", "/%2eenv", "//.env", "/docs/../.env"]) {
        const answer = await get(path);
        expect(answer.status, path).toBe(404);
        expect(answer.body, path).not.toContain("SECRET");
      }
      expect((await get("/.well-known/security.txt")).status).toBe(200);
    });

    it("sends nobody the source of PHP", async () => {
      await writeFile(join(acme.directory, "current", "config.php"), "<?php $password = 1;");
      for (const path of ["/config.php", "/config.PHP", "/config.php/x"]) {
        expect((await get(path)).status, path).toBe(404);
      }
    });

    it("takes no name for a path out of hosts/", async () => {
      await writeFile(join(root.path, "index.html"), "outside");
      await mkdir(join(root.path, "current"));
      await writeFile(join(root.path, "current", "index.html"), "outside");
      for (const host of [
        "..",
        ".",
        "../hosts/acme.test",
        "acme.test/..",
        "%2e%2e",
        "a..b",
        "-",
        "",
        "acme.test\\..",
      ]) {
        const answer = await get("/", { host });
        expect([400, 404], JSON.stringify(host)).toContain(answer.status);
        expect(answer.body, JSON.stringify(host)).not.toContain("outside");
      }
      await rm(join(root.path, "current"), { recursive: true });
    });

    it("is read only, and says so", async () => {
      for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
        const answer = await get("/", { method });
        expect(answer.status, method).toBe(405);
        expect(answer.headers.allow, method).toBe("GET, HEAD");
      }
      expect(await get("/", { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
    });

    it("shows a preview while its link is there, never to be kept or indexed", async () => {
      const { id } = await acme.revision({ "index.html": "to come" });
      const { preview } = await unwrap(root.hosting.previews.open(id));
      const host = `${preview.id}--${acme.site.id}.preview.test`;
      const answer = await get("/", { host });
      expect(answer).toMatchObject({ status: 200, body: "to come" });
      expect(answer.headers).toMatchObject({
        "cache-control": "private, no-store",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex, nofollow",
      });
      expect((await get("/missing", { host })).headers["x-robots-tag"]).toBe("noindex, nofollow");
      await writeFile(join(acme.directory, "suspended"), "");
      expect((await get("/", { host })).status).toBe(503);
      await rm(join(acme.directory, "suspended"));
      await unwrap(root.hosting.previews.revoke(preview.id));
      expect((await get("/", { host })).status).toBe(404);
      expect((await get("/", { host: `${"preview-00000000000000000000" as PreviewId}.preview.test` })).status).toBe(
        404,
      );
    });

    it("compresses text, and keeps the validator good", async () => {
      const answer = await get("/app.js", { headers: { "accept-encoding": "gzip" } });
      expect(answer.headers["content-encoding"]).toBe("gzip");
      expect(answer.headers.vary?.toLowerCase()).toContain("accept-encoding");
      const etag = answer.headers.etag ?? "";
      expect(etag).not.toBe("");
      const again = await get("/app.js", { headers: { "accept-encoding": "gzip", "if-none-match": etag } });
      expect(again.status).toBe(304);
    });
  });

  describe.skipIf(!serverAvailable(program))(`choices of the configuration for ${name}`, () => {
    let root: EdgeRoot;
    let acme: EdgeSite;

    beforeAll(async () => {
      root = await newEdgeRoot();
      acme = await root.site("acme.test");
      await acme.publish(files);
    });
    afterAll(() => root.remove());

    it("sends index.html for paths of a single-page application, and 404 for missing assets", async () => {
      const server = await start(root.path, { missingPath: "index" });
      const get = (path: string): Promise<Answer> => ask({ port: server.port, host: "acme.test", path });
      try {
        expect(await get("/users/7")).toMatchObject({ status: 200, body: files["index.html"] });
        expect(await get("/users/")).toMatchObject({ status: 200, body: files["index.html"] });
        expect((await get("/assets/gone-1234abcd.js")).status).toBe(404);
        expect([301, 308]).toContain((await get("/docs")).status);
        expect(await get("/docs/")).toMatchObject({ status: 200, body: files["docs/index.html"] });
        expect((await get("/.git/x")).status).toBe(404);
      } finally {
        await server.stop();
      }
    });

    it("does so for marked sites alone, from the moment of the marker", async () => {
      const server = await start(root.path, { missingPath: "marked" });
      const get = (path: string): Promise<Answer> => ask({ port: server.port, host: "acme.test", path });
      try {
        expect((await get("/users/7")).status).toBe(404);
        expect((await get("/users/")).status).toBe(404);
        await writeFile(join(acme.directory, "single-page"), "");
        expect(await get("/users/7")).toMatchObject({ status: 200, body: files["index.html"] });
        expect(await get("/users/")).toMatchObject({ status: 200, body: files["index.html"] });
        expect((await get("/gone.js")).status).toBe(404);
        await rename(join(acme.directory, "single-page"), join(acme.directory, "no-single-page"));
        expect((await get("/users/7")).status).toBe(404);
      } finally {
        await server.stop();
      }
    });

    it("sends what publishing has compressed, under the validators of a release", async () => {
      const prepared = await newEdgeRoot({ precompress: ["gzip"] });
      const site = await prepared.site("acme.test");
      await site.publish(files);
      const server = await start(prepared.path, { compress: "prepared" });
      try {
        const headers = { "accept-encoding": "gzip" };
        const answer = await ask({ port: server.port, host: "acme.test", path: "/app.js", headers });
        const { size } = await stat(join(site.directory, "current", "app.js.gz"));
        expect(answer.headers).toMatchObject({ "content-encoding": "gzip", "content-length": String(size) });
        expect(answer.headers["content-type"]).toMatch(/^text\/javascript/);
        const etag = answer.headers.etag ?? "";
        expect(etag).toMatch(/^"/);
        await site.publish({ ...files, "index.html": "changed" });
        const condition = { ...headers, "if-none-match": etag };
        expect((await ask({ port: server.port, host: "acme.test", path: "/app.js", headers: condition })).status).toBe(
          304,
        );
        const plain = await ask({ port: server.port, host: "acme.test", path: "/app.js" });
        expect(plain).toMatchObject({ status: 200, body: files["app.js"] });
        expect(plain.headers["content-encoding"]).toBeUndefined();
      } finally {
        await server.stop();
        await prepared.remove();
      }
    });

    it("asks a gate about each request for a preview", async () => {
      const asked: string[] = [];
      const gate: Server = createServer((request, response) => {
        asked.push(`${request.headers["x-forwarded-host"]}${request.headers["x-forwarded-uri"]}`);
        response.writeHead(request.headers.cookie === "key=right" ? 204 : 401).end();
      });
      await new Promise<void>((resolve) => gate.listen(0, "127.0.0.1", resolve));
      const address = gate.address();
      const port = typeof address === "object" ? (address?.port ?? 0) : 0;
      const access = { askAt: `http://127.0.0.1:${port}/check` };
      const server = await start(root.path, { previews: { below: "preview.test", access } });
      try {
        const { id } = await acme.revision({ "index.html": "for a few", "docs/index.html": "also for a few" });
        const { preview } = await unwrap(root.hosting.previews.open(id));
        const host = `${preview.id}--${acme.site.id}.preview.test`;
        for (const path of ["/", "/docs/", "/missing"]) {
          const refused = await ask({ port: server.port, host, path });
          expect(refused.status, path).toBe(401);
          expect(refused.body).not.toContain("for a few");
        }
        const headers = { cookie: "key=right" };
        expect(await ask({ port: server.port, host, headers })).toMatchObject({ status: 200, body: "for a few" });
        expect((await ask({ port: server.port, host: "acme.test" })).status).toBe(200);
        expect(asked).toContain(`${host}/docs/`);
        expect(asked.every((line) => line.startsWith(host))).toBe(true);
      } finally {
        await server.stop();
        gate.closeAllConnections();
        await new Promise((resolve) => gate.close(resolve));
      }
    });
  });
}

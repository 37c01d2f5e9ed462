// PHP behind the generated configuration: a flip is run by the very next request, and a request is of one release.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { edgeConfig } from "@hostelry/adapter-ssh";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireServer, serverAvailable } from "../servers/server-binary.ts";
import { type Daemon, startDaemon } from "../servers/ssh-node/daemon.ts";
import { freePorts } from "../servers/ssh-node/free-ports.ts";
import { startCaddy } from "../servers/web/caddy.ts";
import { startNginx } from "../servers/web/nginx.ts";
import type { WebServer } from "../servers/web/web-server.ts";
import { type Answer, ask } from "./ask.ts";
import { type EdgeRoot, type EdgeSite, newEdgeRoot } from "./edge-root.ts";

for (const server of ["nginx", "caddy"] as const) {
  describe.skipIf(!serverAvailable(server, "php-cgi"))(`PHP behind ${server}`, () => {
    let root: EdgeRoot;
    let site: EdgeSite;
    let php: Daemon;
    let running: WebServer;

    beforeAll(async () => {
      root = await newEdgeRoot();
      site = await root.site("acme.test");
      const [phpPort = 0] = await freePorts(1);
      const listensAt = `127.0.0.1:${phpPort}`;
      // php-cgi says nothing when it is ready, so a shell says it: the port is tried until it takes a connection.
      php = await startPhp(listensAt);
      const config = (port: number): string => {
        const listen = [{ address: "127.0.0.1", port }];
        return edgeConfig(server, { root: root.path, listen, php: { listensAt } })._unsafeUnwrap();
      };
      running =
        server === "nginx"
          ? await startNginx({ http: ({ port }) => config(port) })
          : await startCaddy({ sites: ({ port }) => config(port) });
    });
    afterAll(async () => {
      await running.stop();
      await php.stop();
      await root.remove();
    });

    const get = (path: string, method = "GET"): Promise<Answer> =>
      ask({ port: running.port, host: "acme.test", path, method });
    const script = (label: string): string => `<?php echo json_encode([
      "label" => "${label}", "file" => __FILE__, "root" => $_SERVER["DOCUMENT_ROOT"], "proxy" => getenv("HTTP_PROXY"),
      "method" => $_SERVER["REQUEST_METHOD"], "query" => $_SERVER["QUERY_STRING"]]);`;

    it("runs the release that is live, under its real path, from the request after the flip on", async () => {
      const seen = new Set<string>();
      for (const label of ["one", "two", "three"]) {
        await site.publish({ "index.html": "home", "page.php": script(label) });
        const answer = await get("/page.php?a=1");
        expect(answer.status).toBe(200);
        const said = JSON.parse(answer.body) as Record<string, string>;
        expect(said).toMatchObject({ label, method: "GET", query: "a=1", proxy: false });
        expect(said["file"]).toMatch(/\/releases\/\d+-[0-9a-f]{12}\/page\.php$/);
        expect(said["file"]).toBe(`${said["root"]}/page.php`);
        seen.add(String(said["root"]));
      }
      expect(seen.size).toBe(3);
    });

    it("takes forms, and finds index.php in a directory", async () => {
      await site.publish({ "index.html": "home", "shop/index.php": script("shop"), "page.php": script("form") });
      expect(JSON.parse((await get("/page.php", "POST")).body)).toMatchObject({ label: "form", method: "POST" });
      expect(JSON.parse((await get("/shop/")).body)).toMatchObject({ label: "shop" });
      expect((await get("/")).body).toBe("home");
    });

    it("sends no source and runs nothing that is not there", async () => {
      await site.publish({ "index.html": "home", "page.php": script("x"), "picture.png": "not really" });
      for (const path of ["/none.php", "/picture.png/x.php", "/page.PHP", "/page.php/info", "/.x.php"]) {
        const answer = await get(path);
        expect(answer.status, path).toBe(404);
        expect(answer.body, path).not.toContain("<?php");
      }
      await writeFile(join(site.directory, "maintenance"), "");
      expect((await get("/page.php")).status).toBe(503);
      await rm(join(site.directory, "maintenance"));
    });
  });
}

function startPhp(listensAt: string): Promise<Daemon> {
  const [, port = ""] = listensAt.split(":");
  const program = `
    const { spawn } = require("node:child_process"); const { connect } = require("node:net");
    const php = spawn(process.argv[1], ["-n", "-b", process.argv[2]], { stdio: "inherit" });
    process.on("SIGTERM", () => php.kill()); php.on("exit", () => process.exit());
    const attempt = () => connect(${port}, "127.0.0.1").on("connect", function () { this.destroy(); console.log("ready"); })
      .on("error", () => setImmediate(attempt));
    attempt();`;
  return startDaemon({
    argv: [process.execPath, "-e", program, requireServer("php-cgi"), listensAt],
    ready: /^ready$/,
  });
}

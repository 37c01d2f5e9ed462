// Installing on this machine, with the real servers: a bad configuration never takes the place of one that works.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { localTransport } from "@hostelry/adapter-local";
import {
  type EdgeConfigOptions,
  edgeConfig,
  type InstallEdgeConfigOptions,
  installEdgeConfig,
} from "@hostelry/adapter-ssh";
import { type Transport, unwrap } from "@hostelry/core/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requireServer, serverAvailable } from "../servers/server-binary.ts";
import { freePorts } from "../servers/ssh-node/free-ports.ts";
import { startCaddy } from "../servers/web/caddy.ts";
import { startNginx } from "../servers/web/nginx.ts";
import type { WebServer } from "../servers/web/web-server.ts";
import { ask } from "./ask.ts";
import { type EdgeRoot, newEdgeRoot } from "./edge-root.ts";

const run = promisify(execFile);
const before = "# the operator's own words, which work\n";

const starts = {
  nginx: () => startNginx({ http: ({ directory }) => `include ${directory}/conf.d/*.conf;` }),
  caddy: () => startCaddy({ admin: "admin.sock", sites: ({ directory }) => `import ${directory}/conf.d/*.caddy\n` }),
};

for (const server of ["nginx", "caddy"] as const) {
  describe.skipIf(!serverAvailable(server))(`installing the configuration of an edge root on ${server}`, () => {
    let root: EdgeRoot;
    let running: WebServer;
    let transport: Transport;
    let folder: string;
    let options: InstallEdgeConfigOptions & { readonly file: string };
    let config: EdgeConfigOptions;

    beforeEach(async () => {
      root = await newEdgeRoot();
      running = await starts[server]();
      transport = localTransport();
      folder = join(dirname(running.configFile), "conf.d");
      await mkdir(folder);
      const [port = 0] = await freePorts(1);
      config = { root: root.path, listen: [{ address: "127.0.0.1", port }] };
      const file = join(folder, server === "nginx" ? "hostelry.conf" : "hostelry.caddy");
      options = { config, file, mainFile: running.configFile };
      await writeFile(file, before);
    });
    afterEach(async () => {
      await transport.close();
      await running.stop();
      await root.remove();
    });

    const portOf = ({ listen }: EdgeConfigOptions): number => listen?.[0]?.port ?? 0;
    const stands = async (text: string): Promise<void> => {
      expect(await readFile(options.file, "utf8")).toBe(text);
      expect(await readdir(folder)).toEqual([options.file.slice(folder.length + 1)]);
    };

    it("serves from it when the call ends, and changes nothing the second time", async () => {
      await (await root.site("acme.test")).publish({ "index.html": "installed" });
      const installed = await unwrap(installEdgeConfig(transport, server, options));
      expect(installed).toEqual({ outcome: "installed", checked: true });
      expect(await ask({ port: portOf(config), host: "acme.test" })).toMatchObject({ status: 200, body: "installed" });
      await stands(edgeConfig(server, config)._unsafeUnwrap());
      expect(await unwrap(installEdgeConfig(transport, server, options))).toEqual({
        outcome: "unchanged",
        checked: false,
      });
    });

    it("refuses what the server can't read, and leaves the one before", async () => {
      const tls = { certificateFile: `${root.path}/no.pem`, keyFile: `${root.path}/no.key` };
      const bad = { ...options, config: { ...config, listen: [{ address: "127.0.0.1", port: portOf(config), tls }] } };
      const error = (await installEdgeConfig(transport, server, bad))._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: "WEB_SERVER_REFUSED", details: { step: "alone", server } });
      expect(JSON.stringify(error.details)).toContain("no.pem");
      await stands(before);
    });

    it("refuses what does not go with the rest, and leaves the one before", async () => {
      const other = server === "nginx" ? "other.conf" : "other.caddy";
      await writeFile(join(folder, other), edgeConfig(server, config)._unsafeUnwrap());
      const error = (await installEdgeConfig(transport, server, options))._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: "WEB_SERVER_REFUSED", details: { step: "whole" } });
      await rm(join(folder, other));
      await stands(before);
    });

    it("takes back what could not be reloaded", async () => {
      const failing = { ...options, reload: ["sh", "-c", "echo not today >&2; exit 3"] as const };
      const error = (await installEdgeConfig(transport, server, failing))._unsafeUnwrapErr();
      expect(error).toMatchObject({
        code: "WEB_SERVER_REFUSED",
        details: { step: "reload", output: expect.stringContaining("not today") },
      });
      await stands(before);
    });

    it("takes back what the running server does not answer from", async () => {
      const idle = { ...options, reload: ["true"] as const };
      const error = (await installEdgeConfig(transport, server, idle))._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: "WEB_SERVER_REFUSED", details: { step: "check" } });
      await stands(before);
    });

    it("is put right by the next call when one was killed in the middle", async () => {
      const marker = join(dirname(running.configFile), "reloading");
      const hanging = { ...options, reload: ["sh", "-c", `: > ${marker}; sleep 600`] as const };
      const ending = new AbortController();
      const cut = installEdgeConfig(transport, server, { ...hanging, signal: ending.signal });
      while (!existsSync(marker)) await new Promise((resolve) => setImmediate(resolve));
      ending.abort();
      expect((await cut)._unsafeUnwrapErr().code).toBe("ABORTED");
      const name = options.file.slice(folder.length + 1);
      expect(await readFile(join(folder, `.${name}.before`), "utf8")).toBe(before);

      const failing = { ...options, reload: ["false"] as const };
      expect((await installEdgeConfig(transport, server, failing)).isErr()).toBe(true);
      await stands(before);
      expect(await unwrap(installEdgeConfig(transport, server, options))).toMatchObject({ outcome: "installed" });
    });

    it("leaves nothing where nothing was", async () => {
      await rm(options.file);
      const failing = { ...options, reload: ["false"] as const };
      expect((await installEdgeConfig(transport, server, failing)).isErr()).toBe(true);
      expect(await readdir(folder)).toEqual([]);
    });
  });
}

describe.skipIf(!serverAvailable("nginx", "busybox", "setpriv"))(
  "installing on a node that has BusyBox for everything",
  () => {
    it("works, and asks the running server with BusyBox's wget", async () => {
      const root = await newEdgeRoot();
      const running = await starts.nginx();
      const programs = join(dirname(running.configFile), "bin");
      await mkdir(programs);
      await run(requireServer("busybox"), ["--install", "-s", programs]);
      for (const name of ["nginx", "setpriv"] as const) {
        await rm(join(programs, name), { force: true });
        await symlink(requireServer(name), join(programs, name));
      }
      const transport = localTransport({ environment: { PATH: programs } });
      try {
        const folder = join(dirname(running.configFile), "conf.d");
        await mkdir(folder);
        const [port = 0] = await freePorts(1);
        const config = { root: root.path, listen: [{ address: "127.0.0.1", port }] };
        const file = join(folder, "hostelry.conf");
        const options = { config, file, mainFile: running.configFile };
        expect(await unwrap(installEdgeConfig(transport, "nginx", options))).toEqual({
          outcome: "installed",
          checked: true,
        });
        const failing = { ...options, config: { ...config, retryAfterSeconds: 7 }, reload: ["false"] as const };
        expect((await installEdgeConfig(transport, "nginx", failing)).isErr()).toBe(true);
        expect(await readFile(file, "utf8")).toBe(edgeConfig("nginx", config)._unsafeUnwrap());
        expect(await readdir(folder)).toEqual(["hostelry.conf"]);
      } finally {
        await transport.close();
        await running.stop();
        await root.remove();
      }
    });
  },
);

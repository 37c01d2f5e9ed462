import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { edgeConfig } from "@hostelry/adapter-ssh";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireServer, serverAvailable } from "../servers/server-binary.ts";
import { freePorts } from "../servers/ssh-node/free-ports.ts";
import { startCaddy } from "../servers/web/caddy.ts";
import { startNginx } from "../servers/web/nginx.ts";
import { ask } from "./ask.ts";
import { type EdgeRoot, newEdgeRoot } from "./edge-root.ts";

const run = promisify(execFile);

describe.skipIf(!serverAvailable("openssl", "nginx", "caddy"))("a listener with a certificate", () => {
  let root: EdgeRoot;
  let directory: string;

  beforeAll(async () => {
    root = await newEdgeRoot();
    await (await root.site("acme.test")).publish({ "index.html": "sealed" });
    directory = await mkdtemp(join(tmpdir(), "hostelry-tls-"));
    await chmod(directory, 0o755);
    const files = ["-keyout", join(directory, "key.pem"), "-out", join(directory, "certificate.pem")];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=acme.test"];
    const names = ["-addext", "subjectAltName=DNS:acme.test", "-days", "2"];
    await run(requireServer("openssl"), ["req", "-x509", ...kind, ...names, ...files]);
  });
  afterAll(async () => {
    await root.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it.each(["nginx", "caddy"] as const)("serves the same sites as one without, beside it, on %s", async (server) => {
    const [plainPort = 0] = await freePorts(1);
    const tls = { certificateFile: join(directory, "certificate.pem"), keyFile: join(directory, "key.pem") };
    const config = (port: number): string => {
      const address = "127.0.0.1";
      const listen = [
        { address, port: plainPort },
        { address, port, tls },
      ];
      return edgeConfig(server, { root: root.path, listen })._unsafeUnwrap();
    };
    const running =
      server === "nginx"
        ? await startNginx({ http: ({ port }) => config(port) })
        : await startCaddy({ sites: ({ port }) => config(port) });
    try {
      expect(await ask({ port: plainPort, host: "acme.test" })).toMatchObject({ status: 200, body: "sealed" });
      const sealed = await new Promise<string>((resolve, reject) => {
        const place = { host: "127.0.0.1", port: running.port, servername: "acme.test", agent: false };
        const asked = request({ ...place, rejectUnauthorized: false, headers: { host: "acme.test" } }, (response) => {
          text(response).then(resolve, reject);
        });
        asked.once("error", reject);
        asked.end();
      });
      expect(sealed).toBe("sealed");
    } finally {
      await running.stop();
    }
  });
});

// Routes of an edge node, as visitors of the real web servers meet them.
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localTransport } from "@hostelry/adapter-local";
import { edgeConfig, edgeRoutes } from "@hostelry/adapter-ssh";
import { type Hostname, unwrap } from "@hostelry/core";
import { type HostRoutesHarness, hostRoutesConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverAvailable } from "../servers/server-binary.ts";
import { startCaddy } from "../servers/web/caddy.ts";
import { startNginx } from "../servers/web/nginx.ts";
import type { WebServer } from "../servers/web/web-server.ts";
import { ask } from "../web-server/ask.ts";

const sites = ["site-00000000000000000001", "site-00000000000000000002"] as const;
const edgeMark = { text: "edge-of-hoster" };

/** A root in which each site says its own id. */
async function newRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "hostelry-routes-"));
  await chmod(root, 0o755);
  for (const site of sites) {
    await mkdir(join(root, "sites", site, "releases/one"), { recursive: true });
    await writeFile(join(root, "sites", site, "releases/one/index.html"), site);
    await symlink("releases/one", join(root, "sites", site, "current"));
  }
  return root;
}

for (const name of ["nginx", "caddy"] as const) {
  describe.skipIf(!serverAvailable(name))(`routes of an edge node behind ${name}`, () => {
    const transport = localTransport();
    let root = "";
    let server: WebServer;
    beforeAll(async () => {
      root = await newRoot();
      const config = (port: number): string =>
        edgeConfig(name, { root, listen: [{ address: "127.0.0.1", port }], edgeMark })._unsafeUnwrap();
      server =
        name === "nginx"
          ? await startNginx({ http: ({ port }) => config(port) })
          : await startCaddy({ sites: ({ port }) => config(port) });
    });
    afterAll(async () => {
      await server.stop();
      await transport.close();
      await rm(root, { recursive: true, force: true });
    });
    const get = (host: string, path = "/") => ask({ port: server.port, host, path });
    const visit = async (host: string): Promise<string | null> => {
      const { status, body, headers } = await get(host);
      const [, other] = /^http:\/\/([^/]+)\/$/.exec(headers.location ?? "") ?? [];
      if (status === 308 && other !== undefined) return `→ ${other}`;
      if (status === 404) return null;
      if (status !== 200) throw new Error(`${host}: ${status} ${body}`);
      return body;
    };
    const harness: HostRoutesHarness = {
      capabilities: { redirects: "counterpart", wildcards: true, compareAndSet: false },
      without: ["restart"],
      make: async () => {
        await rm(join(root, "hosts"), { recursive: true, force: true });
        const open = () => edgeRoutes(transport, root, { durability: "none" });
        return { subject: open(), backends: sites, visit, another: open, dispose: async () => undefined };
      },
    };
    const cases = hostRoutesConformance(harness);
    // What the web server does not see is looked at once.
    const chosen =
      name === "nginx"
        ? cases
        : cases.filter(({ id }) => /redirect|wildcard|route\/(?:new|moves)|never-neither/.test(id));
    registerConformance(chosen, { describe, it });

    it("answers challenges and its mark before any redirect, and for names that nobody has yet", async () => {
      const routes = edgeRoutes(transport, root);
      const hostname = "www.acme.de" as Hostname;
      await unwrap(routes.route({ hostname, target: { kind: "redirect", hostname: "acme.de" as Hostname } }));
      await mkdir(join(root, "acme"), { recursive: true });
      await writeFile(join(root, "acme/token-1"), "key authorisation");
      const challenge = await get("www.acme.de", "/.well-known/acme-challenge/token-1");
      expect([challenge.status, challenge.body]).toEqual([200, "key authorisation"]);
      for (const host of ["www.acme.de", "nobody.acme.de"]) {
        const mark = await get(host, "/.well-known/hostelry-edge");
        expect([host, mark.status, mark.body]).toEqual([host, 200, edgeMark.text]);
      }
      const sent = await get("www.acme.de", "/a%20b/?q=1&r=%2F");
      expect([sent.status, sent.headers.location]).toEqual([308, "http://acme.de/a%20b/?q=1&r=%2F"]);
    });

    it("leaves a name that leads to a site without a release to that site, also under a wildcard", async () => {
      const routes = edgeRoutes(transport, root);
      const lead = (hostname: string, backend: string) =>
        unwrap(routes.route({ hostname: hostname as Hostname, target: { kind: "backend", backend } }));
      await lead("*.wide.de", sites[0]);
      await lead("new.wide.de", "site-00000000000000000003");
      expect([await visit("any.wide.de"), await visit("new.wide.de")]).toEqual([sites[0], null]);
      await mkdir(join(root, "sites", sites[0], "releases/one/docs"), { recursive: true });
      await writeFile(join(root, "sites", sites[0], "releases/one/docs/index.html"), "docs");
      await writeFile(join(root, "sites", sites[0], "suspended"), "");
      expect((await get("any.wide.de")).status).toBe(503);
      await rm(join(root, "sites", sites[0], "suspended"));
      const slash = await get("any.wide.de", "/docs");
      expect([301, 308]).toContain(slash.status);
      expect(slash.headers.location).toBe("/docs/");
    });

    it("takes no request for the name of a wildcard's file for more than the wildcard", async () => {
      const routes = edgeRoutes(transport, root);
      await unwrap(routes.route({ hostname: "*.star.de" as Hostname, target: { kind: "backend", backend: sites[0] } }));
      const asked = ["_.star.de", "a._.star.de", "*.star.de", "_", "star.de"];
      const answers: (string | null)[] = [];
      for (const host of asked) answers.push(await visit(host).catch(() => "refused"));
      // The first is a name with one label before `star.de`, like any other.
      expect(answers.map((answer) => (answer === "refused" ? null : answer))).toEqual([
        sites[0],
        null,
        null,
        null,
        null,
      ]);
    });

    it("leaves what it did not make, and says so", async () => {
      const routes = edgeRoutes(transport, root);
      await mkdir(join(root, "hosts/strange.acme.de"), { recursive: true });
      await symlink("/etc", join(root, "hosts/foreign.acme.de"));
      for (const hostname of ["strange.acme.de", "foreign.acme.de"] as Hostname[]) {
        const target = { kind: "backend", backend: sites[0] } as const;
        for (const call of [
          routes.observe(hostname),
          routes.route({ hostname, target }),
          routes.unroute({ hostname }),
        ]) {
          expect((await call)._unsafeUnwrapErr().code).toBe("TARGET_LAYOUT_INVALID");
        }
      }
      const listed = (await unwrap(routes.list())).items.map(({ hostname }) => hostname);
      expect(listed.filter((each) => each.startsWith("strange") || each.startsWith("foreign"))).toEqual([]);
    });
  });
}

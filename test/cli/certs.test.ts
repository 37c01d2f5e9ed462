import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TLSSocket } from "node:tls";
import { powerdnsProvider } from "@hostelry/adapter-dns/powerdns";
import { edgeConfig } from "@hostelry/adapter-ssh";
import { runCommandLine } from "@hostelry/cli";
import { type DnsProvider, unwrap } from "@hostelry/core";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zone } from "../adapter-acme/world.ts";
import { type PebbleServer, pebbleAvailable, startPebble } from "../servers/pebble.ts";
import { type PowerdnsServer, startPowerdns } from "../servers/powerdns.ts";
import { requireServer, serverAvailable } from "../servers/server-binary.ts";
import { freePorts } from "../servers/ssh-node/free-ports.ts";
import { type SshNode, type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { ask } from "../web-server/ask.ts";
import { objects, type Run } from "./hostelry.ts";

const vaultKey = `first:${Buffer.alloc(32, 9).toString("base64")}`;

describe.skipIf(!serverAvailable("pdns_server", "sqlite3") || !pebbleAvailable())(
  "hostelry certs, at Pebble and PowerDNS",
  () => {
    let directory = "";
    let server: PowerdnsServer;
    let provider: DnsProvider;
    let pebble: PebbleServer;
    let listen = "";
    let httpPort = 0;
    let authority: readonly string[] = [];

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "hostelry-certs-"));
      server = await startPowerdns();
      provider = powerdnsProvider({ url: server.url, apiKey: server.apiKey });
      await unwrap(provider.createZone({ name: zone, nameservers: [`ns1.${zone}`] }));
      const of = (name: string, type: "A" | "CAA", value: string) =>
        ({ action: "add", name, type, values: [value], ttlSeconds: 60 }) as const;
      const changes = [
        of(`ns1.${zone}`, "A", "127.0.0.1"),
        of(`shop.${zone}`, "A", "127.0.0.1"),
        of(zone, "CAA", '0 issue "pebble.letsencrypt.org"'),
      ];
      await unwrap(provider.applyChanges({ zone, changes }));
      [httpPort = 0] = await freePorts(1);
      listen = `127.0.0.1:${httpPort}`;
      pebble = await startPebble({ dnsPort: server.dnsPort, httpPort });
      await writeFile(join(directory, "root.pem"), pebble.serverRoot);
      await writeFile(join(directory, "vault"), `${vaultKey}\n`, { mode: 0o600 });
      await writeFile(join(directory, "api-key"), server.apiKey);
      authority = [
        ...["--authority", pebble.directoryUrl, "--authority-root", join(directory, "root.pem"), "--agree-terms"],
        ...["--vault-key-file", join(directory, "vault"), "--resolver", `127.0.0.1:${server.dnsPort}`],
        ...["--platform", zone, "--platform", `*.${zone}`, "--platform", `shop.${zone}`],
      ];
    });
    afterAll(async () => {
      await pebble.stop();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    });

    const hostelry = async (args: readonly string[]): Promise<Run> => {
      const said = { stdout: "", stderr: "" };
      const sink = (name: keyof typeof said) => ({
        write: (text: string) => {
          said[name] += text;
        },
      });
      const env = { HOSTELRY_STATE: join(directory, "state"), USER: "tester" };
      const { signal } = new AbortController();
      const code = await runCommandLine(args, { stdout: sink("stdout"), stderr: sink("stderr"), env, signal });
      return { code, ...said };
    };

    it("gets one over HTTP while it listens, lists it, revokes it, and lets it go", async () => {
      const http = [...authority, "--listen", listen, "--without-check"];
      const ensured = await hostelry(["certs", "ensure", `shop.${zone}`, ...http, "--json"]);
      expect(ensured.stderr).toBe("");
      expect(ensured.code).toBe(0);
      expect(objects(ensured)).toMatchObject([{ names: [`shop.${zone}`], state: "issued", served: true }]);
      const [{ id } = { id: "" }] = objects(ensured);

      const listed = await hostelry(["certs", "list"]);
      expect(listed.stdout).toMatch(new RegExp(`^shop\\.${zone} +issued +20`, "m"));

      const revoked = await hostelry(["certs", "revoke", String(id), "--reason", "superseded", ...authority]);
      expect([revoked.code, revoked.stdout]).toEqual([0, `✓ ${id} is revoked\n`]);
      const released = await hostelry(["certs", "release", `shop.${zone}`, ...authority]);
      expect([released.code, released.stdout]).toEqual([0, `✓ shop.${zone}: the certificate is let go\n`]);
      for (const { stdout } of [ensured, listed]) expect(stdout).not.toMatch(/PRIVATE KEY|v1\.first\./);
    });

    it("lays a record out for a wildcard, goes on with it later, and takes it away when it is let go", async () => {
      const dns = ["--provider", "powerdns", "--server", server.url, "--key-file", join(directory, "api-key")];
      const place = { zone, names: [`_acme-challenge.${zone}`] };
      const recordsLeft = async (): Promise<number> => (await unwrap(provider.listRecordSets(place))).sets.length;
      // Its servers are asked at port 53, where nobody is: it waits for them, and does not tell the authority.
      const begun = await hostelry(["certs", "ensure", `*.${zone}`, ...authority, ...dns, "--wait", "1s", "--json"]);
      expect([begun.code, objects(begun)]).toMatchObject([1, [{ state: "ordering", next: { what: "order" } }]]);
      expect(await recordsLeft()).toBe(1);
      const swept = await hostelry(["certs", "sweep", ...authority, ...dns, "--json"]);
      expect([swept.code, objects(swept)]).toMatchObject([0, [{ failed: [], troubled: [] }]]);
      const released = await hostelry(["certs", "release", `*.${zone}`, ...authority, ...dns]);
      expect([released.code, released.stderr]).toEqual([0, ""]);
      expect(await recordsLeft()).toBe(0);
    });

    describe.skipIf(!sshNodesAvailable("gnu") || !serverAvailable("openssl", "flock"))("with an edge node", () => {
      let nodes: SshNodes;
      let node: SshNode;
      let tlsPort = 0;
      // One that a customer can have: nobody can claim a name below `test`.
      const customers = "lantern.de";
      const name = `www.${customers}`;

      beforeAll(async () => {
        nodes = await startSshNodes({ gnu: 1, web: false });
        await unwrap(provider.createZone({ name: customers, nameservers: [`ns1.${customers}`] }));
        // Without it the zones above would be asked, which nobody has here.
        const caa = {
          name: customers,
          type: "CAA",
          values: ['0 issue "pebble.letsencrypt.org"'],
          ttlSeconds: 60,
        } as const;
        await unwrap(provider.applyChanges({ zone: customers, changes: [{ action: "add", ...caa }] }));
        node = nodes.one("gnu");
        [tlsPort = 0] = await freePorts(1);
        const [web, address] = [join(dirname(node.outside), "web"), "127.0.0.1"];
        const listen = [
          { address, port: httpPort },
          { address, port: tlsPort, tls: "delivered" },
        ] as const;
        await node.serve(edgeConfig("nginx", { root: node.root, listen })._unsafeUnwrap());
        // The node's nginx has a prefix of its own, as one that was built by hand may have.
        const program = join(web, "nginx");
        await writeFile(program, `#!/bin/sh\nexec ${requireServer("nginx")} -p ${web}/ "$@"\n`, { mode: 0o755 });
        const entry = {
          name: "edge-1",
          ...{ host: node.host, port: node.sshPort, user: node.user, hostKey: node.hostKey, root: node.root },
          auth: { keyFile: nodes.clientKeyFile },
          webServer: { program, mainFile: join(web, "nginx.conf") },
          certificates: { observeAt: `${address}:${tlsPort}` },
        };
        await writeFile(join(directory, "nodes.json"), JSON.stringify({ nodes: [entry] }));
      });
      afterAll(() => nodes.stop());

      /** What a visitor gets who trusts the authority: status, body, and the certificate's digest. Rejects when the handshake is refused. */
      const visit = (): Promise<readonly [status: number, body: string, sha256: string]> =>
        new Promise((resolve, reject) => {
          const place = { host: "127.0.0.1", port: tlsPort, servername: name, ca: pebble.issuingRoot, agent: false };
          const sent = request({ ...place, headers: { host: name } }, (response) => {
            const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
            let body = "";
            response.setEncoding("utf8").on("data", (part: string) => {
              body += part;
            });
            response.once("end", () => resolve([response.statusCode ?? 0, body, fingerprint256]));
          });
          sent.once("error", reject);
          sent.end();
        });

      it("binds a name to its padlock, renews it, and lets all of it go", async () => {
        const nodesFile = ["--nodes", join(directory, "nodes.json")];
        const dns = ["--provider", "powerdns", "--server", server.url, "--key-file", join(directory, "api-key")];
        const all = [...nodesFile, ...authority, ...dns, "--without-check"];
        const edge = ["--address", "127.0.0.1"];
        const archive = join(directory, "site.zip");
        await writeFile(archive, zipSync({ "index.html": new TextEncoder().encode("<h1>Acme</h1>") }));
        const published = await hostelry(["publish", archive, "--site", "Acme", "--create", ...nodesFile]);
        expect([published.stderr, published.code]).toEqual(["", 0]);
        const claimed = await hostelry(["domains", "claim", name, "--site", "Acme", "--json"]);
        const [{ instructions }] = objects(claimed) as [{ readonly instructions: { name: string; value: string } }];
        const proof = { name: instructions.name, type: "TXT", values: [instructions.value], ttlSeconds: 1 } as const;
        await unwrap(provider.applyChanges({ zone: customers, changes: [{ action: "add", ...proof }] }));
        const resolver = ["--resolver", `127.0.0.1:${server.dnsPort}`];
        expect((await hostelry(["domains", "verify", name, ...resolver])).stdout).toContain("is verified");

        await expect(visit()).rejects.toThrow();
        const bound = await hostelry(["domains", "bind", name, ...all, ...edge]);
        expect([bound.stderr, bound.stdout, bound.code]).toEqual(["", expect.anything(), 0]);
        expect(bound.stdout).toMatch(new RegExp(`^✓ ${name.replaceAll(".", "\\.")} is bound$`, "m"));
        expect(bound.stdout).toMatch(/^ {2}✓ certificate certificates It is served, and ends on 20\d\d-\d\d-\d\d\.$/m);
        const [status, body, first] = await visit();
        expect([status, body]).toEqual([200, "<h1>Acme</h1>"]);
        // The authority was answered by the node, and nothing of that is left there.
        expect(await readdir(join(node.outside, "acme"))).toEqual([]);

        const renewed = await hostelry(["certs", "renew", name, ...all, "--json"]);
        expect([renewed.code, objects(renewed)]).toMatchObject([
          0,
          [{ issued: { number: 2 }, deliveries: [{ target: "edge-1" }], served: true }],
        ]);
        const [, , second] = await visit();
        expect(second).not.toBe(first);

        const undone = await hostelry(["domains", "unbind", name, ...all, ...edge]);
        expect([undone.stderr, undone.code]).toEqual(["", 0]);
        expect(undone.stdout).toContain(`✓ ${name} is unbound, and detached`);
        await expect(visit()).rejects.toThrow();
        expect((await ask({ port: httpPort, host: name })).status).toBe(404);
        expect((await hostelry(["certs", "list"])).stdout).not.toContain(name);
      });
    });

    it("keeps keys sealed on disk, and says what is wrong with a vault's key without it", async () => {
      const kept: string[] = [];
      for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) kept.push((await readFile(join(entry.parentPath, entry.name))).toString("latin1"));
      }
      expect(kept.some((text) => text.includes("v1.first."))).toBe(true);
      expect(kept.some((text) => /-----BEGIN (EC )?PRIVATE KEY/.test(text))).toBe(false);
      await writeFile(join(directory, "vault"), "first:c2hvcnQ=");
      const refused = await hostelry(["certs", "sweep", ...authority]);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain("does not hold keys as ID:KEY");
      expect(refused.stderr).not.toContain("c2hvcnQ=");
    });
  },
);

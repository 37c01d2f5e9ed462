import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { powerdnsProvider } from "@hostelry/adapter-dns/powerdns";
import { runCommandLine } from "@hostelry/cli";
import { type DnsProvider, unwrap } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zone } from "../adapter-acme/world.ts";
import { type PebbleServer, pebbleAvailable, startPebble } from "../servers/pebble.ts";
import { type PowerdnsServer, startPowerdns } from "../servers/powerdns.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { freePorts } from "../servers/ssh-node/free-ports.ts";
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
      const [httpPort = 0] = await freePorts(1);
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

    it("gets one over HTTP while it listens, lists it, renews it, and lets it go", async () => {
      const http = [...authority, "--listen", listen, "--without-check"];
      const ensured = await hostelry(["certs", "ensure", `shop.${zone}`, ...http, "--json"]);
      expect(ensured.stderr).toBe("");
      expect(ensured.code).toBe(0);
      expect(objects(ensured)).toMatchObject([{ names: [`shop.${zone}`], state: "issued", served: true }]);

      const renewed = await hostelry(["certs", "renew", `shop.${zone}`, ...http, "--json"]);
      expect([renewed.code, objects(renewed)]).toMatchObject([0, [{ issued: { number: 2 } }]]);

      const listed = await hostelry(["certs", "list"]);
      expect(listed.stdout).toMatch(new RegExp(`^shop\\.${zone} +issued +20`, "m"));

      const released = await hostelry(["certs", "release", `shop.${zone}`, ...authority]);
      expect([released.code, released.stdout]).toEqual([0, `✓ shop.${zone}: the certificate is let go\n`]);
      for (const { stdout } of [ensured, renewed, listed]) expect(stdout).not.toMatch(/PRIVATE KEY|v1\.first\./);
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

    it("revokes one", async () => {
      const http = [...authority, "--listen", listen, "--without-check"];
      const [{ id } = { id: "" }] = objects(await hostelry(["certs", "ensure", `shop.${zone}`, ...http, "--json"]));
      const revoked = await hostelry(["certs", "revoke", String(id), "--reason", "superseded", ...authority]);
      expect([revoked.code, revoked.stdout]).toEqual([0, `✓ ${id} is revoked\n`]);
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

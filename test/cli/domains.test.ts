import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommandLine } from "@hostelry/cli";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PowerdnsServer, startPowerdns } from "../servers/powerdns.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { objects, type Run } from "./hostelry.ts";

const zone = "acme.de";
let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hostelry-domains-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** In this process: starting another one takes longer than what is looked at. */
async function hostelry(...args: readonly string[]): Promise<Run> {
  const said = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const { signal } = new AbortController();
  const env = { HOSTELRY_STATE: directory, USER: "ada" };
  const code = await runCommandLine(args, { stdout: sink("stdout"), stderr: sink("stderr"), env, signal });
  return { code, ...said };
}

describe.skipIf(!serverAvailable("pdns_server", "sqlite3"))("hostelry domains, with a real DNS server", () => {
  let server: PowerdnsServer;
  const record = (name: string, type: string, content: string): Promise<unknown> => {
    const rrset = { name: `${name}.`, type, ttl: 1, changetype: "REPLACE", records: [{ content, disabled: false }] };
    return server.api("PATCH", `/zones/${zone}.`, { rrsets: [rrset] });
  };
  beforeAll(async () => {
    server = await startPowerdns();
    await server.api("POST", "/zones", { name: `${zone}.`, kind: "Native", nameservers: ["ns1.servers.test."] });
  });
  afterAll(() => server.stop());

  it("brings a name from its claim to its site, and gives it up again", async () => {
    const resolver = ["--resolver", `127.0.0.1:${server.dnsPort}`];
    const edge = ["--address", "203.0.113.1"];
    expect((await hostelry("sites", "create", "Acme")).code).toBe(0);
    const claimed = await hostelry("domains", "claim", `WWW.${zone}`, "--site", "Acme", "--json");
    const [{ instructions }] = objects(claimed) as [{ readonly instructions: { name: string; value: string } }];
    expect(instructions.name).toBe(`_hostelry-challenge.www.${zone}`);

    const early = await hostelry("domains", "activate", `www.${zone}`, ...edge, ...resolver);
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining("[DOMAIN_TRANSITION_INVALID]")]);
    await record(instructions.name, "TXT", `"${instructions.value}"`);
    const verified = await hostelry("domains", "verify", `www.${zone}`, ...resolver);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining(`www.${zone} is verified`)]);

    await record(`www.${zone}`, "A", "192.0.2.7");
    const elsewhere = await hostelry("domains", "activate", `www.${zone}`, ...edge, ...resolver);
    expect([elsewhere.code, elsewhere.stderr]).toEqual([1, expect.stringContaining("leads to 192.0.2.7")]);
    await record(`www.${zone}`, "A", "203.0.113.1");
    const active = await hostelry("domains", "activate", `www.${zone}`, ...edge, ...resolver);
    expect(active.stdout).toContain(`www.${zone} is active, the primary name`);

    expect((await hostelry("domains", "list")).stdout).toMatch(/www\.acme\.de \*\s+active/);
    expect((await hostelry("domains", "release", `www.${zone}`)).stdout).toContain("is detached");
  }, 120_000);

  it("binds a name of a zone that is ours in one go, shows how it is, and unbinds it", async () => {
    const resolver = ["--resolver", `127.0.0.1:${server.dnsPort}`];
    const keyFile = join(directory, "dns.key");
    await writeFile(keyFile, server.apiKey, { mode: 0o600 });
    await mkdir(join(directory, "www"), { recursive: true });
    const zoneOfOurs = [
      "--provider",
      "powerdns",
      "--server",
      server.url,
      "--key-file",
      keyFile,
      "--address",
      "203.0.113.1",
    ];
    const claimed = await hostelry("domains", "claim", `shop.${zone}`, "--site", "Acme", "--json");
    const [{ instructions }] = objects(claimed) as [{ readonly instructions: { name: string; value: string } }];
    await record(instructions.name, "TXT", `"${instructions.value}"`);
    expect((await hostelry("domains", "verify", `shop.${zone}`, ...resolver)).code).toBe(0);
    const bound = await hostelry("domains", "bind", `shop.${zone}`, "--site", "Acme", ...zoneOfOurs, ...resolver);
    expect([bound.code, bound.stdout]).toEqual([0, expect.stringContaining(`shop.${zone} is bound`)]);
    expect(await readlink(join(directory, "www/hosts", `shop.${zone}`))).toMatch(/^\.\.\/sites\/site-/);
    await rm(join(directory, "www/hosts", `shop.${zone}`));
    const looked = await hostelry("domains", "status", `shop.${zone}`, "--json", ...zoneOfOurs);
    expect([looked.code, objects(looked)]).toEqual([
      1,
      [expect.objectContaining({ complete: false, state: "active" })],
    ]);
    const mended = await hostelry("domains", "reconcile", `shop.${zone}`, ...zoneOfOurs);
    expect([mended.code, mended.stdout]).toEqual([0, expect.stringContaining("is put right")]);
    const undone = await hostelry("domains", "unbind", `shop.${zone}`, ...zoneOfOurs);
    expect([undone.code, undone.stdout]).toEqual([0, expect.stringContaining("is unbound, and detached")]);
    expect(await readdir(join(directory, "www/hosts"))).toEqual([]);
  }, 120_000);

  it("says what is wrong with a name, and with the command", async () => {
    const bad = await hostelry("domains", "claim", "https://acme.de/", "--site", "Acme");
    expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining("[HOSTNAME_INVALID]")]);
    expect((await hostelry("domains", "check", "acme.de")).code).toBe(2);
    expect((await hostelry("domains", "constructor", "acme.de")).code).toBe(2);
  }, 60_000);
});

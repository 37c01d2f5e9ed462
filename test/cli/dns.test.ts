import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommandLine } from "@hostelry/cli";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askDns } from "../adapter-dns/ask-dns.ts";
import { type Route53StandIn, startRoute53StandIn } from "../adapter-dns/route53-stand-in.ts";
import { type BindServer, startBind } from "../servers/bind.ts";
import { type PowerdnsServer, startPowerdns } from "../servers/powerdns.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { hostelry as inItsOwnProcess, objects, type Run } from "./hostelry.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hostelry-dns-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** In this process: starting another one takes longer than what is looked at. */
async function hostelry(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const said = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const { signal } = new AbortController();
  const code = await runCommandLine(args, { stdout: sink("stdout"), stderr: sink("stderr"), env, signal });
  return { code, ...said };
}

async function file(name: string, content: unknown): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe.skipIf(!serverAvailable("pdns_server", "sqlite3"))("hostelry dns, at PowerDNS", () => {
  const zone = "shop.test";
  let server: PowerdnsServer;
  let at: readonly string[] = [];
  beforeAll(async () => {
    server = await startPowerdns();
    at = ["--provider", "powerdns", "--server", server.url, "--key-file", await file("api-key", `${server.apiKey}\n`)];
    const rrsets = [
      { name: `${zone}.`, type: "TXT", ttl: 600, records: [{ content: '"v=spf1 -all"', disabled: false }] },
    ];
    await server.api("POST", "/zones", {
      name: `${zone}.`,
      kind: "Native",
      nameservers: ["ns1.servers.test."],
      rrsets,
    });
  });
  afterAll(() => server.stop());

  it("shows a plan, applies it, and has nothing to do the second time", async () => {
    const wanted = await file("wanted.json", {
      zone: "Shop.test.",
      owner: "platform",
      records: [{ name: "www.shop.test", type: "A", values: ["192.0.2.1"], ttlSeconds: 120 }],
    });
    const plan = await hostelry(["dns", "plan", wanted, ...at]);
    expect([plan.code, plan.stderr]).toEqual([0, ""]);
    expect(plan.stdout).toContain("create  www.shop.test  A     120  + 192.0.2.1");
    expect(await askDns(server.dnsPort, `www.${zone}`, "A")).toEqual([]);
    const applied = await hostelry(["dns", "apply", wanted, ...at]);
    expect([applied.code, applied.stdout]).toEqual([0, "✓ shop.test: 1 record set changed\n"]);
    expect(await askDns(server.dnsPort, `www.${zone}`, "A")).toEqual(["192.0.2.1"]);
    expect((await hostelry(["dns", "apply", wanted, ...at])).stdout).toContain("nothing to change");
    const listed = await hostelry(["dns", "list", zone, ...at]);
    expect(listed.stdout).toMatch(/www\.shop\.test\s+A\s+120\s+platform\s+192\.0\.2\.1\n/);
    expect(listed.stdout).not.toContain("_hostelry");
    const [contents] = objects(await hostelry(["dns", "list", zone, ...at, "--json"]));
    expect(contents?.["sets"]).toContainEqual(expect.objectContaining({ name: zone, type: "TXT", owners: [] }));
    expect((await hostelry(["dns", "list", ...at])).stdout).toBe("shop.test\n");
  });

  it("refuses a saved plan when the zone has changed since, and what is not safe", async () => {
    const records = [{ name: "new.shop.test", type: "A", values: ["192.0.2.2"] }];
    const wanted = await file("other.json", { zone, owner: "other", records });
    const out = join(directory, "plan.json");
    expect((await hostelry(["dns", "plan", wanted, "--out", out, ...at])).code).toBe(0);
    const change = { name: `by-hand.${zone}.`, type: "A", ttl: 60, changetype: "REPLACE" };
    const records2 = [{ content: "192.0.2.9", disabled: false }];
    await server.api("PATCH", `/zones/${zone}.`, { rrsets: [{ ...change, records: records2 }] });
    const stale = await hostelry(["dns", "apply", "--plan", out, ...at]);
    expect([stale.code, stale.stderr]).toEqual([1, expect.stringContaining("[DNS_ZONE_CHANGED]")]);
    const beside = await file("beside.json", {
      zone,
      owner: "other",
      records: [{ name: `by-hand.${zone}`, type: "A", values: ["192.0.2.3"] }],
    });
    const plan = await hostelry(["dns", "plan", beside, ...at]);
    expect([plan.code, plan.stdout]).toEqual([1, expect.stringContaining("needs force")]);
    const refused = await hostelry(["dns", "apply", beside, ...at]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("[DNS_PLAN_REFUSED]")]);
    expect((await hostelry(["dns", "apply", beside, "--adopt", ...at])).code).toBe(0);
    expect(await askDns(server.dnsPort, `by-hand.${zone}`, "A")).toEqual(["192.0.2.3"]);
  });

  it("keeps a wrong key to itself", async () => {
    const key = await file("wrong-key", "geheimnis-4711");
    const run = await hostelry([
      "dns",
      "list",
      "--provider",
      "powerdns",
      "--server",
      server.url,
      "--key-file",
      key,
      "--json",
    ]);
    expect([run.code, run.stdout]).toEqual([1, expect.stringContaining("ADAPTER_UNAUTHORIZED")]);
    expect(run.stdout + run.stderr).not.toContain("4711");
  });
});

describe.skipIf(!serverAvailable("named", "nsupdate"))("hostelry dns, at a server that takes updates", () => {
  let server: BindServer;
  beforeAll(async () => {
    server = await startBind(1);
  });
  afterAll(() => server.stop());

  it("reads the key as BIND's tools write it", async () => {
    const [zone = ""] = server.zones;
    const { name, algorithm, secret } = server.key;
    const key = `key "${name}" {\n\talgorithm ${algorithm};\n\tsecret "${secret}";\n};\n`;
    const wanted = await file("bind.json", {
      zone,
      owner: "platform",
      records: [{ name: `www.${zone}`, type: "CNAME", values: ["Edge.Platform.test."] }],
    });
    const env = { HOSTELRY_DNS_KEY: key };
    const place = ["--provider", "rfc2136", "--server", `127.0.0.1:${server.port}`];
    const run = await inItsOwnProcess(["dns", "apply", wanted, ...place], { env });
    expect([run.code, run.stderr]).toEqual([0, ""]);
    expect(await askDns(server.port, `www.${zone}`, "CNAME")).toEqual(["edge.platform.test"]);
  });
});

describe("hostelry dns, at Route 53, as documented", () => {
  let server: Route53StandIn;
  beforeAll(async () => {
    server = await startRoute53StandIn();
  });
  afterAll(() => server.stop());

  it("finds its credentials as Amazon's tools do, and takes the zone that is named of several", async () => {
    const zone = "shop.test";
    const [first, second] = [server.addZone(zone), server.addZone(zone)];
    const records = [{ name: `www.${zone}`, type: "A", values: ["192.0.2.1"] }];
    const wanted = await file("route53.json", { zone, owner: "platform", records });
    const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = server.credentials;
    const env = { AWS_ENDPOINT_URL_ROUTE_53: server.url, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
    const run = await inItsOwnProcess(["dns", "apply", wanted, "--provider", "route53", "--server", second.id], {
      env,
    });
    expect([run.code, run.stdout]).toEqual([0, "✓ shop.test: 1 record set changed\n"]);
    expect([first.sets.length, second.sets.length]).toEqual([2, 4]);
  });
});

describe("hostelry dns", () => {
  const cloudflare = ["--provider", "cloudflare"];
  it.each([
    [["dns"], 'Say "dns list"'],
    [["dns", "plan"], "Name the file"],
    [["dns", "apply"], "Name a file, or a plan"],
    [["dns", "list"], "--provider is missing"],
    [["dns", "list", "--provider", "gandi"], 'no provider "gandi"'],
    [["dns", "list", "--provider", "route53", "--key-file", "key"], "--key-file is not for route53"],
    [["dns", "list", "--provider", "route53", "--server", "Z1"], "Name the zone"],
    [["dns", "list", ...cloudflare], "HOSTELRY_DNS_KEY"],
    [["dns", "list", ...cloudflare, "--key-file", "/nowhere/key"], "/nowhere/key"],
    [["dns", "list", "--provider", "rfc2136", "--server", "ns1.test"], "Name the zone"],
    [["dns", "list", "a b", ...cloudflare], "is not a DNS name"],
    [["dns", "list", "a.test", "b.test", ...cloudflare], '"b.test" is too much'],
  ])("says what is wrong with %j", async (args, said) => {
    const run = await hostelry(args);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toContain(said);
  });

  it.each([
    ["no JSON", "{", "is not JSON"],
    ["no zone", { owner: "x", records: [] }, '"zone" is missing'],
    ["no owner", { zone: "a.test", records: [] }, '"owner" is missing'],
    [
      "a name without its zone",
      { zone: "a.test", owner: "x", records: [{ name: "www", type: "A", values: ["192.0.2.1"] }] },
      "names are written with their zone",
    ],
    [
      "a type that is none",
      { zone: "a.test", owner: "x", records: [{ name: "a.test", type: "SOA", values: ["x"] }] },
      '"type" is none of',
    ],
    [
      "a value that is none",
      { zone: "a.test", owner: "x", records: [{ name: "a.test", type: "A", values: ["192.0.2.300"] }] },
      "is not the value of a A record",
    ],
  ])("says what is wrong with a file with %s", async (what, content, said) => {
    const run = await hostelry([
      "dns",
      "plan",
      await file(`${what.replaceAll(" ", "-")}.json`, content),
      ...cloudflare,
    ]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(said);
  });
});

import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { directoryContent, directoryTarget } from "@hostelry/adapter-local";
import { createHosting, type Hosting, type RevisionId, type Site, unwrap } from "@hostelry/core";
import { createSiteHandler, labelResolver, previewHost, recordContent, siteHost } from "@hostelry/serve";
import { memoryBlobStore, memoryStore } from "@hostelry/testing";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rounds } from "../setup/rounds.ts";
import { type Answer, askBytes } from "./ask-bytes.ts";

const root = "localhost";
const publications = rounds(200, 30);

/** A site of which every file says which version it is; `large.txt` is streamed. */
const version = (label: string): Readonly<Record<string, string>> => ({
  "index.html": `<title>${label}</title>${"<p>soup and bread</p>".repeat(200)}`,
  "large.txt": `${label}\n`.repeat(300_000),
  [`assets/app-${createHash("sha256").update(label).digest("hex").slice(0, 8)}.js`]: `export default "${label}";`,
  _redirects: `/old /new-${label} 301\nnonsense\n`,
  _headers: `/*\n  x-version: ${label}\n`,
});

let folder: string;
let hosting: Hosting;
let site: Site;
const servers: Server[] = [];
const ports: Record<string, number> = {};
const store = memoryStore();
const blobs = memoryBlobStore();
const revisions: RevisionId[] = [];
const records = recordContent({ store, blobs, maxAgeMs: 100 });

async function add(label: string): Promise<RevisionId> {
  const entries = Object.entries(version(label)).map(([path, text]) => [path, strToU8(text)] as const);
  const revision = await unwrap(hosting.revisions.upload(site.id, zipSync(Object.fromEntries(entries))));
  const report = await unwrap(hosting.revisions.validate(revision.id));
  expect([report.ok, report.findings.map(({ code }) => code)]).toEqual([true, ["REDIRECT_IGNORED"]]);
  return revision.id;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostelry-serve-"));
  hosting = createHosting({
    store,
    blobs,
    targets: [directoryTarget(folder, { durability: "none" })],
    publishing: { precompress: ["br", "gzip"] },
  });
  site = await unwrap(hosting.sites.create({ name: "Acme" }));
  revisions.push(await add("one"), await add("two"));
  for (const [name, content] of Object.entries({ directory: directoryContent(folder), records })) {
    const handler = createSiteHandler({ content, resolve: labelResolver({ root }) });
    const server = createServer(handler.node).listen(0, "127.0.0.1");
    await once(server, "listening");
    servers.push(server);
    ports[name] = (server.address() as AddressInfo).port;
  }
});

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true, force: true });
});

const ask = (name: string, target: string, headers = {}, host = siteHost(site.id, { root })): Promise<Answer> =>
  askBytes(ports[name] ?? 0, { host, target, headers });
const publish = async (index: number): Promise<void> => {
  await unwrap(hosting.publish(revisions[index] as RevisionId));
  records.forget();
};

it("a site that was never published is building", async () => {
  expect((await ask("records", "/")).status).toBe(503);
  // A target knows nothing of a site before it has got something for it.
  expect((await ask("directory", "/")).status).toBe(404);
});

describe.each(["directory", "records"])("a published site, served from its %s", (name) => {
  it("is what was published last", async () => {
    await publish(0);
    expect((await ask(name, "/")).text).toContain("<title>one</title>");
    await publish(1);
    expect((await ask(name, "/")).text).toContain("<title>two</title>");
    await publish(0);
  });

  it("sends what was compressed in advance, with a tag of its own for each coding", async () => {
    const plain = await ask(name, "/");
    const br = await ask(name, "/", { "accept-encoding": "gzip, br" });
    const gzip = await ask(name, "/", { "accept-encoding": "gzip" });
    expect([plain, br, gzip].map(({ headers }) => headers["content-encoding"])).toEqual([undefined, "br", "gzip"]);
    expect(brotliDecompressSync(br.bytes).toString()).toBe(plain.text);
    expect(gunzipSync(gzip.bytes).toString()).toBe(plain.text);
    expect(br.bytes.byteLength).toBeLessThan(plain.bytes.byteLength / 5);
    expect(new Set([plain, br, gzip].map(({ headers }) => headers["etag"])).size).toBe(3);
    for (const answer of [plain, br, gzip]) {
      expect(answer.headers["vary"]).toBe("accept-encoding");
      expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(answer.headers["etag"]).toBe(`"sha256-${createHash("sha256").update(answer.bytes).digest("hex")}"`);
    }
    const again = { "accept-encoding": "br", "if-none-match": String(br.headers["etag"]) };
    const unchanged = await ask(name, "/", again);
    expect([unchanged.status, unchanged.headers["etag"], unchanged.headers["vary"]]).toEqual([
      304,
      br.headers["etag"],
      "accept-encoding",
    ]);
    expect((await ask(name, "/", { ...again, "accept-encoding": "gzip" })).status).toBe(200);
    const part = await ask(name, "/", { "accept-encoding": "br", range: "bytes=2-5" });
    expect([part.status, part.headers["content-encoding"]]).toEqual([206, "br"]);
    expect(part.bytes).toEqual(br.bytes.subarray(2, 6));
    expect((await ask(name, "/index.html.br")).status).toBe(404);
    expect((await ask(name, "/index.html.gz")).status).toBe(404);
  });

  it("follows the rules that were frozen with the release", async () => {
    expect((await ask(name, "/old")).headers["location"]).toBe("/new-one");
    expect((await ask(name, "/")).headers["x-version"]).toBe("one");
    expect((await ask(name, "/_redirects")).status).toBe(404);
  });

  it("keeps the assets of the release before", async () => {
    const asset = (label: string): string =>
      Object.keys(version(label)).find((path) => path.startsWith("assets/")) ?? "";
    await publish(1);
    expect((await ask(name, `/${asset("two")}`)).text).toContain("two");
    expect((await ask(name, `/${asset("one")}`)).text).toContain("one");
    await publish(0);
    expect((await ask(name, `/${asset("two")}`)).text).toContain("two");
  });

  it("goes into maintenance and out of it", async () => {
    await unwrap(hosting.sites.setState(site.id, "maintenance"));
    records.forget();
    expect((await ask(name, "/")).status).toBe(503);
    await unwrap(hosting.sites.setState(site.id, "live"));
    records.forget();
    expect((await ask(name, "/")).status).toBe(200);
  });

  it("shows previews to those who hold the token, until they are revoked", async () => {
    const { preview, token } = await unwrap(hosting.previews.open(revisions[1] as RevisionId));
    records.forget();
    const host = previewHost(site.id, preview.id, { root });
    expect((await ask(name, "/", {}, host)).status).toBe(401);
    const cookie = { cookie: `hostelry_preview=${token}` };
    const shown = await ask(name, "/", cookie, host);
    expect([shown.status, shown.headers["x-version"], shown.headers["cache-control"]]).toEqual([
      200,
      "two",
      "private, no-store",
    ]);
    await unwrap(hosting.previews.revoke(preview.id));
    records.forget();
    expect((await ask(name, "/", cookie, host)).status).toBe(404);
  });

  it("never mixes two releases in one answer, however often it is published meanwhile", async () => {
    let ended = false;
    const seen = new Set<string>();
    const reader = async (target: string): Promise<void> => {
      while (!ended) {
        const answer = await ask(name, target);
        expect(answer.status).toBe(200);
        const label = String(answer.headers["x-version"]);
        seen.add(label);
        const whole = version(label)[target === "/" ? "index.html" : "large.txt"];
        expect(answer.text === whole, `${target} of ${label} is whole and its own`).toBe(true);
      }
    };
    const readers = Promise.all(["/", "/", "/large.txt", "/large.txt"].map(reader));
    try {
      for (let round = 1; round <= publications; round += 1) await publish(round % 2);
    } finally {
      ended = true;
      await readers;
    }
    expect([...seen].sort()).toEqual(["one", "two"]);
  });
});

describe("a process that is told of nothing", () => {
  it("shows a publication within a second", async () => {
    await publish(0);
    expect((await ask("records", "/")).headers["x-version"]).toBe("one");
    await unwrap(hosting.publish(revisions[1] as RevisionId));
    const published = performance.now();
    const shows = async (name: string): Promise<boolean> => (await ask(name, "/")).headers["x-version"] === "two";
    expect(await shows("directory")).toBe(true);
    while (!(await shows("records"))) expect(performance.now() - published).toBeLessThan(1000);
  });
});

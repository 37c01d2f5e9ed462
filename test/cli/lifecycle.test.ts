import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeZip } from "./archives.ts";
import { ended, hostelry, objects, type Run, startHostelry } from "./hostelry.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const page = (title: string): string => `<!doctype html><title>${title}</title>`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostelry-cli-"));
  await writeZip(at("one.zip"), { "index.html": page("One"), "style.css": "a{}" });
  await writeZip(at("two.zip"), { "index.html": page("Two"), "style.css": "a{}" });
  await writeZip(at("noindex.zip"), { "page.html": page("No index") });
  await writeFile(at("text.zip"), "this is no archive\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs with --json on the test's state directory; gives the exit code and the one object. */
async function run(...args: readonly string[]): Promise<{ code: number | null; said: Record<string, unknown> }> {
  const ran: Run = await hostelry([...args, "--json"], { env: { HOSTELRY_STATE: at("state") } });
  expect(ran.stderr).toBe("");
  const said = objects(ran);
  expect(said).toHaveLength(1);
  return { code: ran.code, said: said[0] ?? {} };
}

async function visit(host: string, port: number, target = "/", cookie = ""): Promise<{ status: number; body: string }> {
  const asked = request({ host: "127.0.0.1", port, path: target, headers: { host, cookie } }).end();
  const [response] = await once(asked, "response");
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, body };
}

describe("the command line, from the first publication to the last", () => {
  let siteId = "";

  it("publishes an archive on a site that it makes", async () => {
    const { code, said } = await run("publish", at("one.zip"), "--site", "Inn", "--create", "--expect-current", "none");
    expect(code).toBe(0);
    expect(said).toMatchObject({
      outcome: "published",
      site: { name: "Inn" },
      revision: { number: 1 },
      publication: { number: 1, previous: null },
      deliveries: [{ target: "directory", sentFiles: 2, reusedFiles: 0 }],
    });
    siteId = (said["site"] as { id: string }).id;
  });

  it("refuses a rejected archive, and what is live stays", async () => {
    const { code, said } = await run("publish", at("text.zip"), "--site", "Inn");
    expect(code).toBe(1);
    expect(said).toMatchObject({ outcome: "rejected", revision: { number: 2 }, report: { ok: false } });
  });

  it("shows what would change, and changes nothing", async () => {
    const { code, said } = await run("publish", at("two.zip"), "--site", siteId, "--plan");
    expect(code).toBe(0);
    expect(said).toMatchObject({ outcome: "would-publish", added: [], changed: ["index.html"], removed: [] });
  });

  it("serves while publishing, previews and rollbacks go on in other processes", async () => {
    const serving = startHostelry(["serve", "--port", "0", "--site", siteId, "--json"], {
      env: { HOSTELRY_STATE: at("state") },
    });
    const end = ended(serving);
    try {
      const [line] = await once(serving.stdout ?? serving, "data");
      const { port, sites } = JSON.parse(String(line));
      const host = `${siteId}.localhost`;
      expect(sites).toEqual([{ id: siteId, url: `http://${host}:${port}/` }]);
      expect(await visit(host, port)).toMatchObject({ status: 200, body: page("One") });
      expect((await visit("127.0.0.1", port)).body).toBe(page("One"));

      const shown = await run(
        "preview",
        "--revision",
        "r3",
        "--site",
        "Inn",
        "--ttl",
        "5m",
        "--origin",
        `http://localhost:${port}`,
      );
      expect(shown.code).toBe(0);
      const link = new URL(String(shown.said["url"]));
      expect([link.port, link.searchParams.get("preview_token")]).toEqual([String(port), shown.said["token"]]);
      expect((await visit(link.hostname, port)).status).toBe(401);
      expect((await visit(link.hostname, port, link.pathname + link.search)).status).toBe(303);
      const cookie = `hostelry_preview=${shown.said["token"]}`;
      expect((await visit(link.hostname, port, "/", cookie)).body).toBe(page("Two"));

      expect((await run("publish", "--revision", "r3", "--site", "Inn", "--expect-current", "r1")).code).toBe(0);
      expect((await visit(host, port)).body).toBe(page("Two"));
      expect((await run("publish", "--revision", "r3", "--site", "Inn")).said).toMatchObject({ outcome: "unchanged" });
      const conflict = await run("publish", "--revision", "r1", "--site", "Inn", "--expect-current", "r1");
      expect(conflict).toMatchObject({ code: 1, said: { error: { code: "PUBLISH_CONFLICT", retryable: false } } });

      expect((await run("rollback", "--site", "Inn")).said).toMatchObject({ revision: { number: 1 } });
      expect((await visit(host, port)).body).toBe(page("One"));
      expect((await run("state", "maintenance", "--site", "Inn")).said).toMatchObject({ state: "maintenance" });
      expect((await visit(host, port)).status).toBe(503);
      expect((await run("state", "live", "--site", "Inn")).code).toBe(0);
      expect((await visit(host, port)).status).toBe(200);

      const status = await run("status", "--site", "Inn");
      expect(status.said).toMatchObject({
        site: { id: siteId, state: "live" },
        live: { revision: { number: 1 } },
        previews: [{ id: (shown.said["preview"] as { id: string }).id }],
        unfinished: [],
        targets: [{ target: "directory", inSync: true }],
        inSync: true,
      });

      const { id } = shown.said["preview"] as { id: string };
      expect((await run("previews", "list", "--site", "Inn")).said).toMatchObject({ id, state: "open" });
      expect((await run("previews", "revoke", id)).said).toMatchObject({ preview: { id } });
      expect((await visit(link.hostname, port, "/", cookie)).status).toBe(404);
      expect((await run("previews", "sweep")).said).toEqual({ closed: [], failed: [] });
    } finally {
      serving.kill("SIGINT");
    }
    expect((await end).code).toBe(0);
  });

  it("refuses what is not there, in words and with a next step", async () => {
    expect(await run("publish", "--revision", "r9", "--site", "Inn")).toMatchObject({
      code: 1,
      said: { error: { code: "REVISION_NOT_FOUND" } },
    });
    expect(await run("publish", "--revision", "r2", "--site", "Inn")).toMatchObject({
      code: 1,
      said: { error: { code: "REVISION_NOT_VALIDATED" } },
    });
    const env = { HOSTELRY_STATE: at("state") };
    const unknown = await hostelry(["rollback", "--site", "Tavern"], { env });
    expect([unknown.code, unknown.stdout]).toEqual([1, ""]);
    expect(unknown.stderr).toMatch(/There is no site named "Tavern"\. \[SITE_NOT_FOUND\]\n {2}List the sites/);
  });

  it("says for people what it says for programs", async () => {
    const env = { HOSTELRY_STATE: at("state") };
    const revisions = await hostelry(["revisions", "--site", "Inn"], { env });
    expect(revisions.stdout).toMatch(/^REVISION +STATE .*\nr3 .*\nr2 +uploaded .*rejected: NOT_ZIP\nr1 +published /);
    const status = await hostelry(["status"], { env });
    expect(status.stdout).toMatch(/^✓ Inn site-\w{20} {2}live\n {2}live +r1, release /);
  });
});

describe("a state directory", () => {
  it("that another process has is refused, and can be tried again", async () => {
    const state = at("busy");
    const first = startHostelry(["sites", "create", "Inn", "--state", state, "--json"]);
    const end = ended(first);
    await untilHeld(join(state, "records"));
    const second = await hostelry(["sites", "--state", state, "--json"]);
    expect(second.code).toBe(1);
    expect(objects(second)).toMatchObject([{ error: { code: "STATE_DIRECTORY_IN_USE", retryable: true } }]);
    expect((await end).code).toBe(0);
  });

  it("is left in order by an interrupt", async () => {
    const state = at("interrupted");
    const child = startHostelry(["sites", "create", "Inn", "--state", state, "--json"]);
    const end = ended(child);
    await untilHeld(join(state, "records"));
    child.kill("SIGINT");
    expect([0, 130]).toContain((await end).code);
    const next = await hostelry(["sites", "create", "Tavern", "--state", state, "--json"]);
    expect([next.code, next.stderr]).toEqual([0, ""]);
  });
});

/** Resolves when a process has taken a records directory: when its mark lies there. */
async function untilHeld(records: string): Promise<void> {
  const looks = 2000;
  for (let look = 0; look < looks; look += 1) {
    const names = await readdir(records).catch(() => []);
    if (names.some((name) => name.startsWith("holder-"))) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Nobody took ${records}.`);
}

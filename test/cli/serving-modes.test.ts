import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeZip } from "./archives.ts";
import { startHostelry } from "./hostelry.ts";
import { runHere } from "./in-process.ts";

let folder = "";
const at = (name: string): string => join(folder, name);
const page = `<title>Inn</title>${"<p>room</p>".repeat(300)}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostelry-modes-"));
  await writeZip(at("site.zip"), { "index.html": page, "rooms/index.html": page, _redirects: "/old /new\n/a\n" });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runHere> => runHere([...args, "--state", at("state"), "--json"]);

/** Status, place and coding of an answer. */
async function ask(port: number, path: string): Promise<readonly unknown[]> {
  const asked = request({ port, path, headers: { "accept-encoding": "br" }, agent: false }).end();
  const [response] = await once(asked, "response");
  response.resume();
  return [response.statusCode, response.headers.location, response.headers["content-encoding"]];
}

describe("hostelry publish and serve, with modes", () => {
  it("weighs and lays out compressed files, and serves by the modes that were typed", async () => {
    const publish = ["publish", at("site.zip"), "--site", "Inn", "--create"];
    const plain = await run(...publish, "--plan");
    const [planned] = (await run(...publish, "--precompress", "br,gzip", "--plan")).objects();
    expect(plain.objects()).toMatchObject([{ targets: [{ missingFiles: 2 }] }]);
    expect(planned).toMatchObject({ targets: [{ missingFiles: 4 }] });
    const [published] = (await run(...publish, "--precompress", "br,gzip")).objects();
    expect(published).toMatchObject({ outcome: "published", site: { id: expect.any(String) } });
    const siteId = /"id":"(site-\w+)"/.exec(JSON.stringify(published?.["site"]))?.[1] ?? "";
    const serving = startHostelry(
      [
        "serve",
        "--port",
        "0",
        "--site",
        siteId,
        "--html-handling",
        "drop",
        "--not-found",
        "single-page-application",
        "--json",
      ],
      { env: { HOSTELRY_STATE: at("state") } },
    );
    const ended = once(serving, "exit");
    try {
      const [line] = await once(serving.stdout ?? serving, "data");
      const { port } = JSON.parse(String(line));
      expect(await ask(port, "/rooms")).toEqual([200, undefined, "br"]);
      expect(await ask(port, "/rooms/")).toEqual([307, "/rooms", undefined]);
      expect(await ask(port, "/no/such/page")).toEqual([200, undefined, "br"]);
      expect((await ask(port, "/app.js"))[0]).toBe(404);
    } finally {
      serving.kill("SIGINT");
      await ended;
    }
  });

  it.each([
    [["serve", "--html-handling", "always"], "--html-handling is auto, drop, force or none"],
    [["serve", "--not-found", "spa"], "--not-found is 404-page, single-page-application or none"],
    [["publish", "x.zip", "--site", "Inn", "--precompress", "zstd"], "--precompress is br, gzip, or both"],
  ])("says which modes there are: %j", async (args, sentence) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(sentence);
  });

  it("says, inspecting, which lines of the site's own rules are ignored", async () => {
    const { code, stdout } = await runHere(["inspect", at("site.zip")]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/_redirects.*Line 2/);
  });
});

import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeZip } from "./archives.ts";
import { hostelry, objects, type Run } from "./hostelry.ts";

let folder: string;
let state: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostelry-cli-"));
  state = join(folder, "state");
  await writeZip(join(folder, "one.zip"), { "index.html": "<title>one</title>" });
  await writeZip(join(folder, "two.zip"), { "index.html": "<title>two</title>" });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]): Promise<Run> => hostelry([...args, "--state", state]);
const json = (...args: readonly string[]): Promise<Run> => run(...args, "--json");

describe("publishing to a fleet on the command line", () => {
  it("publishes by a policy, and refuses one that can't be meant", async () => {
    const published = await json(
      "publish",
      join(folder, "one.zip"),
      "--site",
      "acme",
      "--create",
      "--policy",
      "majority",
    );
    expect([published.code, published.stderr]).toEqual([0, ""]);
    expect(objects(published)[0]).toMatchObject({
      outcome: "published",
      publication: { policy: { quorum: "majority" }, flip: { skewMs: 0, windowMs: expect.any(Number) } },
      deliveries: [{ outcome: "current", sentFiles: 1, stageMs: expect.any(Number), activateMs: expect.any(Number) }],
      behind: [],
    });
    const typo = await run("publish", join(folder, "one.zip"), "--site", "acme", "--policy", "most");
    expect([typo.code, typo.stderr]).toEqual([2, expect.stringContaining("--policy is all-or-nothing")]);
    const tooMany = await json("publish", join(folder, "two.zip"), "--site", "acme", "--policy", "3");
    expect([tooMany.code, objects(tooMany)[0]]).toEqual([
      2,
      {
        error: expect.objectContaining({
          code: "INVALID_INPUT",
          details: expect.objectContaining({ field: "policy" }),
        }),
      },
    ]);
  });

  it("freezes a site: publish is refused with who and why, status says so, unfreeze ends it", async () => {
    const frozen = await json("freeze", "--site", "acme", "--reason", "Sale until Monday.");
    expect(objects(frozen)[0]).toMatchObject({
      frozen: { reason: "Sale until Monday.", frozenBy: expect.stringMatching(/^cli:/) },
    });
    const refused = await json("publish", join(folder, "two.zip"), "--site", "acme");
    expect(refused.code).toBe(1);
    expect(objects(refused)[0]).toMatchObject({
      error: { code: "SITE_FROZEN", details: { reason: "Sale until Monday." } },
    });
    expect((await run("status", "--site", "acme")).stdout).toContain("Sale until Monday.");
    expect((await run("freeze", "--site", "acme")).code).toBe(2);
    const free = await run("unfreeze", "--site", "acme");
    expect([free.code, free.stdout]).toEqual([0, expect.stringContaining("can be published to")]);
    expect((await run("publish", join(folder, "two.zip"), "--site", "acme")).code).toBe(0);
  });

  it("reconciles: lists what differs without changing it, then repairs it", async () => {
    expect((await run("reconcile", "--site", "acme", "--plan")).stdout).toContain("every target is as the record says");
    const [site = ""] = await readdir(join(state, "www", "sites"));
    const current = join(state, "www", "sites", site, "current");
    const shown = await readlink(current);
    await rm(current);
    const plan = await json("reconcile", "--site", "acme", "--plan");
    expect(plan.code).toBe(1);
    expect(objects(plan)[0]).toMatchObject({
      outcome: "plan",
      inSync: false,
      targets: [{ drift: [{ kind: "slot", slot: "live", actual: null }] }],
    });
    await expect(readlink(current)).rejects.toThrow("ENOENT");
    const repaired = await run("reconcile", "--site", "acme");
    expect([repaired.code, repaired.stdout]).toEqual([0, expect.stringContaining("1 repair: live was empty")]);
    expect(await readlink(current)).toBe(shown);
    expect((await json("reconcile", "--site", "acme", "--targets", "nowhere")).code).toBe(2);
  });
});

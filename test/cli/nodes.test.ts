import { execFile } from "node:child_process";
import { chown, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { requireServer } from "../servers/server-binary.ts";
import { type SshNode, type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { writeZip } from "./archives.ts";
import { type InProcessRun, runHere } from "./in-process.ts";

const script = "console.log('one of those that stay')";
const pages = (label: string): Readonly<Record<string, string>> => ({
  "index.html": `<title>${label}</title>`,
  "app.js": script,
});

describe.skipIf(!sshNodesAvailable("gnu", "sftpOnly"))("a command line that serves on nodes", () => {
  let servers: SshNodes;
  let folder: string;
  let nodesFile: string;
  let state: string;
  let rounds = 0;
  let site = "";

  beforeAll(async () => {
    servers = await startSshNodes({ gnu: 2, sftpOnly: 1, web: false, userAuthority: true });
    folder = await mkdtemp(join(tmpdir(), "hostelry-cli-nodes-"));
    state = join(folder, "state");
    for (const label of ["one", "two"]) await writeZip(join(folder, `${label}.zip`), pages(label));
    nodesFile = await writeNodes("nodes.json", (node) => ({ name: nameOf(node) }));
  });
  afterAll(async () => {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  });
  /** A site of its own for each test. */
  beforeEach(() => {
    rounds += 1;
    site = `site ${rounds}`;
  });

  const nameOf = (node: SshNode): string => ({ gnu1: "a", gnu2: "b", sftpOnly3: "c" })[node.name] ?? node.name;
  const node = (name: string): SshNode => {
    const found = servers.all.find((one) => nameOf(one) === name);
    if (found === undefined) throw new Error(`There is no node ${name}.`);
    return found;
  };

  async function writeNodes(name: string, change: (node: SshNode) => object): Promise<string> {
    const entries = servers.all.map((one) => ({
      name: nameOf(one),
      kind: one.kind === "sftpOnly" ? "sftp" : "edge",
      host: one.host,
      port: one.sshPort,
      user: one.user,
      root: one.root,
      ...change(one),
    }));
    const defaults = { knownHosts: servers.knownHostsFile, auth: { keyFile: servers.clientKeyFile } };
    const file = join(folder, name);
    await writeFile(file, JSON.stringify({ defaults, nodes: entries }));
    return file;
  }

  const run = (...args: readonly string[]): Promise<InProcessRun> =>
    runHere([...args, "--state", state], { HOSTELRY_NODES: nodesFile });
  const publish = (label: string, ...args: readonly string[]): Promise<InProcessRun> =>
    run("publish", join(folder, `${label}.zip`), "--site", site, ...args);

  let id = "";
  /** Publishes the first version of the test's site. */
  async function begin(): Promise<InProcessRun> {
    const run = await publish("one", "--create");
    id = /site-[0-9a-z]{20}/.exec(run.stdout)?.[0] ?? "";
    expect([run.stderr, run.code]).toEqual(["", 0]);
    return run;
  }
  /** The directory of the test's site on a node. */
  const siteOn = (name: string): string => join(node(name).outside, "sites", id);
  const page = (name: string, path: string = "index.html"): Promise<string> =>
    readFile(join(siteOn(name), "current", path), "utf8");
  const pagesOn = (...names: readonly string[]): Promise<readonly string[]> =>
    Promise.all(names.map((name) => page(name)));
  const [one, two] = ["<title>one</title>", "<title>two</title>"];

  it("checks them: a line for each thing, and an exit code for programs", async () => {
    const well = await run("nodes", "check");
    expect([well.stderr, well.code]).toEqual(["", 0]);
    expect(well.stdout).toMatch(/✓ a .*can be published to\n {2}✓ reach +reached .*\n {2}✓ capabilities/);
    expect(well.stdout).toMatch(/✓ links +links, hard links, renames, times and archives work/);
    const reports = (await run("nodes", "check", "--node", "c", "--node", "a", "--json")).objects();
    expect(reports).toMatchObject([
      { node: "a", kind: "edge", usable: true },
      { node: "c", kind: "sftp", usable: true },
    ]);
    for (const { findings } of reports) {
      const wrong = (findings as { status: string }[]).filter(({ status }) => !["ok", "skipped"].includes(status));
      expect(wrong).toEqual([]);
    }
    for (const each of servers.all) {
      expect((await readdir(each.outside)).filter((entry) => entry.startsWith(".hostelry-check"))).toEqual([]);
    }
  });

  it("says what is wrong with a node, what to do, and goes on with the others", async () => {
    const [first, second] = [node("a"), node("b")];
    const configuration = join(first.outside, "nginx.conf");
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    await writeFile(
      configuration,
      `pid ${first.outside}/nginx.pid; error_log stderr; events {}
http { access_log off; ${temporary.map((kind) => `${kind}_temp_path ${first.outside}/${kind};`).join(" ")}
  open_file_cache max=10; open_file_cache_valid 45s;
  server { listen unix:${first.outside}/nginx.sock; root ${first.root}/hosts/$host/current; } }`,
    );
    const file = await writeNodes("faulty.json", (one) => {
      if (one === first) return { webServer: { mainFile: configuration } };
      return one === second ? { hostKey: servers.one("sftpOnly").hostKey } : { root: `${one.root}/nowhere` };
    });
    const options = ["--nodes", file, "--state", state];
    const found = await runHere(["nodes", "check", ...options, "--json"]);
    expect(found.code).toBe(1);
    expect(found.objects()).toMatchObject([
      { node: "a", usable: true },
      { node: "b", usable: false, findings: [{ check: "reach", facts: { code: "HOST_KEY_MISMATCH" } }] },
      { node: "c", usable: false },
    ]);
    const text = (await runHere(["nodes", "check", ...options])).stdout;
    expect(text).toMatch(/! web-server +nginx remembers opened files for 45 s.*\n.*open_file_cache off/);
    expect(text).toMatch(/✗ root +\S*nowhere is not there\n +Make the directory/);
    const warned = ["nodes", "check", ...options, "--node", "a"];
    expect([(await runHere(warned)).code, (await runHere([...warned, "--strict"])).code]).toEqual([0, 1]);

    const published = await runHere([
      ...["publish", join(folder, "one.zip"), "--site", site, "--create", "--node", "a"],
      ...options,
    ]);
    expect([published.stderr, published.code]).toEqual(["", 0]);
    expect(published.stdout).toContain(
      "warning a: visitors may see the previous release for up to 45 s: open-file-cache",
    );
  });

  it("signs in with a certificate where the nodes file names one", async () => {
    const file = join(folder, "certified");
    const keygen = (...words: readonly string[]): Promise<unknown> =>
      promisify(execFile)(requireServer("ssh-keygen"), ["-q", ...words]);
    await keygen("-t", "ed25519", "-N", "", "-f", file);
    await keygen("-s", servers.userAuthorityFile, "-I", "publisher", "-n", node("a").user, `${file}.pub`);
    const certified = (certificateFile: string): Promise<string> =>
      writeNodes("certified.json", () => ({ auth: { keyFile: file, certificateFile } }));
    const check = ["nodes", "check", "--node", "a", "--nodes"];
    const well = await runHere([...check, await certified("certified-cert.pub")]);
    expect([well.stderr, well.code]).toEqual(["", 0]);
    expect(node("a").sshdLog()).toMatch(/Accepted publickey .*-CERT .*ID publisher/);
    const lost = await runHere([...check, await certified("nowhere.pub")]);
    expect([lost.code, lost.stderr]).toEqual([
      2,
      expect.stringMatching(/there is no file \S*nowhere.pub .*auth.keyFile/),
    ]);
  });

  it("publishes to all of them at once, with what each was sent and how long it took", async () => {
    const text = await begin();
    expect(text.stdout).toMatch(
      /✓ r1 is live on site \d+ .*\n {2}a: 2 files sent .*; staged in [\d.]+ m?s, flipped in/,
    );
    expect(text.stdout).toMatch(/flipped within [\d.]+ ms, [\d.]+ ms apart/);
    expect(await pagesOn("a", "b", "c")).toEqual([one, one, one]);
    const [again] = (await publish("two", "--json")).objects();
    expect(again).toMatchObject({
      outcome: "published",
      deliveries: ["a", "b", "c"].map((target) => ({ target, outcome: "current", sentFiles: 1, reusedFiles: 1 })),
      leftOut: [],
      staleness: [],
    });
    const status = await run("status", "--site", site, "--json");
    expect(status.objects()).toMatchObject([{ inSync: true, targets: [{ target: "a" }, { target: "b" }, {}] }]);
    expect((await run("rollback", "--site", site)).code).toBe(0);
    expect(await pagesOn("a", "b", "c")).toEqual([one, one, one]);
  });

  it("publishes to some of them, names the others, and brings them along later", async () => {
    await begin();
    const some = await publish("two", "--node", "a", "--node", "c");
    expect(some.stdout).toContain("left out b: to bring them along, run hostelry reconcile");
    expect(await pagesOn("a", "b", "c")).toEqual([two, one, two]);
    expect((await run("reconcile", "--site", site, "--plan")).code).toBe(1);
    expect((await run("reconcile", "--site", site)).code).toBe(0);
    expect(await pagesOn("a", "b", "c")).toEqual([two, two, two]);
    const typo = await publish("two", "--node", "d");
    expect([typo.code, typo.stderr]).toEqual([2, expect.stringContaining('has no node "d"; it has a, b, c.')]);
  });

  it("keeps to the policy when a node is down, and to a freeze", async () => {
    await begin();
    await node("b").stopSshd();
    try {
      const refused = await publish("two", "--json");
      expect([refused.code, refused.objects()[0]]).toMatchObject([
        1,
        { error: { code: "PUBLISH_FAILED", details: { state: "unchanged", targets: [{ target: "b" }] } } },
      ]);
      const most = await publish("two", "--policy", "majority");
      expect([most.code, most.stdout]).toEqual([0, expect.stringContaining("behind b: when it is back")]);
      expect(await pagesOn("a", "b", "c")).toEqual([two, one, two]);
      const verdict = await run("nodes", "verify", "--site", site);
      expect([verdict.code, verdict.stdout]).toEqual([1, expect.stringContaining("b: could not be looked at")]);
    } finally {
      await node("b").startSshd();
    }
    await run("freeze", "--site", site, "--reason", "Sale.");
    expect((await publish("one", "--json")).objects()).toMatchObject([{ error: { code: "SITE_FROZEN" } }]);
    expect((await run("nodes", "verify", "--site", site, "--repair")).code).toBe(0);
    expect(await pagesOn("a", "b", "c")).toEqual([two, two, two]);
  });

  it("finds what was changed on a node, by hash, and repairs it: also what looks as it was laid out", async () => {
    await begin();
    await publish("two");
    const well = await run("nodes", "verify", "--site", site);
    expect([well.code, well.stdout]).toEqual([
      0,
      expect.stringContaining(`✓ ${site}: 3 nodes serve what was published`),
    ]);

    for (const name of ["a", "c"]) {
      // Written through: releases share the file. With the size and the time that it had.
      const file = join(siteOn(name), "current", "app.js");
      const { atime, mtime } = await stat(file);
      await writeFile(file, script.replace("stay", "lied"));
      await utimes(file, atime, mtime);
      await writeFile(join(siteOn(name), "current", "shell.php"), "<?php");
    }
    const found = await run("nodes", "verify", "--site", site);
    expect(found.code).toBe(1);
    expect(found.stdout).toMatch(/a: damaged: live \(release \S+\): app\.js changed, shell\.php unexpected/);
    expect(found.stdout).toMatch(/b: intact/);
    expect(await page("a", "app.js"), "it only looks").toContain("lied");

    const repaired = await run("nodes", "verify", "--site", site, "--repair", "--json");
    expect([repaired.code, repaired.objects()[0]]).toMatchObject([
      0,
      { outcome: "intact", targets: [{ outcome: "repaired" }, { outcome: "intact" }, { outcome: "repaired" }] },
    ]);
    for (const name of ["a", "b", "c"]) expect(await page(name, "app.js"), name).toBe(script);
    await expect(page("a", "shell.php")).rejects.toThrow("ENOENT");
    const times = await Promise.all(
      ["a", "b", "c"].map(async (name) => (await stat(join(siteOn(name), "current", "app.js"))).mtimeMs),
    );
    expect(new Set(times).size, "the same validator on every node").toBe(1);
    expect((await run("nodes", "verify", "--site", site, "--json")).objects()).toMatchObject([{ intact: true }]);
    const [nothing] = (await run("nodes", "verify", "--site", site, "--repair", "--json")).objects();
    expect(nothing).toMatchObject({ publications: [] });
    // The next publication begins with nothing of what was damaged.
    expect((await publish("one")).code).toBe(0);
    expect(await page("a", "app.js")).toBe(script);
  });

  it("sweeps: previews whose time is over, left-overs, and nothing else", async () => {
    await begin();
    const [opened] = (await run("preview", join(folder, "two.zip"), "--site", site, "--json")).objects();
    const { id: previewId } = (opened as { preview: { id: string } }).preview;
    const nothing = await run("nodes", "sweep");
    expect([nothing.code, nothing.stdout]).toEqual([0, "✓ 3 nodes swept: there was nothing to take away\n"]);

    const directory = siteOn("a");
    const guard = join(directory, ".hostelry/previews", `${previewId}.json`);
    await writeFile(guard, (await readFile(guard, "utf8")).replace(/"expiresAt":"20\d\d/, '"expiresAt":"2020'));
    const leftover = join(directory, ".hostelry/staging/1-0123456789abcdef");
    await mkdir(join(leftover, "tree"), { recursive: true });
    for (const path of [leftover, join(leftover, "tree")]) await chown(path, node("a").uid, node("a").gid);
    const done = await run("nodes", "sweep");
    expect(done.code).toBe(0);
    expect(done.stdout).toMatch(new RegExp(`a: preview/${previewId} of site-\\w+ had expired, and is gone`));
    expect(done.stdout).toMatch(new RegExp(`${site} on a: \\d+ left-overs? removed`));
    await expect(readlink(join(directory, "previews", previewId))).rejects.toThrow("ENOENT");
    await expect(stat(leftover)).rejects.toThrow("ENOENT");
    expect(await readlink(join(siteOn("b"), "previews", previewId)), "there it is not over").toContain("releases/");
    expect(await pagesOn("a", "b", "c")).toEqual([one, one, one]);
  });

  it("takes the nodes from the state directory, too, and says what it needs without any", async () => {
    await writeFile(join(state, "nodes.json"), await readFile(nodesFile, "utf8"));
    const checked = await runHere(["nodes", "check", "--node", "b", "--state", state, "--json"]);
    expect([checked.code, checked.objects()]).toMatchObject([0, [{ node: "b", usable: true }]]);
    const none = await runHere(["nodes", "check", "--state", join(folder, "nowhere")]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("Name the nodes: --nodes FILE")]);
    const lost = await runHere(["nodes", "check", "--nodes", join(folder, "lost.json"), "--json"]);
    expect([lost.code, lost.objects()]).toMatchObject([2, [{ error: { code: "INVALID_INPUT" } }]]);
    const wrong = [
      ["nodes"],
      ["nodes", "chekc"],
      ["nodes", "check", "--repair"],
      ["nodes", "sweep", "--strict"],
      ["status", "--node", "a"],
    ];
    for (const args of wrong) expect((await runHere(args, { HOSTELRY_NODES: nodesFile })).code, args.join(" ")).toBe(2);
  });
});

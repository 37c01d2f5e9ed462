import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { panelTranscripts } from "@hostelry/testing/cloudpanel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { panelHostAvailable } from "../servers/panel.ts";
import { type PanelScene, startPanelScene } from "./panel-scene.ts";

/** What of this machine a site could change. */
const outside = () => ({
  accounts: ["/etc/passwd", "/etc/group"].map((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => !line.startsWith("hostelry-"))
      .join("\n"),
  ),
  homes: readdirSync("/home"),
  panel: ["/usr/bin/clpctl", "/home/clp", "/run/hostelry-clpctl.lock"].filter((path) => existsAlready(path)),
  web: createHash("sha256").update(readFileSync("/etc/nginx/nginx.conf")).digest("hex"),
  mounts: readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .filter((line) => line.includes("hostelry-panel")),
});

function existsAlready(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

describe.skipIf(!panelHostAvailable())("the stand-in for a CloudPanel server", () => {
  let scene: PanelScene;
  const before = panelHostAvailable() ? outside() : undefined;
  beforeAll(async () => {
    scene = await startPanelScene();
  });
  afterAll(() => scene?.stop());

  const clpctl = async (...parameters: string[]) => {
    const { exitCode, text } = await scene.shell('clpctl "$@" 2>/dev/null </dev/null', ...parameters);
    return { exitCode, text };
  };
  const words = panelTranscripts.map(({ stdout, exitCode }) => `${exitCode} ${stdout}`);

  it("says what servers were seen to say, on the standard output", async () => {
    const site = ["--domainName=Example.com", "--siteUser=shop", "--siteUserPassword=long-enough"];
    const said = [
      await clpctl("site:add:static", ...site),
      await clpctl("site:add:static", ...site),
      await clpctl("site:add:static", "--domainName=other.com", "--siteUser=shop", "--siteUserPassword=long-enough"),
      await clpctl("site:add:static", "--domainName=other.com"),
      await clpctl("db:export", "--databaseName=shop", "--file=/tmp/x.sql"),
      await clpctl("site:install:certificate", "--domainName=other.com", "--privateKey=/a", "--certificate=/b"),
      await clpctl("lets-encrypt:install:certificate", "--domainName=example.com"),
      await clpctl("site:delete", "--domainName=example.com", "--force"),
    ];
    const normal = said.map(({ exitCode, text }) => `${exitCode} ${text.replaceAll("other.com", "example.com")}`);
    for (const each of normal) expect(words).toContain(each);
  });

  it("deletes nothing without an answer, and says nothing of what is not there", async () => {
    await clpctl("site:add:static", "--domainName=kept.com", "--siteUser=kept", "--siteUserPassword=long-enough");
    expect(await clpctl("site:delete", "--domainName=kept.com")).toMatchObject({
      exitCode: 1,
      text: expect.stringContaining("Aborted."),
    });
    const no = await scene.shell("echo no | clpctl site:delete --domainName=kept.com");
    expect(no.exitCode).toBe(0);
    expect(await clpctl("site:delete", "--domainName=KEPT.com", "--force")).toEqual({ exitCode: 0, text: "" });
    expect((await scene.shell("getent passwd kept")).exitCode).toBe(0);
  });

  it("loses characters of a password and calls it a success", async () => {
    await clpctl("site:add:static", "--domainName=data.com", "--siteUser=data", "--siteUserPassword=long-enough");
    const lost = 'a$b`c(d)e"f\\g-0123';
    const added = await clpctl(
      "db:add",
      "--domainName=data.com",
      "--databaseName=d",
      "--databaseUserName=d",
      `--databaseUserPassword=${lost}`,
    );
    expect(added).toEqual({ exitCode: 0, text: "Database d has been added.\n" });
    expect(await scene.host.databaseServer()).toContain("user d acdefg-0123");
  });

  it("places two orders for each certificate, whatever is installed", async () => {
    await clpctl("site:add:static", "--domainName=two.com", "--siteUser=two", "--siteUserPassword=long-enough");
    for (let run = 0; run < 2; run += 1) await clpctl("lets-encrypt:install:certificate", "--domainName=two.com");
    const orders = (await scene.host.orders()).filter(({ names }) => names.includes("two.com"));
    expect(orders.map(({ stage }) => stage)).toEqual(["staging", "production", "staging", "production"]);
    expect(orders.every(({ names }) => names.join() === "two.com,www.two.com")).toBe(true);
  });

  it("lets a site's own user do next to nothing", async () => {
    await clpctl("site:add:static", "--domainName=own.com", "--siteUser=own", "--siteUserPassword=long-enough");
    const list = await scene.shell("setpriv --reuid=own --regid=own --clear-groups clpctl");
    expect(list.text).toContain("db:export");
    expect(list.text).not.toContain("site:add");
    const add = await scene.shell(
      "setpriv --reuid=own --regid=own --clear-groups clpctl site:delete --domainName=own.com --force 2>&1",
    );
    expect(add).toMatchObject({ exitCode: 1, text: expect.stringContaining("no commands defined") });
  });

  it("refuses to serve through a link of another owner, as CloudPanel's nginx does", async () => {
    const { text } = await scene.shell("grep -c 'disable_symlinks if_not_owner from=/home/' /etc/nginx/nginx.conf");
    expect(text).toBe("1\n");
    await clpctl("site:add:static", "--domainName=link.com", "--siteUser=link", "--siteUserPassword=long-enough");
    await scene.shell("cd ~link/htdocs && mv link.com r1 && ln -s r1 link.com");
    // Which of the two depends on the version of nginx.
    expect([403, 404]).toContain((await scene.get("link.com", "/index.html")).status);
    await scene.shell("chown -h link:link ~link/htdocs/link.com");
    expect((await scene.get("link.com", "/index.html")).status).toBe(200);
  });

  it("changes nothing of the machine outside, and leaves nothing", async () => {
    expect(outside()).toEqual(before);
    const other = await startPanelScene();
    await other.stop();
    const owned = readdirSync(tmpdir()).filter((name) => name.startsWith("hostelry-panel-"));
    const mine = owned.filter((name) => readFileSync(`${tmpdir()}/${name}/owner`, "utf8") === String(process.pid));
    // That of this suite's own scene.
    expect(mine).toHaveLength(1);
  });
});

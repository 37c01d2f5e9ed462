import { cloudPanel, newPanelPassword, siteUserFor } from "@hostelry/adapter-cloudpanel";
import { isHostingError, unwrap } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { panelHostAvailable, panelTransport } from "../servers/panel.ts";
import { type PanelScene, startPanelScene } from "./panel-scene.ts";

describe.skipIf(!panelHostAvailable())("sites of a CloudPanel server", () => {
  let scene: PanelScene;
  beforeAll(async () => {
    scene = await startPanelScene({ bashrc: "echo Welcome to this machine; echo 'Site x has been added.'" });
  });
  afterAll(() => scene?.stop());

  it("is known by its version, and found ready", async () => {
    const probe = await unwrap(scene.panel.probe());
    expect(probe).toMatchObject({ version: "2.5.4-3+clp-bookworm", role: "root", ready: true, warnings: [] });
    expect(probe.commands).toContain("site:add:static");
  });

  it("are made, found again, and served", async () => {
    const site = { domain: "made.test", user: siteUserFor("made.test") };
    expect(await unwrap(scene.panel.observeSite(site))).toEqual({ status: "absent" });
    const first = await unwrap(scene.panel.ensureSite(site));
    expect(first).toEqual({
      state: "changed",
      documentRoot: `/home/${site.user}/htdocs/made.test`,
      siteUser: site.user,
    });
    expect((await unwrap(scene.panel.ensureSite(site))).state).toBe("unchanged");
    expect(await scene.get("made.test")).toEqual({ status: 200, body: "<h1>Hello World :-)</h1>\n" });
    expect((await scene.host.calls()).filter(({ argv }) => argv[0] === "site:add:static")).toHaveLength(1);
  });

  it("of every kind are made and told apart", async () => {
    const kinds = [
      { kind: "static" },
      { kind: "php", phpVersion: "8.3", vhostTemplate: "Generic" },
      { kind: "nodejs", nodejsVersion: "22", appPort: 3100 },
      { kind: "python", pythonVersion: "3.11", appPort: 3101 },
      { kind: "reverse-proxy", url: "http://127.0.0.1:3102/app" },
    ] as const;
    for (const runtime of kinds) {
      const domain = `${runtime.kind}.kinds.test`;
      const site = { domain, user: siteUserFor(domain), runtime };
      expect((await unwrap(scene.panel.ensureSite(site))).state).toBe("changed");
      expect((await unwrap(scene.panel.observeSite(site))).status).toBe("same");
    }
    const other = async (domain: string, runtime: (typeof kinds)[number]) => {
      const seen = await unwrap(scene.panel.observeSite({ domain, user: siteUserFor(domain), runtime }));
      return seen.status === "different"
        ? seen.differences.map(({ field, remedy }) => `${field} ${remedy}`)
        : seen.status;
    };
    expect(await other("static.kinds.test", kinds[1])).toEqual(["kind replace"]);
    expect(await other("php.kinds.test", { ...kinds[1], phpVersion: "8.2" } as never)).toEqual(["phpVersion replace"]);
    expect(await other("nodejs.kinds.test", { ...kinds[2], appPort: 4000 } as never)).toEqual(["appPort replace"]);
    expect(await other("reverse-proxy.kinds.test", { ...kinds[4], url: "http://127.0.0.1:1/" } as never)).toEqual([
      "url replace",
    ]);
    expect((await unwrap(scene.panel.listSites())).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(kinds.map(({ kind }) => kind)),
    );
  });

  it("of another user are a conflict, whatever the panel calls it", async () => {
    await unwrap(scene.panel.ensureSite({ domain: "held.test", user: "holder" }));
    const other = await scene.panel.ensureSite({ domain: "held.test", user: "intruder" });
    expect(other._unsafeUnwrapErr()).toMatchObject({
      code: "RESOURCE_CONFLICT",
      details: { differences: [{ field: "siteUser", expected: "intruder", actual: "holder" }] },
    });
    const taken = await scene.panel.ensureSite({ domain: "second.test", user: "holder" });
    expect(taken._unsafeUnwrapErr().code).toBe("RESOURCE_CONFLICT");
    const removal = await scene.panel.removeSite({ domain: "held.test", user: "intruder" });
    expect(removal._unsafeUnwrapErr().code).toBe("RESOURCE_CONFLICT");
    expect((await unwrap(scene.panel.observeSite({ domain: "held.test", user: "holder" }))).status).toBe("same");
  });

  it("never take an account that is not theirs", async () => {
    await scene.shell("useradd -m deploy && touch ~deploy/work");
    for (const user of ["deploy", "sshd", "www-data"]) {
      const error = (
        await scene.panel.ensureSite({ domain: "greedy.test", user }, { repair: true })
      )._unsafeUnwrapErr();
      expect(error.code).toBe(user === "deploy" ? "RESOURCE_ORPHANED" : "INVALID_INPUT");
    }
    expect((await scene.shell("ls ~deploy")).text).toBe("work\n");
  });

  it("are removed with a copy of their content, and what is gone already is success", async () => {
    const site = { domain: "gone.test", user: "gone-user" };
    await unwrap(scene.panel.ensureSite(site));
    await scene.shell('echo precious > "/home/$1/htdocs/gone.test/precious.txt"', site.user);
    const removed = await unwrap(scene.panel.removeSite(site));
    expect(removed.state).toBe("changed");
    expect(
      (await scene.shell('tar -xzOf "$1" gone-user/htdocs/gone.test/precious.txt', removed.backup ?? "")).text,
    ).toBe("precious\n");
    expect(await unwrap(scene.panel.removeSite(site))).toEqual({ state: "unchanged", backup: null });
    expect(await unwrap(scene.panel.observeSite(site))).toEqual({ status: "absent" });
    expect((await scene.shell("getent passwd gone-user")).exitCode).toBe(2);
  });

  it("have a password that was in no argument list, and can get another one", async () => {
    const password = "Known-only-to-the-caller-0123456789";
    const site = { domain: "secret.test", user: "secret-user" };
    await unwrap(scene.panel.ensureSite(site, { password }));
    const shadow = async () => (await scene.shell("getent shadow secret-user | cut -d: -f2")).text.trim();
    const matches = async (word: string) => {
      const script =
        'hash=$(getent shadow secret-user | cut -d: -f2); perl -e \'print crypt($ARGV[0], $ARGV[1]) eq $ARGV[1] ? "yes" : "no"\' "$1" "$hash"';
      return (await scene.shell(script, word)).text;
    };
    expect(await matches(password)).toBe("yes");
    const calls = (await scene.host.calls()).flatMap(({ argv }) => argv);
    expect(calls.join("\n")).not.toContain(password);
    const before = await shadow();
    await unwrap(scene.panel.setSitePassword({ user: "secret-user", password: "Another-one-0123456789" }));
    expect(await shadow()).not.toBe(before);
    expect(await matches("Another-one-0123456789")).toBe("yes");
    const thrownAway = calls.flatMap((argument) => /^--siteUserPassword=(.*)$/.exec(argument)?.[1] ?? []);
    for (const word of thrownAway) expect(await matches(word)).toBe("no");
  });

  it("have users who can sign in with it, and can do nothing of this", async () => {
    const password = newPanelPassword();
    const site = { domain: "guest.test", user: "guest-user" };
    await unwrap(scene.panel.ensureSite(site, { password }));
    const transport = panelTransport(scene.host, { user: site.user, auth: { kind: "password", password } });
    try {
      const panel = cloudPanel({ transport });
      expect(await unwrap(panel.probe())).toMatchObject({
        role: "site-user",
        ready: false,
        warnings: [{ code: "not-root" }],
      });
      const error = (await panel.removeSite(site))._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: "PANEL_UNSUPPORTED", details: { needs: expect.stringContaining("root") } });
    } finally {
      await transport.close();
    }
  });

  it("are made once when two processes want the same one at the same time", async () => {
    const site = { domain: "twice.test", user: "twice-user" };
    const panels = [scene.panel, scene.another(), scene.another()];
    const all = await Promise.all(panels.map((panel) => panel.ensureSite(site)));
    expect(all.map((each) => (each.isOk() ? "ok" : each.error.code))).toEqual(["ok", "ok", "ok"]);
    expect((await scene.shell("getent passwd | grep -c '^twice'")).text).toBe("1\n");
  });

  it("are not waited for longer than said while the server works for somebody else", async () => {
    const release = await scene.holdLock();
    const busy = await scene.another({ lockWaitMs: 100 }).ensureSite({ domain: "busy.test", user: "busy-user" });
    expect(busy._unsafeUnwrapErr()).toMatchObject({ code: "PANEL_BUSY", retryable: true });
    await release();
    expect((await unwrap(scene.panel.observeSite({ domain: "busy.test", user: "busy-user" }))).status).toBe("absent");
  });

  it("say nothing that is not an error of the table, and name their fields", async () => {
    await scene.host.surround({ egress: "blocked" });
    const blocked = (await scene.panel.ensureSite({ domain: "blocked.test", user: "blocked-user" }))._unsafeUnwrapErr();
    expect(blocked).toMatchObject({
      code: "PANEL_FAILED",
      details: { problem: "outbound-blocked", state: "unchanged" },
    });
    await scene.host.surround({});
    const runtime = { kind: "php", phpVersion: "8.3", vhostTemplate: "None" } as const;
    const missing = (
      await scene.panel.ensureSite({ domain: "missing.test", user: "missing-user", runtime })
    )._unsafeUnwrapErr();
    expect(missing).toMatchObject({
      code: "PANEL_REFUSED",
      details: { problems: [{ field: "vhostTemplate", problem: "missing" }] },
    });
    expect(isHostingError(missing)).toBe(true);
  });
});

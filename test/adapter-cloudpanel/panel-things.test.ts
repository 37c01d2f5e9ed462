import { newPanelPassword, siteTemplate, siteUserFor } from "@hostelry/adapter-cloudpanel";
import { unwrap } from "@hostelry/core";
import { systemClock, systemRandom } from "@hostelry/core/adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { panelCommand } from "../../packages/adapter-cloudpanel/src/command/panel-command.ts";
import { panelSession } from "../../packages/adapter-cloudpanel/src/host/panel-session.ts";
import { panelHostAvailable } from "../servers/panel.ts";
import { type PanelScene, startPanelScene } from "./panel-scene.ts";

describe.skipIf(!panelHostAvailable())("databases, users and templates of a CloudPanel server", () => {
  let scene: PanelScene;
  beforeAll(async () => {
    scene = await startPanelScene();
    for (const domain of ["one.test", "two.test"]) {
      await unwrap(scene.panel.ensureSite({ domain, user: siteUserFor(domain) }));
    }
  });
  afterAll(() => scene?.stop());

  it("databases are made once, with the very password, and belong to their site", async () => {
    const password = newPanelPassword();
    const database = { domain: "one.test", name: "shop", user: "shop" };
    expect((await unwrap(scene.panel.ensureDatabase(database, { password }))).state).toBe("changed");
    expect((await unwrap(scene.panel.ensureDatabase(database, { password }))).state).toBe("unchanged");
    expect(await scene.host.databaseServer()).toEqual(["database shop", `user shop ${password}`]);
    expect(await unwrap(scene.panel.listDatabases())).toEqual([{ name: "shop", domain: "one.test", users: ["shop"] }]);
    for (const [change, field] of [
      [{ domain: "two.test" }, "site"],
      [{ user: "other" }, "user"],
    ] as const) {
      const error = (await scene.panel.ensureDatabase({ ...database, ...change }, { password }))._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: "RESOURCE_CONFLICT", details: { differences: [{ field }] } });
    }
    const foreign = await scene.panel.ensureDatabase({ domain: "two.test", name: "shop2", user: "shop" }, { password });
    expect(foreign._unsafeUnwrapErr()).toMatchObject({
      code: "PANEL_REFUSED",
      details: { problems: [{ field: "databaseUserName", problem: "exists" }] },
    });
  });

  it("passwords are in no argument list: a site's never, a database's not before its command runs", async () => {
    const [forSite, forDatabase] = [newPanelPassword(), newPanelPassword()];
    const shown = (): string => scene.host.commandLines().flat().join("\n");
    await scene.host.surround({ delayMs: 300 });
    let done = false;
    const adding = scene.panel
      .ensureSite({ domain: "seen.test", user: "seen-user" }, { password: forSite })
      .map((made) => {
        done = true;
        return made;
      });
    const seen: string[] = [];
    while (!done) {
      seen.push(shown());
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await unwrap(adding);
    expect(seen.some((text) => text.includes("site:add:static"))).toBe(true);
    for (const text of seen) expect(text).not.toContain(forSite);
    await scene.host.surround({});

    const release = await scene.holdLock();
    // Past the look that comes first, to where the password is on its way.
    const session = panelSession({
      transport: scene.transport,
      random: systemRandom,
      clock: systemClock,
      lockWaitMs: 60_000,
      commandTimeoutMs: 60_000,
    });
    const options = { domainName: "seen.test", databaseName: "seen", databaseUserName: "seen" };
    const command = panelCommand("db:add", { ...options, databaseUserPassword: forDatabase });
    const waiting = session.run(command._unsafeUnwrap());
    // The holder's own, and ours.
    while ((shown().match(/^flock$/gm) ?? []).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(shown()).not.toContain(forDatabase);
    await release();
    expect((await unwrap(waiting)).outcome).toBe("done");
    expect(await scene.host.databaseServer()).toContain(`user seen ${forDatabase}`);
    for (const log of [scene.host.log(), shown()]) {
      expect(log).not.toContain(forDatabase);
      expect(log).not.toContain(forSite);
    }
  });

  it("databases are exported before they are removed", async () => {
    const database = { domain: "one.test", name: "old", user: "old" };
    await unwrap(scene.panel.ensureDatabase(database, { password: newPanelPassword() }));
    expect((await scene.panel.removeDatabase({ domain: "two.test", name: "old" }))._unsafeUnwrapErr().code).toBe(
      "RESOURCE_CONFLICT",
    );
    const removed = await unwrap(scene.panel.removeDatabase(database));
    expect((await scene.shell('gzip -dc "$1"', removed.backup ?? "")).text).toBe("-- old\n");
    expect(await unwrap(scene.panel.removeDatabase(database))).toEqual({ state: "unchanged", backup: null });
    expect((await scene.host.databaseServer()).filter((line) => /\bold\b/.test(line))).toEqual([]);
    expect((await unwrap(scene.panel.ensureDatabase(database, { password: newPanelPassword() }))).state).toBe(
      "changed",
    );
  });

  it("a database server that is off is told by its kind", async () => {
    const database = { domain: "one.test", name: "unlucky", user: "unlucky" };
    for (const [databaseServer, problem] of [
      ["down", "database-down"],
      ["none", "silent"],
    ] as const) {
      await scene.host.surround({ databaseServer });
      const error = (await scene.panel.ensureDatabase(database, { password: newPanelPassword() }))._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: "PANEL_FAILED", details: { problem } });
    }
    await scene.host.surround({});
  });

  it("users of the panel are made, get a password, and go", async () => {
    const user = {
      userName: "anna",
      email: "anna@example.test",
      firstName: "Änna",
      lastName: "de Wit",
      sites: ["one.test"],
    };
    const password = newPanelPassword();
    expect((await unwrap(scene.panel.ensureUser(user, { password }))).state).toBe("changed");
    expect((await unwrap(scene.panel.ensureUser(user, { password }))).state).toBe("unchanged");
    await unwrap(scene.panel.setUserPassword({ userName: "anna", password: newPanelPassword() }));
    expect(await unwrap(scene.panel.listUsers())).toEqual(["anna"]);
    expect((await unwrap(scene.panel.removeUser("anna"))).state).toBe("changed");
    expect((await unwrap(scene.panel.removeUser("anna"))).state).toBe("unchanged");
    const nobody = await scene.panel.setUserPassword({ userName: "nobody-there", password });
    expect(nobody._unsafeUnwrapErr()).toMatchObject({
      code: "PANEL_REFUSED",
      details: { problems: [{ field: "userName", problem: "missing" }] },
    });
  });

  it("a template makes sites that fall back for applications, and can be closed by a file", async () => {
    const text = siteTemplate({ fallback: "/index.html" });
    expect((await unwrap(scene.panel.ensureVhostTemplate({ name: "Application", text }))).state).toBe("changed");
    expect((await unwrap(scene.panel.ensureVhostTemplate({ name: "Application", text }))).state).toBe("unchanged");
    const other = siteTemplate({ notFoundPage: "/404.html", assetsExpire: "10m" });
    expect((await scene.panel.ensureVhostTemplate({ name: "Application", text: other }))._unsafeUnwrapErr().code).toBe(
      "RESOURCE_CONFLICT",
    );
    const site = {
      domain: "app.example.test",
      user: "app-user",
      runtime: { kind: "php", phpVersion: "8.3", vhostTemplate: "Application" },
    } as const;
    const { documentRoot } = await unwrap(scene.panel.ensureSite(site));
    await scene.shell('echo application > "$1/index.html"', documentRoot);
    expect(await scene.get("app.example.test", "/some/route")).toEqual({ status: 200, body: "application\n" });
    await scene.shell('touch "$1.maintenance"', documentRoot);
    expect((await scene.get("app.example.test", "/")).status).toBe(503);
    await scene.shell('rm "$1.maintenance"', documentRoot);
    expect((await scene.get("app.example.test", "/")).status).toBe(200);
    expect(
      (await unwrap(scene.panel.ensureVhostTemplate({ name: "Application", text: other }, { replace: true }))).state,
    ).toBe("changed");
    expect((await unwrap(scene.panel.removeVhostTemplate("Application"))).state).toBe("changed");
    expect((await unwrap(scene.panel.removeVhostTemplate("Application"))).state).toBe("unchanged");
  });
});

describe.skipIf(!panelHostAvailable())("an old CloudPanel server", () => {
  it("is worked with in spite of its broken wrapper, and warned of", async () => {
    const scene = await startPanelScene({ version: "2.4.2-1+clp-bookworm" });
    try {
      expect((await scene.shell("clpctl")).exitCode).toBe(2);
      const probe = await unwrap(scene.panel.probe());
      expect(probe).toMatchObject({ ready: true, warnings: [{ code: "vulnerable" }, { code: "wrapper-broken" }] });
      expect((await unwrap(scene.panel.ensureSite({ domain: "old.test", user: "old-user" }))).state).toBe("changed");
    } finally {
      await scene.stop();
    }
  });

  it("says what it is too old for, and what nobody but root may do", async () => {
    const scene = await startPanelScene({ version: "2.2.2-1" });
    try {
      const user = { userName: "anna", email: "a@example.test", firstName: "A", lastName: "B" };
      const error = (await scene.panel.ensureUser(user, { password: newPanelPassword() }))._unsafeUnwrapErr();
      expect(error.code).toBe("PANEL_UNSUPPORTED");
      expect((await unwrap(scene.panel.probe())).commands).not.toContain("user:add");
      await scene.shell("rm /usr/bin/clpctl");
      expect(await unwrap(scene.panel.probe())).toMatchObject({
        role: "none",
        ready: false,
        warnings: [{ code: "no-clpctl" }],
      });
      await scene.shell("chmod a-x /usr/bin/sqlite3");
      expect((await scene.panel.listSites())._unsafeUnwrapErr()).toMatchObject({ code: "PANEL_UNSUPPORTED" });
    } finally {
      await scene.stop();
    }
  });
});

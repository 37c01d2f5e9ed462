import { unwrap } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { panelScript } from "../../packages/adapter-cloudpanel/src/host/panel-script.ts";
import { panelHostAvailable } from "../servers/panel.ts";
import { type PanelScene, startPanelScene } from "./panel-scene.ts";

const momentsOfAdding = [
  "before",
  "after-checks",
  "after-user",
  "after-directories",
  "after-index",
  "after-certificate",
  "after-vhost",
  "after-reload",
  "after-permissions",
  "after-row",
] as const;

describe.skipIf(!panelHostAvailable())("commands that are broken off", () => {
  let scene: PanelScene;
  beforeAll(async () => {
    scene = await startPanelScene();
  });
  afterAll(() => scene?.stop());

  const accounts = async (user: string) => Number((await scene.shell('getent passwd | grep -c "^$1:"', user)).text);

  it.each(momentsOfAdding)(
    "site:add, killed %s: the next run is active, or names what is in its way and how it goes",
    async (moment) => {
      const domain = `${moment}.killed.test`;
      const site = { domain, user: `k-${moment}` };
      await scene.host.inject({ command: "site:add:static", moment, kind: "kill" });
      const first = await scene.panel.ensureSite(site);
      expect(await scene.host.pendingFaults()).toBe(0);
      const left = await unwrap(scene.panel.observeSite(site));
      const nothingDone = moment === "before" || moment === "after-checks";
      expect(left.status).toBe(nothingDone ? "absent" : moment === "after-row" ? "same" : "orphan");
      // Killed, and yet all of it was there: a look says so.
      if (moment === "after-row") expect(first._unsafeUnwrap().state).toBe("changed");
      else expect(first._unsafeUnwrapErr().code).toBe(nothingDone ? "PANEL_FAILED" : "RESOURCE_ORPHANED");
      const second = await scene.another().ensureSite(site);
      if (left.status === "orphan") {
        const error = second._unsafeUnwrapErr();
        expect(error).toMatchObject({ code: "RESOURCE_ORPHANED", details: { kind: "site", key: domain } });
        expect(left.pieces.map(({ piece, repairable }) => [piece, repairable])).toContainEqual([
          `system user ${site.user}`,
          true,
        ]);
        expect(left.pieces.some(({ piece }) => piece.startsWith("vhost"))).toBe(
          ["after-vhost", "after-reload", "after-permissions"].includes(moment),
        );
        expect(await accounts(site.user)).toBe(1);
      }
      const third = await unwrap(scene.panel.ensureSite(site, { repair: true }));
      expect(third.state).toBe(left.status === "orphan" ? "changed" : "unchanged");
      expect(await scene.get(domain)).toMatchObject({ status: 200 });
      expect(await accounts(site.user)).toBe(1);
    },
  );

  it.each(["fail", "timeout", "silent", "strange"] as const)(
    "site:add that ends with %s after it has made the user",
    async (kind) => {
      const site = { domain: `${kind}.ends.test`, user: `e-${kind}` };
      await scene.host.inject({ command: "site:add:static", moment: "after-user", kind });
      expect((await scene.panel.ensureSite(site))._unsafeUnwrapErr().code).toBe("RESOURCE_ORPHANED");
      await unwrap(scene.panel.repairSite(site));
      expect((await unwrap(scene.panel.observeSite(site))).status).toBe("absent");
      expect((await unwrap(scene.panel.ensureSite(site))).state).toBe("changed");
    },
  );

  it("site:add that never ends is ended on the server, and told", async () => {
    const site = { domain: "hung.test", user: "hung-user" };
    await scene.host.inject({ command: "site:add:static", moment: "before", kind: "hang" });
    const panel = scene.another({ commandTimeoutMs: 3000 });
    expect((await panel.ensureSite(site))._unsafeUnwrapErr()).toMatchObject({
      code: "PANEL_FAILED",
      details: { problem: "timeout" },
    });
    expect((await unwrap(scene.panel.ensureSite(site))).state).toBe("changed");
  });

  it("site:add whose connection is lost goes on, and the next look waits for its end", async () => {
    const site = { domain: "cut.test", user: "cut-user" };
    await scene.host.inject({ command: "site:add:static", moment: "after-user", kind: "slow" });
    const leaving = new AbortController();
    const begun = scene.another().ensureSite(site, { signal: leaving.signal });
    while ((await scene.host.pendingFaults()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    leaving.abort();
    expect((await begun)._unsafeUnwrapErr().code).toBe("ABORTED");
    expect((await unwrap(scene.panel.ensureSite(site))).state).toBe("unchanged");
    const adds = (await scene.host.calls()).filter(({ argv }) => argv.includes("--domainName=cut.test"));
    expect(adds).toHaveLength(1);
  });

  it("half a command, out of a connection that was lost, is not run", async () => {
    const before = (await scene.host.calls()).length;
    const half = Buffer.from("a site:add:static\na --domainName=half.test\na --siteUser=half-user\n");
    const argv = ["sh", "-c", panelScript, "hostelry-panel", "mark", "10", "run", "10"] as const;
    const ran = await unwrap(scene.transport.run({ argv: [...argv] }, { input: half }));
    expect(Buffer.from(ran.stdout).toString()).toBe("mark begin\nfailed input\nmark over\n");
    expect(await scene.host.calls()).toHaveLength(before);
  });

  it.each(["after-vhost", "after-certificate", "after-user", "after-databases", "after-row"])(
    "site:delete, killed %s: the next run completes it",
    async (moment) => {
      const site = { domain: `${moment}.deleted.test`, user: `d-${moment}` };
      await unwrap(scene.panel.ensureSite(site));
      await scene.host.inject({ command: "site:delete", moment, kind: "kill" });
      const first = await scene.panel.removeSite(site, { backUp: false });
      expect(first.isOk()).toBe(moment === "after-row");
      expect((await unwrap(scene.panel.observeSite(site))).status).not.toBe("same");
      await unwrap(scene.panel.removeSite(site, { backUp: false }));
      expect((await unwrap(scene.panel.observeSite(site))).status).toBe("absent");
      expect(await accounts(site.user)).toBe(0);
    },
  );

  it("db:add, killed before its record: nothing is called active, and the next run names what is on the database server", async () => {
    await unwrap(scene.panel.ensureSite({ domain: "data.test", user: "data-user" }));
    const database = { domain: "data.test", name: "half", user: "half" };
    const password = "half-of-a-database-0123";
    await scene.host.inject({ command: "db:add", moment: "after-database-user", kind: "kill" });
    const first = (await scene.panel.ensureDatabase(database, { password }))._unsafeUnwrapErr();
    expect(first).toMatchObject({ code: "PANEL_FAILED", details: { problem: "ended", state: "unknown" } });
    expect(await unwrap(scene.panel.listDatabases())).toEqual([]);
    const second = (await scene.panel.ensureDatabase(database, { password }))._unsafeUnwrapErr();
    expect(second).toMatchObject({
      code: "RESOURCE_ORPHANED",
      details: { kind: "database", key: "half", pieces: [{ piece: "database half" }] },
    });
    expect(await scene.host.databaseServer()).toHaveLength(2);
  });
});

import {
  cloudPanel,
  newPanelPassword,
  panelCertificates,
  panelDatabases,
  panelSites,
  siteUserFor,
} from "@hostelry/adapter-cloudpanel";
import { createProvisioning, type Resource, systemClock, unwrap } from "@hostelry/core";
import type { Clock, Transport } from "@hostelry/core/adapter";
import { memoryOperationStore } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { panelHostAvailable, panelTransport } from "../servers/panel.ts";
import { type PanelScene, startPanelScene } from "./panel-scene.ts";

const place = "panel-1";

describe.skipIf(!panelHostAvailable())("resources of a CloudPanel server", () => {
  let scene: PanelScene;
  const said: string[] = [];
  const secrets = { siteUserPassword: newPanelPassword(), databaseUserPassword: newPanelPassword() };

  beforeAll(async () => {
    scene = await startPanelScene();
  });
  afterAll(() => scene?.stop());

  const begin = () => {
    const { panel } = scene;
    const store = memoryOperationStore();
    const provisioning = createProvisioning({
      store,
      providers: [
        panelSites(panel, { place }),
        panelDatabases(panel, { place }),
        panelCertificates(panel, { place, preflight: "unchecked" }),
      ],
      policy: { firstPauseMs: 1, longestPauseMs: 1 },
    });
    const make = async (resource: Resource, options = {}) => {
      const { id } = await unwrap(provisioning.request(resource, options));
      // After a step that broke off the operation is due again a moment later.
      let operation = await unwrap(provisioning.run(id, { secrets }));
      while (operation.dueAt !== undefined) {
        await systemClock.sleep(Math.max(0, operation.dueAt.getTime() - Date.now()));
        operation = await unwrap(provisioning.run(id, { secrets }));
      }
      said.push(JSON.stringify(operation), JSON.stringify(await unwrap(provisioning.steps(id))));
      return operation;
    };
    return { provisioning, make };
  };

  it("come to be: a site, its certificate and its database", async () => {
    const { make, provisioning } = begin();
    const key = "whole.test";
    const site = await make({ kind: "site", place, key, desired: {} });
    expect(site).toMatchObject({
      state: "active",
      facts: { siteUser: siteUserFor(key), documentRoot: `/home/${siteUserFor(key)}/htdocs/${key}` },
    });
    const certificate = await make({ kind: "certificate", place, key, desired: {} });
    expect(certificate).toMatchObject({ state: "active", facts: { names: [key, `www.${key}`] } });
    const database = await make({ kind: "database", place, key: "whole", desired: { site: key } });
    expect(database).toMatchObject({ state: "active", facts: { site: key, user: "whole" } });
    for (const operation of [database, site]) {
      const { id } = await unwrap(provisioning.remove(operation.id));
      expect((await unwrap(provisioning.run(id))).state).toBe("deleted");
    }
    expect((await scene.panel.observeSite({ domain: key, user: siteUserFor(key) }))._unsafeUnwrap().status).toBe(
      "absent",
    );
  });

  it.each([10, 1])(
    "cost two programs on the server for a site, the second of which looks as well, over %s sessions",
    async (maxSessions) => {
      const transport = panelTransport(scene.host, { maxSessions });
      const words: string[] = [];
      const counting: Transport = {
        ...transport,
        run: (command, options) => {
          words.push(command.argv[command.argv.indexOf("hostelry-panel") + 3] ?? "");
          return transport.run(command, options);
        },
      };
      // A program that is got ready is never given up because time has passed, only for others.
      const clock: Clock = { now: () => new Date(), sleep: () => new Promise(() => undefined) };
      const provisioning = createProvisioning({
        store: memoryOperationStore(),
        providers: [panelSites(cloudPanel({ transport: counting, clock }), { place })],
      });
      for (const key of [`one.over-${maxSessions}.test`, `two.over-${maxSessions}.test`]) {
        const { id } = await unwrap(provisioning.request({ kind: "site", place, key, desired: {} }));
        expect((await unwrap(provisioning.run(id))).state).toBe("active");
      }
      // One is got ready for a third site.
      const readied = maxSessions === 1 ? 4 : 3;
      expect(words.sort()).toEqual([...Array.from({ length: readied }, () => "run"), "site", "site"]);
      await transport.close();
    },
  );

  it("that were broken off are failed with the orphan's name, and active after a retry that may repair", async () => {
    const { make, provisioning } = begin();
    await scene.host.inject({ command: "site:add:static", moment: "after-vhost", kind: "kill" });
    const failed = await make({ kind: "site", place, key: "broken.test", desired: { siteUser: "broken-user" } });
    expect(failed).toMatchObject({ state: "failed", reason: { code: "RESOURCE_ORPHANED" } });
    expect(failed.reason?.message).toContain("userdel -r broken-user");
    const { id } = await unwrap(provisioning.retry(failed.id, { repair: true }));
    expect((await unwrap(provisioning.run(id, { secrets }))).state).toBe("active");
    expect((await scene.shell("getent passwd | grep -c '^broken-user:'")).text).toBe("1\n");
  });

  it("of somebody else are failed, and left alone", async () => {
    const { make } = begin();
    await unwrap(scene.panel.ensureSite({ domain: "theirs.test", user: "their-user" }));
    const failed = await make({ kind: "site", place, key: "theirs.test", desired: { siteUser: "our-user" } });
    expect(failed).toMatchObject({ state: "failed", reason: { code: "RESOURCE_CONFLICT" } });
    expect((await scene.shell("getent passwd our-user")).exitCode).toBe(2);
  });

  it("are wanted in one form, and nothing that is misspelt", () => {
    const provider = panelSites(scene.panel, { place });
    const wish = { kind: "site", place, key: "form.test", desired: {} };
    const checked = provider.check(wish)._unsafeUnwrap();
    expect(checked.desired).toEqual({ siteUser: siteUserFor("form.test"), kind: "static" });
    expect(provider.check(checked)._unsafeUnwrap()).toEqual(checked);
    for (const desired of [
      { sideUser: "x" },
      { kind: "ruby" },
      { kind: "nodejs", nodejsVersion: "22", appPort: "3000" },
      { siteUser: "root" },
    ]) {
      expect(provider.check({ ...wish, desired })._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
    }
  });

  it("tell no secret in any record, log or argument list but the one of the database server", async () => {
    const calls = (await scene.host.calls()).map(({ argv }) => argv.join(" "));
    const running = scene.host.commandLines().map((words) => words.join(" "));
    const everything = [...said, ...running, scene.host.log()].join("\n");
    for (const secret of Object.values(secrets)) expect(everything).not.toContain(secret);
    expect(calls.join("\n")).not.toContain(secrets.siteUserPassword);
  });
});

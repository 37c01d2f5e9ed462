import { newPanelPassword, panelDatabases, panelSites } from "@hostelry/adapter-cloudpanel";
import { unwrap } from "@hostelry/core";
import type { ResourceProvider } from "@hostelry/core/adapter";
import { type ResourceProviderHarness, registerConformance, resourceConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { panelHostAvailable } from "../servers/panel.ts";
import { type PanelScene, startPanelScene } from "./panel-scene.ts";

describe.skipIf(!panelHostAvailable())("providers of a CloudPanel server keep what the port promises", () => {
  let scene: PanelScene;
  let count = 0;
  beforeAll(async () => {
    scene = await startPanelScene();
    for (const domain of ["data.test", "other.test"]) {
      await unwrap(scene.panel.ensureSite({ domain, user: domain.replace(".", "-") }));
    }
  });
  afterAll(() => scene?.stop());
  const next = (): string => {
    count += 1;
    return `kit-${count}`;
  };

  // One server for all cases: every resource has a name of its own.
  const harness = (
    open: (scene: PanelScene) => ResourceProvider,
    tools: Pick<Awaited<ReturnType<ResourceProviderHarness["make"]>>, "abandon" | "fresh" | "occupy">,
    without: readonly string[],
  ): ResourceProviderHarness => ({
    capabilities: {
      serial: true,
      changes: false,
      removes: true,
      secrets: open === sites ? ["siteUserPassword"] : ["databaseUserPassword"],
    },
    without,
    make: async () => ({
      subject: open(scene),
      secrets: { siteUserPassword: newPanelPassword(), databaseUserPassword: newPanelPassword() },
      another: async () => open({ ...scene, panel: scene.another() }),
      dispose: async () => undefined,
      ...tools,
    }),
  });

  const sites = ({ panel }: PanelScene): ResourceProvider => panelSites(panel, { place: "panel-1", backUp: false });
  describe("sites", () => {
    const tools = {
      fresh: () => ({ kind: "site", place: "panel-1", key: `${next()}.test`, desired: {} }),
      occupy: async ({ key }: { readonly key: string }) => {
        await unwrap(scene.panel.ensureSite({ domain: key, user: `holder-${next()}` }));
      },
      abandon: async ({
        key,
        desired,
      }: {
        readonly key: string;
        readonly desired: { readonly [name: string]: unknown };
      }) => {
        await scene.host.inject({ command: "site:add:static", moment: "after-vhost", kind: "kill" });
        const broken = await scene.panel.addSite({ domain: key, user: String(desired["siteUser"]) });
        broken._unsafeUnwrapErr();
      },
    };
    registerConformance(resourceConformance(harness(sites, tools, [])), { describe, it });
  });

  const databases = ({ panel }: PanelScene): ResourceProvider =>
    panelDatabases(panel, { place: "panel-1", backUp: false });
  describe("databases", () => {
    const tools = {
      fresh: () => ({ kind: "database", place: "panel-1", key: next(), desired: { site: "data.test" } }),
      occupy: async ({ key }: { readonly key: string }) => {
        const database = { domain: "other.test", name: key, user: key };
        await unwrap(scene.panel.ensureDatabase(database, { password: newPanelPassword() }));
      },
    };
    // What a broken off creation leaves on the database server is not seen through the panel.
    registerConformance(resourceConformance(harness(databases, tools, ["abandon"])), { describe, it });
  });
});

import { cloudPanelSite } from "@hostelry/adapter-cloudpanel";
import type { Transport } from "@hostelry/core/adapter";
import { registerConformance, type TargetHarness, targetConformance } from "@hostelry/testing";
import { type PanelHost, startPanelHost } from "@hostelry/testing/cloudpanel";
import { afterAll, beforeAll, describe, it } from "vitest";
import { panelHostAvailable, panelTransport } from "../servers/panel.ts";
import { rounds } from "../setup/rounds.ts";
import { onPanel, panelReaders, serveByLabel } from "./panel-disk.ts";

const user = "kit-user";

describe.skipIf(!panelHostAvailable())("cloudPanelSite, looked at through the server's own nginx", () => {
  let host: PanelHost;
  let transport: Transport;
  let zone: string;
  beforeAll(async () => {
    host = await startPanelHost();
    transport = panelTransport(host);
    await onPanel(
      transport,
      "clpctl",
      "site:add:static",
      "--domainName=kit.test",
      `--siteUser=${user}`,
      "--siteUserPassword=abcdefgh12345678",
    );
    zone = await serveByLabel(host, transport, user);
  });
  afterAll(async () => {
    await transport?.close();
    await host?.stop();
  });

  const harness: TargetHarness = {
    capabilities: { fencing: true, previews: false, servingState: true, verify: true, stageAndActivate: true },
    make: async () => {
      const subject = cloudPanelSite(transport, { domain: (siteId) => siteId, siteUser: user, prepares: false });
      return { subject, dispose: () => subject.close(), ...panelReaders(host, transport, user, zone) };
    },
  };

  // The same script meets every case in `adapter-ssh`: here it is those about what visitors get, and of the others every so-manieth.
  const others = rounds(1, 8);
  const isHere = /activate\/(foreign|shows|atomic|empties|fences)|serving-state|stage\/whole|probe\/matches|paths\//;
  const cases = targetConformance(harness).filter(({ id }, index) => isHere.test(id) || index % others === 0);
  registerConformance(cases, { describe, it });
});

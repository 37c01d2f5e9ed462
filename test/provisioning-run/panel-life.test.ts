// A site's whole life on a stand-in for a CloudPanel server: real sshd, nginx and useradd; from waiting to deleted.
import { request } from "node:https";
import { inspect } from "node:util";
import {
  cloudPanel,
  cloudPanelServer,
  cloudPanelSite,
  newPanelPassword,
  panelSites,
  siteUserFor,
} from "@hostelry/adapter-cloudpanel";
import { matomoAnalytics } from "@hostelry/adapter-matomo";
import {
  createHosting,
  createProvisioning,
  type Hosting,
  type PublishOutcome,
  provisionWaiting,
  type Site,
} from "@hostelry/core";
import { flow, okAsync, type Target, type Transport, unwrap } from "@hostelry/core/adapter";
import {
  type FakeMatomo,
  fakeMatomo,
  memoryBlobStore,
  memoryOperationStore,
  memoryStore,
  memoryWaitingSites,
} from "@hostelry/testing";
import { type PanelHost, startPanelHost } from "@hostelry/testing/cloudpanel";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { panelHostAvailable, panelTransport } from "../servers/panel.ts";
import { outsideOfPanels } from "./outside.ts";
import { askedAgain, onPanel } from "./panel-disk.ts";

const domain = "shop.acme-customer.test";
const siteUser = siteUserFor(domain);
const databasePassword = newPanelPassword();

interface Page {
  readonly status: number;
  readonly body: string;
}

/** Asks over HTTPS as a browser that trusts the emulated authority. */
function browse(host: PanelHost, path: string): Promise<Page> {
  return askedAgain(() => browseOnce(host, path));
}

function browseOnce(host: PanelHost, path: string): Promise<Page> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port: host.httpsPort,
      servername: domain,
      ca: host.authorityPem,
      headers: { host: domain },
      path,
      agent: false,
    };
    const asked = request(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end();
  });
}

function content(title: string): Uint8Array {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  return zipSync({
    "index.html": text(`<title>${title}</title>`),
    "style.css": text(`/* ${title} */`),
    "app-3f2a1b4c.js": text("run()"),
  });
}

describe.skipIf(!panelHostAvailable())("the life of a site on a CloudPanel server", () => {
  let host: PanelHost;
  let transport: Transport;
  let matomo: FakeMatomo;
  let hosting: Hosting;
  let site: Site;
  let outside: unknown;
  const targets: Target[] = [];
  const operations = memoryOperationStore();
  const waiting = memoryWaitingSites();
  const said: unknown[] = [];

  const upload = async (title: string): Promise<PublishOutcome> => {
    const revision = await unwrap(hosting.revisions.upload(site.id, content(title)));
    await unwrap(hosting.revisions.validate(revision.id));
    return unwrap(hosting.publish(revision.id));
  };

  beforeAll(async () => {
    outside = await outsideOfPanels();
    host = await startPanelHost();
    matomo = await fakeMatomo();
    transport = panelTransport(host);
    hosting = createHosting({ store: memoryStore(), blobs: memoryBlobStore(), targets: () => targets });
    site = await unwrap(hosting.sites.create({ name: "Acme" }));
  });
  afterAll(async () => {
    await transport?.close();
    await matomo?.stop();
    await host?.stop();
  });

  it("begins in a run over waiting sites: site, database, certificate, content and analytics", async () => {
    waiting.add({
      id: "1",
      server: "panel-1",
      domain,
      name: "Acme's shop",
      analytics: true,
      wishes: { database: true },
    });
    const result = await unwrap(
      provisionWaiting({
        sites: waiting,
        operations,
        openServer: (place) =>
          okAsync(
            cloudPanelServer({
              transport: panelTransport(host),
              place,
              certificates: { preflight: "unchecked" },
              secretsOf: () => ({ databaseUserPassword: databasePassword }),
              publish: (target) =>
                flow(async function* () {
                  targets.splice(0, 1, target);
                  const revision = yield* hosting.revisions.upload(site.id, content("one"));
                  yield* hosting.revisions.validate(revision.id);
                  return hosting.publish(revision.id);
                }),
            }),
          ),
        analytics: { provider: matomoAnalytics({ url: matomo.url, token: matomo.token }), group: "hostelry" },
      }),
    );
    said.push(result);
    const [report] = result.sites;
    expect(report).toMatchObject({
      state: "active",
      reason: null,
      documentRoot: `/home/${siteUser}/htdocs/${domain}`,
      analyticsId: "1",
      recorded: true,
    });
    expect(await browse(host, "/")).toEqual({ status: 200, body: "<title>one</title>" });
    expect(await host.databaseServer()).toContainEqual(`database ${siteUser}`);
  });

  it("has links that belong to the site's user, as its nginx demands", async () => {
    const owners = await onPanel(
      transport,
      ...([
        "stat",
        "-c",
        "%U %F",
        `/home/${siteUser}/htdocs/${domain}`,
        `/home/${siteUser}/hostelry/sites/${site.id}/current`,
      ] as const),
    );
    expect(owners.trim().split("\n")).toEqual([`${siteUser} symbolic link`, `${siteUser} symbolic link`]);
  });

  it("goes on with a second revision, whose result warns of what browsers keep", async () => {
    const target = cloudPanelSite(transport, { domain, siteUser });
    targets.splice(0, 1, target);
    const outcome = await upload("two");
    said.push(outcome);
    expect(await browse(host, "/")).toEqual({ status: 200, body: "<title>two</title>" });
    const [delivery] = outcome.deliveries;
    expect(delivery?.warnings).toEqual([
      expect.stringMatching(/^Browsers were told to keep style\.css for ever, and the content is another/),
    ]);
  });

  it("goes back", async () => {
    await unwrap(hosting.rollback(site.id));
    expect(await browse(host, "/style.css")).toEqual({ status: 200, body: "/* one */" });
  });

  it("is suspended and comes back", async () => {
    await unwrap(hosting.sites.setState(site.id, "suspended"));
    expect((await browse(host, "/")).status).toBe(403);
    expect((await browse(host, "/style.css")).status).toBe(404);
    await unwrap(hosting.sites.setState(site.id, "maintenance"));
    expect((await browse(host, "/")).body).toContain("This site will be back soon.");
    await unwrap(hosting.sites.setState(site.id, "live"));
    expect(await browse(host, "/")).toEqual({ status: 200, body: "<title>one</title>" });
  });

  it("gets its certificate renewed below the live release, which verify does not mind", async () => {
    // As CloudPanel itself does it, from time to time.
    const answer = await onPanel(transport, "clpctl", "lets-encrypt:install:certificate", `--domainName=${domain}`);
    expect(answer).toContain("successful");
    expect(
      (await unwrap(hosting.verify(site.id))).targets.flatMap(({ slots }) => slots.flatMap(({ problems }) => problems)),
    ).toEqual([]);
    expect(await browse(host, "/")).toEqual({ status: 200, body: "<title>one</title>" });
  });

  it("ends with nothing left of it on the server", async () => {
    const panel = cloudPanel({ transport });
    const provisioning = createProvisioning({
      store: operations,
      providers: [panelSites(panel, { place: "panel-1" })],
    });
    const operation = await unwrap(provisioning.find({ kind: "site", place: "panel-1", key: domain }));
    if (operation === undefined) return expect.unreachable("there is an operation");
    await unwrap(provisioning.remove(operation.id));
    const removed = await unwrap(provisioning.run(operation.id));
    said.push(removed);
    expect(removed.state).toBe("deleted");
    const left = await onPanel(
      transport,
      "sh",
      "-c",
      'ls -d "/home/$1" "/etc/nginx/sites-enabled/$2.conf" 2>/dev/null; getent passwd "$1"; true',
      "sh",
      siteUser,
      domain,
    );
    expect(left).toBe("");
  });

  it("has left no secret anywhere, and the machine outside as it was", async () => {
    said.push(operations.operations, waiting.sites, host.log(), matomo.requests);
    const seen = inspect(said, { depth: 30, maxArrayLength: null, maxStringLength: null });
    for (const secret of [databasePassword, matomo.token, host.privateKey]) expect(seen.includes(secret)).toBe(false);
    expect(await outsideOfPanels()).toEqual(outside);
  });
});

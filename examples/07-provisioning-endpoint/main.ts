// An endpoint that provisions: what waits is made to exist on panel servers, with credentials that come with each request.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { ProvisionWaitingOptions, WaitingServer } from "@hostelry/core";
import { errAsync, hostingError, okAsync } from "@hostelry/core/adapter";
import { fakeMatomo, memoryOperationStore, memoryResourceProvider, memoryWaitingSites } from "@hostelry/testing";
import { panelHostProblem, startPanelHost } from "@hostelry/testing/cloudpanel";
import { provisioningEndpoint } from "./endpoint.ts";
import { openPanel } from "./open-panel.ts";
import type { ProcessOrder } from "./read-order.ts";

// Yours: tableWaitingSites(pool, { table: "public.sites" }) and (await pgStorage(pool)).operations.
const sites = memoryWaitingSites();
const operations = memoryOperationStore();
for (const [id, server] of [
  ["1", "panel-1"],
  ["2", "panel-1"],
  ["3", "panel-9"],
] as const) {
  sites.add({ id, server, domain: `shop-${id}.customer.test`, name: `Shop ${id}`, analytics: true, wishes: {} });
}

const problem = panelHostProblem();
const panel = problem === undefined ? await startPanelHost() : undefined;
const matomo = await fakeMatomo();

/** Where there is no stand-in for a panel: servers in memory, of which the request must know as well. */
const openMemory =
  ({ servers }: ProcessOrder): ProvisionWaitingOptions["openServer"] =>
  (place) => {
    if (servers.has(place)) return okAsync(serverInMemory(place));
    const details = { transport: place, problem: "the request has no access to it", retryAt: null } as const;
    return errAsync(hostingError("TRANSPORT_UNREACHABLE", `The request brings no access to ${place}.`, details));
  };

function serverInMemory(place: string): WaitingServer {
  return {
    providers: [memoryResourceProvider({ kind: "site", place, capabilities: { serial: true, secrets: [] } })],
    resources: ({ domain: key }) => [{ kind: "site", place, key, desired: { owner: "us" } }],
    close: () => Promise.resolve(),
  };
}

const openerFor = panel === undefined ? openMemory : openPanel;
const endpoint = provisioningEndpoint({ sites, operations, openerFor }).listen(0, "127.0.0.1");
await once(endpoint, "listening");
const base = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
const post = async (body: unknown): Promise<void> => {
  const response = await fetch(`${base}/process`, { method: "POST", body: JSON.stringify(body) });
  const { sites: told = [], error = "" } = (await response.json()) as { sites?: readonly Told[]; error?: string };
  console.log(`POST /process: ${response.status} ${error}`.trim());
  const byDomain = [...told].sort((one, other) => one.domain.localeCompare(other.domain));
  for (const { domain, state, reason } of byDomain) {
    console.log(`  ${domain}: ${state}${reason === null ? "" : `, ${reason.code}`}`);
  }
};
interface Told {
  readonly domain: string;
  readonly state: string;
  readonly reason: { readonly code: string } | null;
}

console.log(`GET /health: ${await (await fetch(`${base}/health`)).text()}`.trim());
await post({ servers: { "panel-1": { host: "127.0.0.1" } } });
const { sshPort: port = 22, hostKey = "ssh-ed25519 none", privateKey = "none" } = panel ?? {};
const servers = { "panel-1": { host: "127.0.0.1", port, hostKey, privateKey } };
await post({ servers, matomo: { url: matomo.url, token: matomo.token } });
await post({
  servers: { ...servers, "panel-9": servers["panel-1"] },
  matomo: { url: matomo.url, token: matomo.token },
});

endpoint.close();
await matomo.stop();
await panel?.stop();

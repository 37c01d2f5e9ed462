import { siteUserFor } from "@hostelry/adapter-cloudpanel";
import { type PanelHost, startPanelHost } from "@hostelry/testing/cloudpanel";
import { type Distance, distance } from "../publish-ssh/distant-node.ts";

/** How many sites, and where. */
export interface PlaceSize {
  readonly siteCount: number;
  readonly serverCount: number;
  readonly roundTripMs: number;
}

/** A site of a run. */
export interface PlannedSite {
  readonly id: string;
  readonly domain: string;
  readonly user: string;
  /** Counted from 0. */
  readonly server: number;
}

/** Servers for one run. */
export interface PanelPlace {
  readonly hosts: readonly PanelHost[];
  /** Ports of the ways to them, as long as told. */
  readonly ports: readonly number[];
  readonly sites: readonly PlannedSite[];
  /** How many of the sites the panels have, with a first page. */
  countDone(): Promise<number>;
  end(): Promise<void>;
}

/** What each site gets. */
export const pages: Readonly<Record<string, string>> = {
  "index.html": "<title>Site</title>",
  "style.css": "body { color: black }",
  "about.html": "<title>About</title>",
};

/** Starts servers with nothing on them. */
export async function panelPlace({ siteCount, serverCount, roundTripMs }: PlaceSize): Promise<PanelPlace> {
  const hosts = await Promise.all(Array.from({ length: serverCount }, () => startPanelHost()));
  const ways: readonly Distance[] = await Promise.all(hosts.map(({ sshPort }) => distance(sshPort, roundTripMs)));
  const sites = Array.from({ length: siteCount }, (_, index): PlannedSite => {
    const domain = `site-${index}.bench-customer.test`;
    return { id: String(index), domain, user: siteUserFor(domain), server: index % serverCount };
  });
  return {
    hosts,
    ports: ways.map(({ port }) => port),
    sites,
    countDone: async () => {
      const calls = await Promise.all(hosts.map((host) => host.calls()));
      return calls.flat().filter(({ argv }) => argv[0] === "site:add:static").length;
    },
    end: async () => {
      for (const way of ways) await way.close();
      for (const host of hosts) await host.stop();
    },
  };
}

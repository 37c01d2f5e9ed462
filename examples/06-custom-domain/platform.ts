// Everything around the names: a zone, records and an edge node, in memory and in a directory of this machine.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { directoryBlobStore, directoryContent, directoryTarget, localTransport } from "@hostelry/adapter-local";
import { edgeRoutes } from "@hostelry/adapter-ssh";
import {
  type Bindings,
  type ContentSource,
  createBindings,
  createDomains,
  createHosting,
  type DnsProvider,
  type DomainIndex,
  type Domains,
  domainIndex,
  type SiteId,
  unwrap,
} from "@hostelry/core";
import {
  type HeldDnsZone,
  heldDnsZone,
  memoryDnsProvider,
  memoryDomainStore,
  memoryRecords,
  memoryResolver,
  memoryStore,
} from "@hostelry/testing";

/** The customer's zone, which is ours too. */
export const zone: HeldDnsZone = heldDnsZone(["ns1.hoster.net"]);
const zones = new Map([["lantern.de", zone]]);
/** Who serves it. */
export const provider: DnsProvider = memoryDnsProvider({ zones });
const directory = await mkdtemp(join(tmpdir(), "hostelry-domain-"));
/** The edge node. */
export const edge: string = join(directory, "edge");
const transport = localTransport();
const records = memoryRecords();
const store = memoryDomainStore({ records });

/** Who may use which name. */
export const domains: Domains = createDomains({
  store,
  resolver: memoryResolver({ zones }),
  addresses: ["203.0.113.1"],
});
/** Where names lead. */
export const bindings: Bindings = createBindings({
  store,
  domains,
  routes: [{ routes: edgeRoutes(transport, edge, { name: "edge" }), exclusive: true }],
  dns: { provider, addresses: ["203.0.113.1"] },
  events: { emit: ({ kind, detail }) => console.log(`  ${kind}: ${detail.replaceAll(/site-\w+/g, "the site")}`) },
});

const hosting = createHosting({
  store: memoryStore({ records }),
  blobs: directoryBlobStore(join(directory, "blobs")),
  targets: [directoryTarget(edge)],
});
/** Publishes a site of that name. */
export async function publish(name: string): Promise<SiteId> {
  const site = await unwrap(hosting.sites.create({ name }));
  const archive = fileURLToPath(new URL("../01-publish-a-site/site.zip", import.meta.url));
  const revision = await unwrap(hosting.revisions.upload(site.id, archive));
  await unwrap(hosting.revisions.validate(revision.id));
  await unwrap(hosting.publish(revision.id));
  return site.id;
}

/** What the edge node holds. */
export const content: ContentSource = directoryContent(edge);

/** Whoever serves knows the names that are routed, and no others. */
export const index: DomainIndex = domainIndex({ store });

/** Leaves nothing behind. */
export async function close(): Promise<void> {
  await transport.close();
  await rm(directory, { recursive: true });
}

import {
  type CallOptions,
  type Clock,
  flow,
  type HostingError,
  ok,
  type Resource,
  type ResourceFacts,
  type ResourcePlace,
  type ResourceSecrets,
  type ResultAsync,
  type Transport,
  type WaitingSite,
} from "@hostelry/core/adapter";
import { type CloudPanelOptions, cloudPanel } from "../cloud-panel.ts";
import { type PanelCertificatesOptions, panelCertificates } from "../provider/panel-certificates.ts";
import { panelDatabases } from "../provider/panel-databases.ts";
import { panelSites } from "../provider/panel-sites.ts";
import { siteUserFor } from "../site/site-user.ts";
import { type CloudPanelSite, type CloudPanelSiteOptions, cloudPanelSite } from "./cloud-panel-site.ts";

/** How the waiting sites of a CloudPanel server are worked on. */
export interface CloudPanelServerOptions extends Omit<CloudPanelOptions, "transport"> {
  /** Root's way to the server. Closed with the server. */
  readonly transport: Transport;
  /** As the host names the server. */
  readonly place: ResourcePlace;
  /** How certificates are looked at before they are ordered; left out: no site gets one here. */
  readonly certificates?: Pick<PanelCertificatesOptions, "pauseMs" | "preflight" | "renewBeforeMs"> | undefined;
  /** Passwords, by the names that the providers have for them, e.g. `databaseUserPassword`. Kept nowhere. */
  readonly secretsOf?: ((site: WaitingSite, resource: Resource) => ResourceSecrets) | undefined;
  /** Brings content to the site's target, which ends with this. Left out: nothing is published. */
  readonly publish?:
    | ((target: CloudPanelSite, site: WaitingSite, options: CallOptions) => ResultAsync<unknown, HostingError>)
    | undefined;
  /** How the target of a site is to be. */
  readonly target?: Omit<CloudPanelSiteOptions, "as" | "domain" | "siteUser"> | undefined;
  readonly clock?: Clock | undefined;
}

/** A server of `provisionWaiting` that is a CloudPanel. */
export interface CloudPanelServer {
  readonly providers: readonly [
    sites: ReturnType<typeof panelSites>,
    databases: ReturnType<typeof panelDatabases>,
    ...certificates: readonly ReturnType<typeof panelCertificates>[],
  ];
  resources(site: WaitingSite): readonly Resource[];
  secretsOf(site: WaitingSite, resource: Resource): ResourceSecrets;
  publish?(site: WaitingSite, facts: unknown, options: CallOptions): ResultAsync<unknown, HostingError>;
  close(): Promise<void>;
}

/**
 * A CloudPanel server as `provisionWaiting` works on it: for each site a panel site with a system user of its own, a database when its wishes
 * have `database` (`true`, or a name), a certificate unless they have `certificate: false`, and its content. Wishes may also have `siteUser`,
 * and `site`: facts for the panel site beside that, e.g. `{ kind: "php", … }`.
 */
export function cloudPanelServer(options: CloudPanelServerOptions): CloudPanelServer {
  const { transport, place, certificates, secretsOf, publish, target, clock, ...rest } = options;
  const panel = cloudPanel({ ...rest, transport, clock });
  return {
    providers: [
      panelSites(panel, { place }),
      panelDatabases(panel, { place }),
      ...(certificates === undefined ? [] : [panelCertificates(panel, { ...certificates, place, clock })]),
    ],
    resources: (site) => resourcesOf(site, place, certificates !== undefined),
    secretsOf: (site, resource) => secretsOf?.(site, resource) ?? {},
    ...(publish === undefined
      ? {}
      : {
          publish: (site: WaitingSite, _facts: unknown, call: CallOptions) =>
            flow(async function* () {
              const options = { ...target, domain: site.domain, siteUser: siteUserOf(site) };
              const own = cloudPanelSite(transport, options);
              try {
                return ok(yield* publish(own, site, call));
              } finally {
                await own.close();
              }
            }),
        }),
    close: () => transport.close(),
  };
}

function resourcesOf(
  { domain: key, wishes, ...site }: WaitingSite,
  place: string,
  ordersCertificates: boolean,
): readonly Resource[] {
  const { database, certificate, site: ofSite } = wishes;
  const facts = isFacts(ofSite) ? ofSite : {};
  const siteUser = siteUserOf({ domain: key, wishes, ...site });
  const databaseName = typeof database === "string" ? database : siteUser;
  return [
    { kind: "site", place, key, desired: { ...facts, siteUser } },
    ...(database === undefined || database === null || database === false
      ? []
      : [{ kind: "database", place, key: databaseName, desired: { site: key } }]),
    ...(!ordersCertificates || certificate === false ? [] : [{ kind: "certificate", place, key, desired: {} }]),
  ];
}

function isFacts(value: unknown): value is ResourceFacts {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function siteUserOf({ domain, wishes: { siteUser } }: Pick<WaitingSite, "domain" | "wishes">): string {
  return typeof siteUser === "string" ? siteUser : siteUserFor(domain);
}

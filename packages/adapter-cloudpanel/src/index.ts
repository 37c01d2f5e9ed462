/** `@hostelry/adapter-cloudpanel`: sites, certificates, databases and users of CloudPanel servers. */
export type { PointingPreflight } from "./certificate/check-addresses.ts";
export type {
  EnsuredPanelCertificate,
  EnsurePanelCertificate,
  PanelCertificateError,
} from "./certificate/ensure-certificate.ts";
export { type ExpiringCertificate, expiringCertificates } from "./certificate/expiring-certificates.ts";
export type { InstallPanelCertificate } from "./certificate/install-certificate.ts";
export type { PanelCertificate } from "./certificate/panel-certificate.ts";
export {
  type CloudPanel,
  type CloudPanelOptions,
  cloudPanel,
  type PanelChange,
  type PanelCommandError,
} from "./cloud-panel.ts";
export { newPanelPassword } from "./command/panel-password.ts";
export type { PanelAnswerError } from "./command/read-answer.ts";
export type { PanelDatabase, PanelDatabaseError, PanelDatabaseRecord } from "./database/panel-database.ts";
export type { PanelError } from "./panel-errors.ts";
export type { PanelProbe, PanelWarning } from "./probe.ts";
export { type PanelCertificatesOptions, panelCertificates } from "./provider/panel-certificates.ts";
export { type PanelDatabasesOptions, panelDatabases } from "./provider/panel-databases.ts";
export { type PanelSitesOptions, panelSites } from "./provider/panel-sites.ts";
export type { EnsuredPanelSite, EnsurePanelSite } from "./site/ensure-site.ts";
export type { PanelRecord } from "./site/look-at-site.ts";
export type { PanelRuntime, PanelSite } from "./site/panel-site.ts";
export type { RemovedPanelSite, RemovePanelSite } from "./site/remove-site.ts";
export { siteUserFor } from "./site/site-user.ts";
export type { PanelSiteError } from "./site/site-work.ts";
export { type CloudPanelServer, type CloudPanelServerOptions, cloudPanelServer } from "./target/cloud-panel-server.ts";
export { type CloudPanelSite, type CloudPanelSiteOptions, cloudPanelSite } from "./target/cloud-panel-site.ts";
export { type SiteTemplateOptions, siteTemplate } from "./template/site-template.ts";
export type { VhostTemplateError } from "./template/vhost-templates.ts";
export type { PanelUser } from "./user/panel-users.ts";

import {
  type CallOptions,
  type Clock,
  type HostingErrorOf,
  type Random,
  type ResourceObservation,
  type ResultAsync,
  systemClock,
  systemRandom,
  type Transport,
} from "@hostelry/core/adapter";
import {
  type EnsuredPanelCertificate,
  type EnsurePanelCertificate,
  ensureCertificate,
  type PanelCertificateError,
} from "./certificate/ensure-certificate.ts";
import { type InstallPanelCertificate, installCertificate } from "./certificate/install-certificate.ts";
import { listCertificates, observeCertificate, type PanelCertificate } from "./certificate/panel-certificate.ts";
import type { PanelAnswerError } from "./command/read-answer.ts";
import {
  ensureDatabase,
  exportDatabase,
  importDatabase,
  listDatabases,
  type PanelDatabase,
  type PanelDatabaseError,
  type PanelDatabaseRecord,
  removeDatabase,
} from "./database/panel-database.ts";
import { panelSession } from "./host/panel-session.ts";
import type { PanelError } from "./panel-errors.ts";
import { type PanelProbe, probePanel } from "./probe.ts";
import { type EnsuredPanelSite, type EnsurePanelSite, ensureSite } from "./site/ensure-site.ts";
import { listPanelSites, type PanelRecord } from "./site/look-at-site.ts";
import type { PanelSite } from "./site/panel-site.ts";
import { type RemovedPanelSite, type RemovePanelSite, removeSite } from "./site/remove-site.ts";
import { setSitePassword } from "./site/set-site-password.ts";
import {
  addSite,
  backUpSite,
  deleteSite,
  observeSite,
  type PanelSiteError,
  repairSite,
  type SiteWork,
} from "./site/site-work.ts";
import {
  ensureVhostTemplate,
  listVhostTemplates,
  removeVhostTemplate,
  type VhostTemplateError,
} from "./template/vhost-templates.ts";
import { ensureUser, listUsers, type PanelUser, removeUser, setUserPassword } from "./user/panel-users.ts";

/** Which server, and how long it may take. */
export interface CloudPanelOptions {
  /** Root's way to the server, e.g. `sshTransport()`. It stays the caller's to close. */
  readonly transport: Transport;
  /** How long to wait while the server works for somebody else. Default 300,000. */
  readonly lockWaitMs?: number | undefined;
  /** After so long a command is ended on the server. Adding a Node site there installs Node, and a certificate takes two orders. Default 240,000. */
  readonly commandTimeoutMs?: number | undefined;
  /** A folder of the server for copies of what is taken away. Default `/var/backups/hostelry`. */
  readonly backupFolder?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** Whether something was done, or was so already. */
export interface PanelChange {
  readonly state: "changed" | "unchanged";
}

/** Errors of commands that are not looked at before. */
export type PanelCommandError = PanelAnswerError | PanelError;

/**
 * A CloudPanel server. Commands run one at a time on each server: in this process they take turns, and a lock on the server keeps other
 * processes out; it ends with whoever holds it. A command that has begun goes on when the connection is lost, and every look waits for its end.
 * All that is called `ensure…` or `remove…` looks first, does only what is missing, and says by another look what came of it: call it again after any error.
 * No error, event or log has a password in it.
 */
export interface CloudPanel {
  /** The transport's name. */
  readonly name: string;

  /** What the server is, and what is wrong with it. Changes nothing and waits for nobody. */
  probe(options?: CallOptions): ResultAsync<PanelProbe, PanelError>;

  /** All sites in the panel's records, by domain. */
  listSites(options?: CallOptions): ResultAsync<readonly PanelRecord[], PanelError>;
  /** What there is of a site: nothing, the same one, another one, or remains of one with what to do about each. */
  observeSite(site: PanelSite, options?: CallOptions): ResultAsync<ResourceObservation, PanelError>;
  /** Makes sure that a site is there, with this user and of this kind. `RESOURCE_CONFLICT` for another one, `RESOURCE_ORPHANED` for remains. */
  ensureSite(site: PanelSite, options?: EnsurePanelSite): ResultAsync<EnsuredPanelSite, PanelSiteError>;
  /** Takes away what a broken off `ensureSite` has left, and only that; a copy of the user's home is kept. */
  repairSite(site: PanelSite, options?: CallOptions): ResultAsync<void, PanelSiteError>;
  /** Takes a site away with its user, content, certificates and databases. Only a site of this user. */
  removeSite(
    site: Pick<PanelSite, "domain" | "user">,
    options?: RemovePanelSite,
  ): ResultAsync<RemovedPanelSite, PanelSiteError>;
  /** One step of `ensureSite`, for those who look themselves before: adds a site without looking whether it is there, and tells what is seen then. */
  addSite(
    site: PanelSite,
    options?: CallOptions & { readonly password?: string | undefined },
  ): ResultAsync<ResourceObservation, PanelCommandError>;
  /** One step of `removeSite`: keeps a copy of the user's home, without logs, and answers where. */
  backUpSite(
    site: Pick<PanelSite, "domain" | "user">,
    options?: CallOptions,
  ): ResultAsync<{ readonly backup: string }, PanelError>;
  /** One step of `removeSite`: takes a site away without looking whose it is. `told` is whether the panel said that it did. */
  deleteSite(domain: string, options?: CallOptions): ResultAsync<{ readonly told: boolean }, PanelCommandError>;
  /** Sets the password of a site's system user: 16 to 64 of `[A-Za-z0-9_-]`. */
  setSitePassword(
    account: { readonly user: string; readonly password: string },
    options?: CallOptions,
  ): ResultAsync<void, PanelError>;

  /** The certificates of all sites: for a watch over their ends, see `expiringCertificates`. */
  listCertificates(options?: CallOptions): ResultAsync<readonly PanelCertificate[], PanelError>;
  /** The certificate that a site shows. */
  observeCertificate(domain: string, options?: CallOptions): ResultAsync<PanelCertificate, PanelError>;
  /** Makes sure that a site has a certificate of Let's Encrypt, with as few orders as can be. `ADAPTER_THROTTLED` soon after an order. */
  ensureCertificate(
    request: EnsurePanelCertificate,
    options?: CallOptions,
  ): ResultAsync<EnsuredPanelCertificate, PanelCertificateError>;
  /** Installs a certificate from elsewhere. `CERTIFICATE_INVALID` with all that is wrong with it. */
  installCertificate(
    request: InstallPanelCertificate,
    options?: CallOptions,
  ): ResultAsync<EnsuredPanelCertificate, HostingErrorOf<"CERTIFICATE_INVALID"> | PanelCommandError>;

  /** All databases in the panel's records, by name. */
  listDatabases(options?: CallOptions): ResultAsync<readonly PanelDatabaseRecord[], PanelError>;
  /** Makes sure that a site has a database with this user. The password is used only when it is made. */
  ensureDatabase(
    database: PanelDatabase,
    options: CallOptions & { readonly password: string },
  ): ResultAsync<PanelChange, PanelDatabaseError>;
  /** Takes a database away, after an export of it unless `backUp` is false. */
  removeDatabase(
    database: Pick<PanelDatabase, "domain" | "name">,
    options?: CallOptions & { readonly backUp?: boolean | undefined },
  ): ResultAsync<PanelChange & { readonly backup: string | null }, PanelDatabaseError>;
  /** Writes a database to a file of the server, `.sql` or `.sql.gz`. */
  exportDatabase(
    request: { readonly name: string; readonly file: string },
    options?: CallOptions,
  ): ResultAsync<void, PanelCommandError>;
  /** Reads a file of the server into a database. */
  importDatabase(
    request: { readonly name: string; readonly file: string },
    options?: CallOptions,
  ): ResultAsync<void, PanelCommandError>;

  /** Names of the vhost templates. */
  listVhostTemplates(options?: CallOptions): ResultAsync<readonly string[], PanelCommandError>;
  /** Makes sure that there is a template with this text, e.g. a `siteTemplate()`. Another text is `RESOURCE_CONFLICT` without `replace`. */
  ensureVhostTemplate(
    template: { readonly name: string; readonly text: string },
    options?: CallOptions & { readonly replace?: boolean | undefined },
  ): ResultAsync<PanelChange, VhostTemplateError>;
  /** Takes a template away; sites made from it stay as they are. */
  removeVhostTemplate(name: string, options?: CallOptions): ResultAsync<PanelChange, PanelCommandError>;

  /** Names of those who can sign in to the panel. */
  listUsers(options?: CallOptions): ResultAsync<readonly string[], PanelCommandError>;
  /** Makes sure that somebody can sign in to the panel. The password is in an argument list while that runs. */
  ensureUser(
    user: PanelUser,
    options: CallOptions & { readonly password: string },
  ): ResultAsync<PanelChange, PanelCommandError>;
  /** Takes a user of the panel away. */
  removeUser(userName: string, options?: CallOptions): ResultAsync<PanelChange, PanelCommandError>;
  /** Sets a user's password for the panel. It is in an argument list while that runs. */
  setUserPassword(
    request: { readonly userName: string; readonly password: string },
    options?: CallOptions,
  ): ResultAsync<void, PanelCommandError>;
}

/** A CloudPanel server behind a transport. Connects with the first call. */
export function cloudPanel(options: CloudPanelOptions): CloudPanel {
  const {
    transport,
    lockWaitMs = 300_000,
    commandTimeoutMs = 240_000,
    backupFolder = "/var/backups/hostelry",
  } = options;
  const { clock = systemClock, random = systemRandom } = options;
  if (!/^\/[A-Za-z0-9_./-]{1,200}$/.test(backupFolder))
    throw new TypeError(`${JSON.stringify(backupFolder)} is no folder such as /var/backups`);
  const session = panelSession({ transport, random, clock, lockWaitMs, commandTimeoutMs });
  const work: SiteWork = { session, random, clock, backupFolder };
  return {
    name: session.name,
    probe: (call = {}) => probePanel(session, call),
    listSites: (call = {}) => listPanelSites(session, call),
    observeSite: (site, call = {}) => observeSite(work, site, call),
    ensureSite: (site, call = {}) => ensureSite(work, site, call),
    repairSite: (site, call = {}) => repairSite(work, site, call),
    removeSite: (site, call = {}) => removeSite(work, site, call),
    addSite: (site, call = {}) => addSite(work, site, call),
    backUpSite: (site, call = {}) => backUpSite(work, site, call),
    deleteSite: (domain, call = {}) => deleteSite(work, domain, call),
    setSitePassword: (account, call = {}) => setSitePassword(session, account, call),
    listCertificates: (call = {}) => listCertificates(session, call),
    observeCertificate: (domain, call = {}) => observeCertificate(session, domain, call),
    ensureCertificate: (request, call = {}) => ensureCertificate(work, request, call),
    installCertificate: (request, call = {}) => installCertificate(work, request, call),
    listDatabases: (call = {}) => listDatabases(session, call),
    ensureDatabase: (database, call) => ensureDatabase(work, database, call),
    removeDatabase: (database, call = {}) => removeDatabase(work, database, call),
    exportDatabase: (request, call = {}) => exportDatabase(session, request, call),
    importDatabase: (request, call = {}) => importDatabase(session, request, call),
    listVhostTemplates: (call = {}) => listVhostTemplates(session, call),
    ensureVhostTemplate: (template, call = {}) => ensureVhostTemplate(session, template, call),
    removeVhostTemplate: (name, call = {}) => removeVhostTemplate(session, name, call),
    listUsers: (call = {}) => listUsers(session, call),
    ensureUser: (user, call) => ensureUser(session, user, call),
    removeUser: (userName, call = {}) => removeUser(session, userName, call),
    setUserPassword: (request, call = {}) => setUserPassword(session, request, call),
  };
}

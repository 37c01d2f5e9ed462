import type { CallOptions, ResultAsync } from "@hostelry/core/adapter";
import { sqlText } from "../host/panel-script.ts";
import type { PanelReport, PanelSession, SiteLook } from "../host/panel-session.ts";
import type { PanelError } from "../panel-errors.ts";
import type { PanelSite } from "./panel-site.ts";

/** A site in the panel's own records. */
export interface PanelRecord {
  /** `static`, `php`, `nodejs`, `python` or `reverse-proxy`. */
  readonly kind: string;
  readonly domain: string;
  readonly user: string;
  /** Below `htdocs` of the user. */
  readonly rootDirectory: string;
}

/** Everything on a server that may belong to a site. */
export interface SiteTraces {
  /** The panel's record of the domain. It is written last, and taken away last. */
  readonly record: PanelRecord | undefined;
  /** The record of another site with this user. */
  readonly otherRecord: PanelRecord | undefined;
  readonly account: { readonly uid: number; readonly home: string } | undefined;
  readonly vhost: string | undefined;
  /** Versions of PHP that have a pool for the domain. */
  readonly poolVersions: readonly string[];
  /**
   * Names in the user's home, in `htdocs` there, and in the domain's directory there; `undefined` where that is none. Looked at only where
   * there is no record of the domain or the user; otherwise `home` is empty or `undefined`.
   */
  readonly home: readonly string[] | undefined;
  readonly htdocs: readonly string[] | undefined;
  readonly content: readonly string[] | undefined;
  /** Somebody can sign in to the account with a key. */
  readonly hasKeys: boolean;
}

const recordColumns = "SELECT 'row', hex(type), hex(domain_name), hex(user), hex(root_directory) FROM site";

/** Looks for a site and for all that may be left of one, when no command is under way. */
export function lookAtSite(
  session: PanelSession,
  site: Pick<PanelSite, "domain" | "user">,
  { signal }: CallOptions,
): ResultAsync<SiteTraces, PanelError> {
  return session.ask(["site", ...siteLook(site)], { signal }).map((report) => tracesOf(report, site));
}

/** What to look at for a site. */
export function siteLook({ domain, user }: Pick<PanelSite, "domain" | "user">): SiteLook {
  return [domain, user, `${recordColumns} WHERE domain_name = ${sqlText(domain)} OR user = ${sqlText(user)}`];
}

/** Reads what a look has found. */
export function tracesOf(report: PanelReport, { domain, user }: Pick<PanelSite, "domain" | "user">): SiteTraces {
  const records = recordsOf(report);
  const [, , uid, , , home] = (report.text("account") ?? "").split(":");
  return {
    record: records.find((record) => record.domain === domain),
    otherRecord: records.find((record) => record.domain !== domain && record.user === user),
    account: uid === undefined || home === undefined ? undefined : { uid: Number(uid), home },
    vhost: report.text("vhost"),
    poolVersions: report.all("pool"),
    home: namesOf(report, "home"),
    htdocs: namesOf(report, "htdocs"),
    content: namesOf(report, "content"),
    hasKeys: report.one("keys") !== undefined,
  };
}

/** All sites in the panel's records, by domain. */
export function listPanelSites(
  session: PanelSession,
  { signal }: CallOptions,
): ResultAsync<readonly PanelRecord[], PanelError> {
  return session.ask(["rows", `${recordColumns} ORDER BY domain_name`], { signal }).map(recordsOf);
}

function recordsOf(report: PanelReport): readonly PanelRecord[] {
  return report.all("row").map((row) => {
    const [kind = "", domain = "", user = "", rootDirectory = ""] = row
      .split(" ")
      .map((word) => Buffer.from(word, "hex").toString("utf8"));
    return { kind, domain, user, rootDirectory };
  });
}

function namesOf(report: PanelReport, word: string): readonly string[] | undefined {
  return report
    .text(word)
    ?.split("\n")
    .filter((name) => name !== "");
}

import type { ResourceDifference, ResourceFacts, ResourceObservation, ResourcePiece } from "@hostelry/core/adapter";
import type { SiteTraces } from "./look-at-site.ts";
import type { PanelSite } from "./panel-site.ts";

/** What CloudPanel and useradd put into a new home; anything else was put there by somebody. */
const ofNewHome = new Set([
  ".bash_logout",
  ".bashrc",
  ".profile",
  ".ssh",
  ".varnish-cache",
  "backups",
  "htdocs",
  "logs",
  "tmp",
]);

/**
 * Says what the traces on a server mean for a site that is wanted. Pure.
 *
 * The record is written last, so a site without one is not there, whatever else is; a record whose account is gone is what a broken off
 * removal leaves. `same` needs the record, the account, the vhost and the very user that was asked for.
 */
export function judgeSite(site: PanelSite, traces: SiteTraces): ResourceObservation {
  const { domain, user } = site;
  const { record, otherRecord, account, vhost } = traces;
  if (record === undefined) return withoutRecord(site, traces);
  if (record.user === user && account === undefined) {
    const repair = `Finish its removal: clpctl site:delete --domainName=${domain} --force.`;
    const piece = {
      piece: `record of ${domain} in the panel`,
      where: "CloudPanel's database",
      repair,
      repairable: true,
    };
    return { status: "orphan", pieces: [piece] };
  }
  const facts: ResourceFacts = {
    siteUser: record.user,
    kind: record.kind,
    documentRoot: `/home/${record.user}/htdocs/${record.rootDirectory}`,
  };
  const differences: readonly ResourceDifference[] = [
    ...(record.user === user ? [] : [difference("siteUser", user, record.user, "refuse")]),
    ...(otherRecord === undefined ? [] : [difference("domain", domain, otherRecord.domain, "refuse")]),
    ...(vhost === undefined ? [difference("vhost", "present", "absent", "replace")] : []),
    ...(record.kind === kindOf(site)
      ? runtimeDifferences(site, record.user, traces)
      : [difference("kind", kindOf(site), record.kind, "replace")]),
  ];
  return differences.length === 0 ? { status: "same", facts } : { status: "different", facts, differences };
}

function kindOf({ runtime }: PanelSite): string {
  return runtime?.kind ?? "static";
}

function runtimeDifferences(
  { runtime }: PanelSite,
  user: string,
  { vhost, poolVersions }: SiteTraces,
): readonly ResourceDifference[] {
  if (vhost === undefined) return [];
  switch (runtime?.kind) {
    case "nodejs":
    case "python": {
      const ports = [...vhost.matchAll(/proxy_pass\s+https?:\/\/[^:;\s]+:(\d+)/g)].map(([, port]) => Number(port));
      if (ports.includes(runtime.appPort)) return [];
      return [difference("appPort", runtime.appPort, ports[0] ?? null, "replace")];
    }
    case "reverse-proxy": {
      const urls = [...vhost.matchAll(/proxy_pass\s+([^;\s]+)/g)].map(([, url]) => url ?? "");
      if (urls.includes(runtime.url)) return [];
      return [difference("url", runtime.url, urls[0] ?? null, "replace")];
    }
    case "php":
      if (poolVersions.length > 0 && !poolVersions.includes(runtime.phpVersion)) {
        return [difference("phpVersion", runtime.phpVersion, poolVersions.join(", "), "replace")];
      }
      return rootDifferences(user, vhost);
    default:
      return rootDifferences(user, vhost);
  }
}

function rootDifferences(user: string, vhost: string): readonly ResourceDifference[] {
  const roots = rootsOf(vhost);
  if (roots.some((root) => root.startsWith(`/home/${user}/htdocs/`))) return [];
  return [difference("documentRoot", `/home/${user}/htdocs/`, roots[0] ?? null, "refuse")];
}

function rootsOf(vhost: string): readonly string[] {
  return [...vhost.matchAll(/^\s*root\s+([^;]+);/gm)].map(([, root]) => (root ?? "").trim());
}

function difference(
  field: string,
  expected: string | number,
  actual: string | number | null,
  remedy: ResourceDifference["remedy"],
): ResourceDifference {
  return { field, expected, actual, remedy };
}

function withoutRecord(site: PanelSite, traces: SiteTraces): ResourceObservation {
  const { domain, user } = site;
  const { otherRecord, account, vhost, poolVersions } = traces;
  if (otherRecord !== undefined) {
    const differences = [difference("siteUser", `${user}, of ${domain}`, `of ${otherRecord.domain}`, "refuse")];
    return { status: "different", facts: {}, differences };
  }
  const pieces: ResourcePiece[] = [];
  const ownRoot = `/home/${user}/htdocs/`;
  const isOwnVhost = vhost === undefined || rootsOf(vhost).every((root) => root.startsWith(ownRoot));
  const remains = account === undefined || isRemainder(site, traces);
  const repairable = remains && isOwnVhost;
  if (account !== undefined) {
    const repair = repairable
      ? `Take away the account and its home: userdel -r ${user}.`
      : foreignAccount(site, traces);
    pieces.push({ piece: `system user ${user}`, where: account.home, repair, repairable });
  }
  if (vhost !== undefined) {
    const where = `/etc/nginx/sites-enabled/${domain}.conf`;
    const repair = isOwnVhost
      ? `Take away ${where}, and reload nginx.`
      : `Find out whose ${where} is: it serves ${rootsOf(vhost).join(", ")}.`;
    pieces.push({ piece: `vhost of ${domain}`, where, repair, repairable });
  }
  for (const version of poolVersions) {
    const where = `/etc/php/${version}/fpm/pool.d/${domain}.conf`;
    pieces.push({ piece: `PHP pool of ${domain}`, where, repair: `Take away ${where}.`, repairable });
  }
  return pieces.length === 0 ? { status: "absent" } : { status: "orphan", pieces };
}

/** Whether an account is certainly what a broken off creation has left: nobody has put anything into it. */
function isRemainder({ domain, user }: PanelSite, { account, home, htdocs, content, hasKeys }: SiteTraces): boolean {
  if (account === undefined || account.uid < 1000 || account.home !== `/home/${user}` || hasKeys) return false;
  if ((home ?? []).some((name) => !ofNewHome.has(name))) return false;
  if ((htdocs ?? []).some((name) => name !== domain)) return false;
  return (content ?? []).every((name) => name === "index.html" || name === "index.php");
}

function foreignAccount({ user }: PanelSite, { account, htdocs }: SiteTraces): string {
  if (account === undefined || account.uid < 1000) return `Choose another user: ${user} belongs to the system.`;
  const others = (htdocs ?? []).join(", ");
  return `Choose another user, or have a person look at ${account.home}${others === "" ? "" : ` (htdocs: ${others})`}: somebody uses that account.`;
}

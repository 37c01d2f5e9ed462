/** A site of the stand-in. */
export interface FakeMatomoSite {
  readonly id: number;
  /** As Matomo keeps it: `&`, `<`, `>` and quotes written as HTML. */
  readonly name: string;
  /** Empty: its second write never happened. */
  readonly mainUrl: string;
  readonly group: string;
  readonly timezone: string;
  /** Seen by the search from this request on. */
  readonly visibleFrom: number;
}

/** What the stand-in says, before it is made JSON. */
export interface FakeMatomoAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Who asks. */
export type FakeMatomoRole = "super user" | "viewer" | "nobody";

/** What one call works on. */
export interface FakeMatomoCall {
  readonly sites: Map<number, FakeMatomoSite>;
  readonly method: string;
  readonly parameters: URLSearchParams;
  readonly role: FakeMatomoRole;
  /** This request's number, for what is seen late. */
  readonly number: number;
  readonly visibleAfter: number;
  readonly version: string;
  readonly idsAsText: boolean;
  /** Only the first of two writes happens. */
  readonly halfMade: boolean;
}

const noAccess = "You can't access this resource as it requires a superuser access.";

/** An error as Matomo has nearly all of them. */
export function matomoError(message: string, status = 200): FakeMatomoAnswer {
  return { status, body: { result: "error", message } };
}

/** Answers a call as Matomo does. */
export function answerMatomo(call: FakeMatomoCall): FakeMatomoAnswer {
  const { method, role, version } = call;
  if (method === "API.getMatomoVersion") {
    return role === "nobody" ? matomoError("You can't access this resource.", 401) : value(version);
  }
  if (method === "UsersManager.hasSuperUserAccess") {
    return role === "nobody" ? matomoError("You must be logged in.", 401) : value(role === "super user");
  }
  if (method === "SitesManager.getSitesIdFromSiteUrl") return searchSites(call);
  if (method === "SitesManager.getSiteFromId") return readSite(call);
  if (method === "SitesManager.addSite") return addSite(call);
  return matomoError(`The method '${method}' does not exist or is not available in the module.`);
}

/** What the search compares: scheme, `www.` and one slash at the end do not count; case and path do. */
function searched(url: string): string {
  return url
    .replace(/^https?:\/\//, "")
    .replace(/^www\./, "")
    .replace(/\/$/, "");
}

function searchSites({ sites, parameters, role, number, idsAsText }: FakeMatomoCall): FakeMatomoAnswer {
  // Nobody may search, and sees nothing: an unknown token looks like an empty Matomo.
  if (role === "nobody") return { status: 200, body: [] };
  const wanted = searched(parameters.get("url") ?? "");
  const found = [...sites.values()].filter((site) => number >= site.visibleFrom && searched(site.mainUrl) === wanted);
  return { status: 200, body: found.map(({ id }) => ({ idsite: idsAsText ? String(id) : id })) };
}

function readSite({ sites, parameters, role, idsAsText }: FakeMatomoCall): FakeMatomoAnswer {
  const site = sites.get(Number(parameters.get("idSite")));
  if (role === "nobody") return matomoError(noAccess, 401);
  if (site === undefined) return matomoError(`website id = ${parameters.get("idSite")} not found`);
  const { id, name, mainUrl, group, timezone } = site;
  return { status: 200, body: { idsite: idsAsText ? String(id) : id, name, main_url: mainUrl, group, timezone } };
}

function addSite({
  sites,
  parameters,
  role,
  number,
  visibleAfter,
  idsAsText,
  halfMade,
}: FakeMatomoCall): FakeMatomoAnswer {
  if (role !== "super user") return matomoError(noAccess, 401);
  const name = parameters.get("siteName") ?? "";
  const url = parameters.get("urls[0]") ?? "";
  if (name === "") return matomoError("The website name can&#039;t be empty.");
  if (url === "") return matomoError("You must specify at least one URL for the website.");
  if (!/^https?:\/\/[^\s<>]+$/.test(url)) return matomoError(`The url &#039;${asHtml(url)}&#039; is not a valid URL.`);
  const timezone = parameters.get("timezone") ?? "UTC";
  if (!/^(UTC([+-]\d{1,2})?|[A-Z][A-Za-z_]+\/[A-Za-z_/-]+)$/.test(timezone)) {
    return matomoError(`The timezone "${asHtml(timezone)}" is not valid.`);
  }
  const id = Math.max(0, ...sites.keys()) + 1;
  const group = parameters.get("group") ?? "";
  const mainUrl = halfMade ? "" : url.replace(/\/$/, "");
  sites.set(id, {
    id,
    name: asHtml(name),
    mainUrl,
    group: asHtml(group),
    timezone,
    visibleFrom: number + visibleAfter,
  });
  return halfMade
    ? matomoError("Mysqli statement execute error : MySQL server has gone away")
    : value(idsAsText ? String(id) : id);
}

function value(content: unknown): FakeMatomoAnswer {
  return { status: 200, body: { value: content } };
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#039;",
};

function asHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

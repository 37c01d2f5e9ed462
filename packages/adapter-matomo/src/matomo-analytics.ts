import {
  type AnalyticsError,
  type AnalyticsFacts,
  type AnalyticsProvider,
  type AnalyticsSite,
  type AnalyticsSiteKey,
  analyticsAddress,
  type CallOptions,
  checkAnalyticsKey,
  checkAnalyticsSite,
  type EnsureAnalyticsSite,
  type EnsuredAnalyticsSite,
  err,
  errAsync,
  flow,
  hasCode,
  hostingError,
  ok,
  okAsync,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { baseUrl, matomoApi, matomoName, senseless, unauthorized } from "./matomo-api.ts";
import { createdId, foundIds, isSiteId, siteFrom, valueText, yesOrNo } from "./site-answers.ts";
import { trackingSnippet } from "./tracking-snippet.ts";
import { turnsByKey } from "./turns-by-key.ts";

/** A Matomo, and who we are there. */
export interface MatomoAnalyticsOptions {
  /** Where it is: `https://stats.example.net`, or with a path. */
  readonly url: string;
  /** `token_auth` of a user; making sites needs a super user's. A secret: it appears in no address, no error and no log. */
  readonly token: string;
  /** Of one request. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Default: Node's own. */
  readonly fetch?: typeof fetch | undefined;
}

type Found = Omit<EnsuredAnalyticsSite, "created"> | null;

/** More sites of one address than anybody has on purpose; each is one request to look at. */
const mostOfOneAddress = 20;
const oldestVersion = 5;

/**
 * Sites of a Matomo (5 and newer), over its reporting API.
 *
 * Matomo has no promise that a site is made once: it takes the same address any number of times, and makes a site in two writes. So
 * this looks before it makes, looks again when an answer was lost, and asks one address at a time; what two processes made at the
 * same moment is told in `others` from then on. Throws `TypeError` for an address or a token that can't be used.
 */
export function matomoAnalytics(options: MatomoAnalyticsOptions): AnalyticsProvider {
  const { url, token, timeoutMs = 10_000 } = options;
  const api = matomoApi({ url, token, timeoutMs, fetch: options.fetch ?? fetch });
  const base = baseUrl(url);
  const turns = turnsByKey();
  /** Ids that this instance was given: the search shows a new site late when Matomo reads from a replica. */
  const made = new Map<string, string>();

  const readSite = (operation: string, id: string, call: CallOptions): ResultAsync<AnalyticsSite, AnalyticsError> =>
    api({ operation, method: "SitesManager.getSiteFromId", parameters: { idSite: id }, ...call }).andThen((answer) => {
      const site = siteFrom(answer);
      return site === undefined ? err(senseless(operation, "unchanged", `site ${id}`)) : ok(site);
    });

  const find = (operation: string, key: AnalyticsSiteKey, call: CallOptions): ResultAsync<Found, AnalyticsError> =>
    flow(async function* () {
      const { address } = yield* checkAnalyticsKey(key);
      const parameters = { url: plainUrl(key.url) };
      const answer = yield* api({ operation, method: "SitesManager.getSitesIdFromSiteUrl", parameters, ...call });
      const ids = foundIds(answer);
      if (ids === undefined) return err(senseless(operation, "unchanged", "list of sites"));
      const ours: AnalyticsSite[] = [];
      const known = made.get(keyOf(address, key.group));
      const toRead = ids.length === 0 && known !== undefined ? [known] : ids;
      for (const id of [...toRead].sort((a, b) => Number(a) - Number(b)).slice(0, mostOfOneAddress)) {
        const site = yield* readSite(operation, id, call);
        // The search also finds a site by its further addresses.
        if (site.group === key.group && analyticsAddress(site.url) === address) ours.push(site);
      }
      const [site, ...others] = ours;
      return ok(site === undefined ? null : { site, others: others.map(({ id }) => id) });
    });

  const create = (site: EnsureAnalyticsSite, call: CallOptions): ResultAsync<EnsuredAnalyticsSite, AnalyticsError> => {
    const operation = "ensureSite";
    const { name, group, timezone } = site;
    const mainUrl = plainUrl(site.url);
    const parameters = { siteName: name, "urls[0]": mainUrl, group, ...(timezone === undefined ? {} : { timezone }) };
    return api({ operation, method: "SitesManager.addSite", parameters, changes: true, ...call })
      .andThen((answer) => {
        const id = createdId(answer);
        if (id === undefined) return err(senseless(operation, "unknown", "id of the new site"));
        return ok({ site: { id, name, url: mainUrl, group }, created: true, others: [] });
      })
      .orElse((error) => afterFailure(error, site, call));
  };

  /** Whatever was answered, or nothing: the site may be there. It is looked for once, and never asked for a second time. */
  const afterFailure = (
    error: AnalyticsError,
    site: EnsureAnalyticsSite,
    call: CallOptions,
  ): ResultAsync<EnsuredAnalyticsSite, AnalyticsError> => {
    if (hasCode(error, "ADAPTER_UNAUTHORIZED")) return whyUnauthorized(call);
    if (hasCode(error, "ABORTED") || stateOf(error) === "unchanged") return errAsync(error);
    return find("ensureSite", site, call)
      .orElse(() => okAsync<Found, AnalyticsError>(null)) // The first error says more than one of looking.
      .andThen((found) => (found === null ? err(error) : ok({ ...found, created: true })));
  };

  /** An unknown token may search, as nobody, and finds nothing. Only what needs a user tells it from one without permission. */
  const whyUnauthorized = (call: CallOptions): ResultAsync<never, AnalyticsError> =>
    api({ operation: "ensureSite", method: "API.getMatomoVersion", ...call })
      .map(() => "permission" as const)
      .orElse(() => okAsync<"credentials", never>("credentials"))
      .andThen((reason) => err(unauthorized("ensureSite", reason)));

  return {
    spec: "analytics/1",
    name: matomoName,
    capabilities: { uniqueSites: false },

    readFacts: (call = {}) =>
      flow(async function* () {
        const operation = "readFacts";
        const answer = yield* api({ operation, method: "API.getMatomoVersion", ...call }).mapErr((error) =>
          hasCode(error, "ADAPTER_UNAUTHORIZED") ? unauthorized(operation, "credentials") : error,
        );
        const version = valueText(answer);
        // Not every version has this method; only what it says counts.
        const mayCreate = await api({ operation, method: "UsersManager.hasSuperUserAccess", ...call }).match(
          yesOrNo,
          () => null,
        );
        return ok({ version, mayCreate, warnings: warningsOf(url, version, mayCreate) });
      }),

    findSite: (key, call = {}) => find("findSite", key, call),

    ensureSite: (site, call = {}) =>
      flow(async function* () {
        const { address } = yield* checkAnalyticsSite(site);
        const key = keyOf(address, site.group);
        return turns(key, () =>
          flow(async function* () {
            if (call.signal?.aborted === true) {
              return err(hostingError("ABORTED", "ensureSite was ended by its caller.", { operation: "ensureSite" }));
            }
            const found = yield* find("ensureSite", site, call);
            if (found !== null) return ok({ ...found, created: false });
            const created = yield* create(site, call);
            made.set(key, created.site.id);
            return ok(created);
          }),
        );
      }),

    getSnippet: ({ siteId, cookies = true }) => {
      if (isSiteId(siteId)) return okAsync(trackingSnippet(base, siteId, cookies));
      const problem = "is not an id of Matomo, which is a whole number";
      return errAsync(hostingError("INVALID_INPUT", `siteId ${problem}.`, { field: "siteId", problem }));
    },
  };
}

/** Scheme and host in lower case, for Matomo compares them as they are; without a slash at the end. */
function plainUrl(url: string): string {
  return new URL(url).href.replace(/\/+$/, "");
}

function keyOf(address: string, group: string): string {
  return JSON.stringify([address, group]);
}

function stateOf(error: AnalyticsError): string {
  // A refusal is no promise: its message may come from between the two writes.
  return "state" in error.details ? error.details.state : "unknown";
}

function warningsOf(url: string, version: string | null, mayCreate: boolean | null): AnalyticsFacts["warnings"] {
  const major = Number.parseInt(version ?? "", 10);
  return [
    ...(url.startsWith("http:") ? ["The token travels unencrypted: use https:."] : []),
    ...(major < oldestVersion ? [`Matomo ${version} is older than ${oldestVersion}: nobody has tried that.`] : []),
    ...(mayCreate === false ? ["The token's user is no super user: sites are found, and can't be made."] : []),
  ];
}

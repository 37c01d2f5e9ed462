import { type SshEdge, type SshEdgeOptions, sshEdge } from "@hostelry/adapter-ssh";
import {
  type CallOptions,
  flow,
  ok,
  type ResultAsync,
  type SiteId,
  type StageRequest,
  type Target,
  type TargetError,
  type Transport,
} from "@hostelry/core/adapter";
import { cachedForEver, stockCached } from "./cached-for-ever.ts";
import { cachingWarnings } from "./caching-warnings.ts";

/** Which site of a CloudPanel server, and how it is published to. */
export interface CloudPanelSiteOptions
  extends Pick<SshEdgeOptions, "durability" | "maxSessions" | "name" | "now" | "packing" | "prepares"> {
  /** Its name in the panel, in lower case: the last part of its document root. A function where the account has several. */
  readonly domain: string | ((siteId: SiteId) => string);
  /** The site's system user. Everything that is published belongs to it. */
  readonly siteUser: string;
  /**
   * Whose the transport is. `root`: on the server each session becomes the site's user before it does anything. `site-user`: it is that user's
   * own. Default `root`.
   */
  readonly as?: "root" | "site-user" | undefined;
  /**
   * What the first release may take the place of. `welcome-page`: nothing but what CloudPanel has put there itself; other content is
   * `TARGET_LAYOUT_INVALID`. `everything`: it is moved to `.hostelry/replaced` of the site. Default `welcome-page`.
   */
  readonly replaces?: "everything" | "welcome-page" | undefined;
}

/** A target in a CloudPanel site, with the sessions it keeps there. */
export interface CloudPanelSite extends Target {
  /** Ends the sessions. The transport stays; it is its owner's to close. */
  close(): Promise<void>;
}

/**
 * Publishes into a site of a CloudPanel server, with all promises of `sshEdge` but previews, for which CloudPanel has no place. Releases are in
 * `/home/<user>/hostelry`; the document root becomes a link to the live one, made by the site's user, for CloudPanel's nginx follows a
 * link only when link and files have the same owner (`disable_symlinks if_not_owner`). Each flip is one rename; no reload.
 *
 * - The stock vhost lets browsers keep styles, scripts, images and fonts for ever. What is not named after its content is told in
 *   `warnings` of the publication's results, with a look at the site's own vhost where that can be read.
 * - Suspended, the site answers 403 and 404; in maintenance its front page says so, with status 200, for the stock vhost has no other.
 * - CloudPanel writes proofs for certificates below the document root and takes them away: they count for nothing in `verify`.
 * - Deleting the site in the panel deletes its releases.
 */
export function cloudPanelSite(transport: Transport, options: CloudPanelSiteOptions): CloudPanelSite {
  const { domain, siteUser, as = "root", replaces = "welcome-page", name, ...others } = options;
  if (!/^[a-z][-a-z0-9_]{2,31}$/i.test(siteUser))
    throw new TypeError("siteUser must be the name of a site's system user");
  const home = `/home/${siteUser}`;
  const domainOf = (siteId: SiteId): string => {
    const text = typeof domain === "string" ? domain : domain(siteId);
    if (!/^[a-z0-9]([a-z0-9.-]{0,126}[a-z0-9])?$/.test(text) || text.includes("..")) {
      throw new TypeError(`${JSON.stringify(text)} is no domain of a site`);
    }
    return text;
  };
  if (typeof domain === "string") domainOf(domain as SiteId);
  const edge: SshEdge = sshEdge(transport, `${home}/hostelry`, {
    ...others,
    name: name ?? (typeof domain === "string" ? domain : transport.name),
    runAs: as === "root" ? siteUser : undefined,
    documentRoot: (siteId) => ({
      path: `${home}/htdocs/${domainOf(siteId)}`,
      replaces: replaces === "everything" ? "everything" : { word: "Hello" },
    }),
  });

  const cached = new Map<string, ReadonlySet<string>>();
  /** Looked at once: who changes a vhost by hand starts programs anew. What can't be read is taken for the stock one. */
  const cachedIn = async (vhost: string, { signal }: CallOptions): Promise<ReadonlySet<string>> => {
    const known = cached.get(vhost);
    if (known !== undefined) return known;
    const path = `/etc/nginx/sites-enabled/${vhost}.conf`;
    const read = await transport.run({ argv: ["cat", path] }, { signal });
    const isRead = read.isOk() && read.value.exitCode === 0;
    const found = isRead ? cachedForEver(Buffer.from(read.value.stdout).toString("utf8")) : stockCached;
    if (isRead) cached.set(vhost, found);
    return found;
  };

  /** Says what the web server keeps, while the other work is done: neither needs the other. */
  const warned = <T>(
    request: StageRequest,
    call: CallOptions,
    work: () => ResultAsync<T, TargetError>,
    withWarnings: (done: T, warnings: readonly string[]) => T,
  ): ResultAsync<T, TargetError> =>
    flow(async function* () {
      const looking = cachedIn(domainOf(request.siteId), call);
      const done = yield* work();
      const warnings = cachingWarnings(request.manifest, request.before, await looking);
      return ok(warnings.length === 0 ? done : withWarnings(done, warnings));
    });

  return {
    spec: edge.spec,
    name: edge.name,
    capabilities: edge.capabilities,
    observe: edge.observe,
    missing: edge.missing,
    activate: edge.activate,
    probe: edge.probe,
    setServingState: edge.setServingState,
    discard: edge.discard,
    close: edge.close,
    stage: (request, call = {}) =>
      warned(
        request,
        call,
        () => edge.stage(request, call),
        (staged, warnings) => ({ ...staged, warnings }),
      ),
    stageAndActivate: (request, call = {}) =>
      warned(
        request,
        call,
        () => edge.stageAndActivate(request, call),
        ({ staged, activated }, warnings) => ({
          staged: { ...staged, warnings },
          activated,
        }),
      ),
    verify: (request, call) =>
      edge.verify(request, call).map(({ problems }) => ({
        problems: problems.filter(
          ({ path, problem }) => problem !== "unexpected" || !path.startsWith(".well-known/acme-challenge/"),
        ),
      })),
  };
}

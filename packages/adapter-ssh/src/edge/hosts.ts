import { domainToASCII } from "node:url";
import type { SiteId, SlotName } from "@hostelry/core/adapter";
import { change, type EdgeParts, type Tracked } from "./edge-parts.ts";
import { assertSiteId, invalidInput } from "./layout/request-checks.ts";
import { linesOf } from "./node/answer.ts";

/** A host name of a site. */
export interface HostRequest {
  readonly siteId: SiteId;
  /** A name in the form that browsers ask for: lower case, ASCII. */
  readonly host: string;
}

/** A preview that was taken away because its time was over. */
export interface ExpiredPreview {
  readonly siteId: SiteId;
  readonly slot: SlotName;
}

/** Makes `hosts/<host>` lead to the site. */
export async function bindHost(
  parts: EdgeParts,
  request: HostRequest,
  tracked: Tracked,
): Promise<{ readonly changed: boolean }> {
  const { siteId, host } = checked(request);
  const about = { operation: "bindHost", siteId };
  const answer = await change(parts, about, tracked, { words: ["bind", siteId, host], signal: tracked.signal });
  return { changed: answer.lines.includes("bound") };
}

/** Takes `hosts/<host>` away, if it is the site's. */
export async function unbindHost(
  parts: EdgeParts,
  request: HostRequest,
  tracked: Tracked,
): Promise<{ readonly changed: boolean }> {
  const { siteId, host } = checked(request);
  const about = { operation: "unbindHost", siteId };
  const answer = await change(parts, about, tracked, { words: ["unbind", siteId, host], signal: tracked.signal });
  return { changed: answer.lines.includes("unbound") };
}

/** Takes away what has expired, of all sites. */
export async function sweep(
  parts: EdgeParts,
  tracked: Tracked,
): Promise<{ readonly expired: readonly ExpiredPreview[] }> {
  // The script wants a site's name in that place, and looks at all of them.
  const about = { operation: "sweep", siteId: "all" as SiteId };
  const answer = await change(parts, about, tracked, { words: ["sweep", "all"], signal: tracked.signal });
  const expired = linesOf(answer, "expired").map((line) => {
    const [siteId = "", slot = ""] = line.split(" ");
    return { siteId: siteId as SiteId, slot: slot as SlotName };
  });
  return { expired };
}

function checked(request: HostRequest): HostRequest {
  assertSiteId(request.siteId);
  const { host } = request;
  const isName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(host);
  if (!isName || host.length > 253 || domainToASCII(host) !== host)
    throw invalidInput("host", "it must be a host name in lower case and ASCII");
  return request;
}

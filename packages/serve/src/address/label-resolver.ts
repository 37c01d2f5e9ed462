import { type PreviewId, previewSlot, type SiteId } from "@hostelry/core/adapter";
import type { HostResolver } from "./site-address.ts";

/** Options of {@link labelResolver}. */
export interface LabelResolverOptions {
  /** The name below which sites live, e.g. `localhost` or `sites.example.com`. */
  readonly root: string;
}

const siteLabel = /^(?:(preview-[0-9a-z]{20})--)?(site-[0-9a-z]{20})$/;

/**
 * Resolves by the first label: `<siteId>.<root>` is the live site, `<previewId>--<siteId>.<root>` a preview. Needs no
 * record of domains. Browsers take every name below `localhost` for this machine, so it works without any DNS there.
 */
export function labelResolver({ root }: LabelResolverOptions): HostResolver {
  const suffix = `.${root.toLowerCase()}`;
  return (host) => {
    if (!host.endsWith(suffix)) return null;
    const [, previewId, siteId] = siteLabel.exec(host.slice(0, -suffix.length)) ?? [];
    if (siteId === undefined) return null;
    const slot = previewId === undefined ? "live" : previewSlot(previewId as PreviewId);
    return { siteId: siteId as SiteId, slot };
  };
}

/** The host name at which {@link labelResolver} finds a site's live content. */
export function siteHost(siteId: SiteId, { root }: LabelResolverOptions): string {
  return `${siteId}.${root}`;
}

/** The host name at which {@link labelResolver} finds a preview. Its cookies are not those of the live site. */
export function previewHost(siteId: SiteId, previewId: PreviewId, { root }: LabelResolverOptions): string {
  return `${previewId}--${siteId}.${root}`;
}

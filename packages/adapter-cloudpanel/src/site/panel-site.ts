import { err, type HostingErrorOf, ok, type Result } from "@hostelry/core/adapter";
import { type PanelCommand, panelCommand } from "../command/panel-command.ts";

/** What kind of site, with what that kind needs. */
export type PanelRuntime =
  | { readonly kind: "static" }
  | { readonly kind: "php"; readonly phpVersion: string; readonly vhostTemplate: string }
  | { readonly kind: "nodejs"; readonly nodejsVersion: string; readonly appPort: number }
  | { readonly kind: "python"; readonly pythonVersion: string; readonly appPort: number }
  | { readonly kind: "reverse-proxy"; readonly url: string };

/** A site as it is wanted. CloudPanel has one system user for each site, and one site for each system user. */
export interface PanelSite {
  /** Whole, in lower-case ASCII. */
  readonly domain: string;
  /** The system user that owns the files: 3 to 32 of `[a-z0-9_-]`, a letter first. {@link siteUserFor} makes one. */
  readonly user: string;
  /** Default: static files. */
  readonly runtime?: PanelRuntime | undefined;
}

/** The command that adds a site; the checks of its values are those of all sites. */
export function addSiteCommand(
  site: PanelSite,
  password: string,
): Result<PanelCommand, HostingErrorOf<"INVALID_INPUT">> {
  const named = { domainName: site.domain, siteUser: site.user, siteUserPassword: password };
  const runtime = site.runtime ?? { kind: "static" };
  switch (runtime.kind) {
    case "static":
      return panelCommand("site:add:static", named);
    case "php":
      return panelCommand("site:add:php", {
        ...named,
        phpVersion: runtime.phpVersion,
        vhostTemplate: runtime.vhostTemplate,
      });
    case "nodejs":
      return panelCommand("site:add:nodejs", {
        ...named,
        nodejsVersion: runtime.nodejsVersion,
        appPort: String(runtime.appPort),
      });
    case "python":
      return panelCommand("site:add:python", {
        ...named,
        pythonVersion: runtime.pythonVersion,
        appPort: String(runtime.appPort),
      });
    case "reverse-proxy":
      return panelCommand("site:add:reverse-proxy", { ...named, reverseProxyUrl: runtime.url });
  }
}

/** Checks a site without anything else being done. */
export function checkPanelSite(site: PanelSite): Result<PanelSite, HostingErrorOf<"INVALID_INPUT">> {
  const command = addSiteCommand(site, "checked-and-thrown-away");
  return command.isErr() ? err(command.error) : ok(site);
}

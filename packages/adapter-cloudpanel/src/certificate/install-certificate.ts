import {
  type CallOptions,
  type Clock,
  checkCertificate,
  err,
  flow,
  type HostingErrorOf,
  ok,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { panelCommand } from "../command/panel-command.ts";
import type { PanelAnswerError } from "../command/read-answer.ts";
import type { PanelSession } from "../host/panel-session.ts";
import { type PanelError, panelFailed } from "../panel-errors.ts";
import type { EnsuredPanelCertificate } from "./ensure-certificate.ts";
import { impliedNames, observeCertificate } from "./panel-certificate.ts";

/** A certificate from elsewhere. */
export interface InstallPanelCertificate {
  readonly domain: string;
  /** PEM: the certificate, then its issuers. */
  readonly chainPem: string;
  /** PEM, not encrypted. A secret: it goes through the input, and CloudPanel keeps it readable for every user of the server. */
  readonly privateKeyPem: string;
  /** Names that it has to be good for. Default: the domain. */
  readonly names?: readonly string[] | undefined;
}

/**
 * Installs a certificate that was had elsewhere, after all that is wrong with it was looked for. The same one again is `unchanged`. The files
 * are on the server's memory disk for the time of the command, for root alone.
 */
export function installCertificate(
  { session, clock }: { readonly session: PanelSession; readonly clock: Clock },
  { domain, chainPem, privateKeyPem, names }: InstallPanelCertificate,
  { signal }: CallOptions,
): ResultAsync<EnsuredPanelCertificate, HostingErrorOf<"CERTIFICATE_INVALID"> | PanelAnswerError | PanelError> {
  return flow(async function* () {
    const wanted = names ?? impliedNames(domain).slice(0, 1);
    const checked = yield* checkCertificate({ chainPem, privateKeyPem, names: wanted, now: clock.now() });
    const { facts } = checked;
    const result = { names: facts.names, notAfter: facts.notAfter, issuer: facts.issuer };
    const before = yield* observeCertificate(session, domain, { signal });
    if (before.facts?.sha256 === facts.sha256) return ok<EnsuredPanelCertificate>({ state: "unchanged", ...result });
    const end = "-----END CERTIFICATE-----";
    const [leaf = "", ...issuers] = checked.chainPem
      .split(end)
      .slice(0, -1)
      .map((block) => `${block.trim()}\n${end}\n`);
    const chain = issuers.length === 0 ? {} : { certificateChain: issuers.join("") };
    const files = { privateKey: privateKeyPem, certificate: leaf, ...chain };
    const command = yield* panelCommand("site:install:certificate", { domainName: domain }, files);
    const installed = await session.run(command, { signal });
    if (installed.isErr() && signal?.aborted === true) return err(installed.error);
    const { facts: seen } = yield* observeCertificate(session, domain, { signal });
    if (seen?.sha256 === facts.sha256) return ok<EnsuredPanelCertificate>({ state: "changed", ...result });
    if (installed.isErr()) return err(installed.error);
    const excerpt = "another certificate is installed";
    return err(panelFailed(session.name, command.name, "command-failed", { state: "changed", excerpt }));
  });
}

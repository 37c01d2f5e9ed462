import {
  type CallOptions,
  type Clock,
  err,
  flow,
  type HostingErrorOf,
  hasCode,
  hostingError,
  ok,
  type ResolverError,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { panelCommand } from "../command/panel-command.ts";
import type { PanelAnswerError } from "../command/read-answer.ts";
import type { PanelSession } from "../host/panel-session.ts";
import { type PanelError, panelFailed } from "../panel-errors.ts";
import { checkAddresses, type PointingPreflight } from "./check-addresses.ts";
import { certificateNeed, impliedNames, observeCertificate, type PanelCertificate } from "./panel-certificate.ts";

/** Which certificate, and when a new one is due. */
export interface EnsurePanelCertificate {
  readonly domain: string;
  /** Names beside the domain and its implied `www`. */
  readonly names?: readonly string[] | undefined;
  /** A certificate that ends sooner is renewed, or with a third of its life left if that is sooner still. Default 30 days, about when CloudPanel itself renews. */
  readonly renewBeforeMs?: number | undefined;
  /** After an order, good or bad, none of the same site for so long. Default 15 minutes: Let's Encrypt allows five failures an hour for a name. */
  readonly pauseMs?: number | undefined;
  /** `unchecked`: the names are known to lead here, and nobody is asked. */
  readonly preflight: PointingPreflight | "unchecked";
}

/** A certificate that is installed and good. */
export interface EnsuredPanelCertificate {
  readonly state: "changed" | "unchanged";
  readonly names: readonly string[];
  readonly notAfter: Date;
  readonly issuer: string;
}

/** Errors of work on certificates. */
export type PanelCertificateError =
  | HostingErrorOf<"ADAPTER_THROTTLED">
  | HostingErrorOf<"DOMAIN_NOT_POINTING">
  | PanelAnswerError
  | PanelError
  | ResolverError;

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Makes sure that a site has a certificate that browsers believe. The command orders anew each time it is run, whatever is installed, and
 * authorities allow few orders: so it is run only when the installed one is found wanting, when all names lead here, when no order was
 * placed a moment ago, and when nobody has installed one since the look; the last two are decided on the server, under the lock. After an
 * order whose end is unknown the installed certificate is looked at, and nothing is ordered again.
 */
export function ensureCertificate(
  { session, clock }: { readonly session: PanelSession; readonly clock: Clock },
  request: EnsurePanelCertificate,
  { signal }: CallOptions,
): ResultAsync<EnsuredPanelCertificate, PanelCertificateError> {
  const { domain, preflight, renewBeforeMs = 30 * dayMs, pauseMs = 15 * 60 * 1000 } = request;
  const names = namesOfCertificate(domain, request.names ?? []);
  const extra = names.filter((name) => !impliedNames(domain).includes(name));
  const isGood = (seen: PanelCertificate): boolean =>
    certificateNeed(seen, { names, now: clock.now(), renewBeforeMs }) === undefined;
  return flow(async function* () {
    const command = yield* panelCommand("lets-encrypt:install:certificate", {
      domainName: domain,
      subjectAlternativeName: extra.length === 0 ? undefined : extra.join(","),
    });
    let seen = yield* observeCertificate(session, domain, { signal });
    if (isGood(seen)) return ok(ensured("unchanged", seen));
    if (preflight !== "unchecked") yield* checkAddresses(preflight, names, { signal });
    const order = { domain, now: clock.now(), pauseMs, installed: seen.fileSha256 };
    const placed = await session.run(command, { signal, order });
    if (placed.isErr() && (hasCode(placed.error, "CERTIFICATE_REFUSED", "PANEL_REFUSED") || signal?.aborted === true))
      return err(placed.error);
    // Whatever was said: what counts is what is installed now.
    seen = yield* observeCertificate(session, domain, { signal });
    if (isGood(seen))
      return ok(ensured(placed.isOk() && placed.value.outcome === "done" ? "changed" : "unchanged", seen));
    if (placed.isErr()) return err(placed.error);
    if (placed.value.outcome === "done") {
      const excerpt = `installed is one ${seen.facts === null ? "that can't be read" : `for ${seen.facts.names.join(", ")}`}`;
      return err(panelFailed(session.name, command.name, "command-failed", { state: "changed", excerpt }));
    }
    const lastOrderAt = placed.value.outcome === "cooling" ? placed.value.lastOrderAt : order.now;
    return err(tooSoon(session.name, domain, new Date(lastOrderAt.getTime() + pauseMs)));
  });
}

/** All names that the certificate of a site will be for, sorted. */
export function namesOfCertificate(domain: string, extra: readonly string[]): readonly string[] {
  return [...new Set([...impliedNames(domain), ...extra])].sort();
}

function ensured(
  state: EnsuredPanelCertificate["state"],
  { facts, domain }: PanelCertificate,
): EnsuredPanelCertificate {
  if (facts === null) throw new Error(`a good certificate of ${domain} can be read`);
  return { state, names: facts.names, notAfter: facts.notAfter, issuer: facts.issuer };
}

function tooSoon(panel: string, domain: string, retryAt: Date): HostingErrorOf<"ADAPTER_THROTTLED"> {
  const message = `A certificate for ${domain} was ordered at ${panel} a moment ago; none is ordered before ${retryAt.toISOString()}.`;
  const details = {
    adapter: panel,
    operation: "order a certificate",
    retryAt: retryAt.toISOString(),
    state: "unchanged",
  } as const;
  return hostingError("ADAPTER_THROTTLED", message, details);
}

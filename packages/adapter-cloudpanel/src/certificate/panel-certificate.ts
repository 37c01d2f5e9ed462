import { createHash, X509Certificate } from "node:crypto";
import { type CertificateFacts, certificateFacts, coversName, parseHostname } from "@hostelry/core";
import { type CallOptions, err, flow, ok, type ResultAsync } from "@hostelry/core/adapter";
import { checkPanelField } from "../command/panel-fields.ts";
import { sqlText } from "../host/panel-script.ts";
import type { PanelSession } from "../host/panel-session.ts";
import { type PanelError, panelRefused } from "../panel-errors.ts";

/** The certificate that a site shows. */
export interface PanelCertificate {
  readonly domain: string;
  /** `null`: there is no file, or it can't be read. */
  readonly facts: CertificateFacts | null;
  /** The one that CloudPanel makes for every new site, which no browser believes. */
  readonly selfSigned: boolean;
  /** SHA-256 of the file; `null`: there is none. */
  readonly fileSha256: string | null;
}

/** Looks at the certificate of one site. `PANEL_REFUSED` when there is no such site. */
export function observeCertificate(
  session: PanelSession,
  domain: string,
  { signal }: CallOptions,
): ResultAsync<PanelCertificate, PanelError> {
  return flow(async function* () {
    yield* checkPanelField("domainName", domain);
    const query = `SELECT 'row', hex(domain_name) FROM site WHERE domain_name = ${sqlText(domain)}`;
    const report = yield* session.ask(["certificate", domain, query], { signal });
    if (report.one("row") === undefined) {
      return err(panelRefused(session.name, "certificate", [{ field: "domainName", problem: "missing" }]));
    }
    return ok(certificateOf(domain, report.one("certificate")));
  });
}

/** The certificates of all sites, for a watch over their ends: CloudPanel renews by itself, and stays silent when that fails. */
export function listCertificates(
  session: PanelSession,
  { signal }: CallOptions,
): ResultAsync<readonly PanelCertificate[], PanelError> {
  return session
    .ask(["certificates"], { signal })
    .map((report) => report.all("certificate").map((line) => certificateOf(line.slice(0, line.indexOf(" ")), line)));
}

/** Names that a certificate of `lets-encrypt:install:certificate` is always for: a registered name brings its `www`, and the other way round. */
export function impliedNames(domain: string): readonly string[] {
  if (domain.startsWith("www.")) return [domain, domain.slice(4)];
  const parsed = parseHostname(domain);
  // A name below a suffix that nobody knows, as in a test or an intranet: two labels are taken for a registered name.
  const apex = parsed.isOk() ? parsed.value.apex : domain.split(".").length === 2;
  return apex ? [domain, `www.${domain}`] : [domain];
}

/** Why a certificate has to be had; `undefined` when the installed one is good. */
export function certificateNeed(
  { facts, selfSigned }: PanelCertificate,
  {
    names,
    now,
    renewBeforeMs,
  }: { readonly names: readonly string[]; readonly now: Date; readonly renewBeforeMs: number },
): "expiring" | "missing" | "names" | "self-signed" | undefined {
  if (facts === null) return "missing";
  if (selfSigned) return "self-signed";
  if (names.some((name) => !facts.names.some((held) => coversName(held, name)))) return "names";
  // Of a certificate that lives for six days or for 45, a third: otherwise each new one would be found wanting at once.
  const early = Math.min(renewBeforeMs, (facts.notAfter.getTime() - facts.notBefore.getTime()) / 3);
  const left = facts.notAfter.getTime() - now.getTime();
  // One that is not valid yet is not looked for: a clock that is behind would have each new one found wanting.
  return left < early ? "expiring" : undefined;
}

function certificateOf(domain: string, line: string | undefined): PanelCertificate {
  if (line === undefined) return { domain, facts: null, selfSigned: false, fileSha256: null };
  const pem = Buffer.from(line.slice(line.indexOf(" ") + 1), "base64");
  const text = pem.toString("latin1");
  const facts = certificateFacts(text) ?? null;
  const fileSha256 = createHash("sha256").update(pem).digest("hex");
  return { domain, facts, selfSigned: facts !== null && isSelfSigned(text), fileSha256 };
}

/** Signed by its own key, or issued by its own name: what nobody but itself vouches for. */
function isSelfSigned(pem: string): boolean {
  const certificate = new X509Certificate(pem);
  return certificate.checkIssued(certificate) || certificate.issuer === certificate.subject;
}

import type { PanelCertificate } from "./panel-certificate.ts";

/** A certificate that somebody should look at. */
export interface ExpiringCertificate {
  readonly domain: string;
  /** `null`: there is none that can be read. */
  readonly notAfter: Date | null;
  readonly problem: "expired" | "expiring" | "self-signed" | "unreadable";
}

/**
 * Those of `listCertificates()` that browsers do not believe, or will not soon. CloudPanel renews about 30 days before the end, and says
 * nothing when that fails: what is left with less than `withinMs` was not renewed. The first to end comes first.
 */
export function expiringCertificates(
  certificates: readonly PanelCertificate[],
  { now, withinMs }: { readonly now: Date; readonly withinMs: number },
): readonly ExpiringCertificate[] {
  return certificates
    .flatMap((certificate): readonly ExpiringCertificate[] => {
      const { domain, facts, selfSigned } = certificate;
      if (facts === null) return [{ domain, notAfter: null, problem: "unreadable" }];
      const { notAfter } = facts;
      const leftMs = notAfter.getTime() - now.getTime();
      if (leftMs <= 0) return [{ domain, notAfter, problem: "expired" }];
      if (selfSigned) return [{ domain, notAfter, problem: "self-signed" }];
      return leftMs < withinMs ? [{ domain, notAfter, problem: "expiring" }] : [];
    })
    .sort((one, other) => (one.notAfter?.getTime() ?? 0) - (other.notAfter?.getTime() ?? 0));
}

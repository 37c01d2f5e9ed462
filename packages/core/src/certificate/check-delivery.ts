import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { CertificateToDeliver } from "../ports/certificate-target.ts";
import { err, ok, type Result } from "../result/index.ts";
import { certificateFacts } from "./certificate-facts.ts";
import { checkCertificateNames } from "./certificate-names.ts";
import { type CheckedCertificate, checkCertificate } from "./check-certificate.ts";

/** An id as `CertificateId` describes it: safe as a part of a path, too. */
export function isCertificateId(id: string): boolean {
  return /^cert-[a-z0-9]{20}$/.test(id);
}

/**
 * What every place that serves looks at before it touches anything: an id, a number and names in their form (`INVALID_INPUT`), a chain in order,
 * its digest, the names in it, and the key that belongs to it (`CERTIFICATE_INVALID`). Not whether it has ended: that is for who delivers it.
 * The chain that is answered has nothing in it but certificates, and not the root.
 */
export function checkCertificateDelivery(
  request: CertificateToDeliver,
): Result<CheckedCertificate, HostingErrorOf<"CERTIFICATE_INVALID"> | HostingErrorOf<"INVALID_INPUT">> {
  const { certificateId, number, names, chainPem, privateKeyPem, sha256 } = request;
  if (!isCertificateId(certificateId)) return err(invalid("certificateId", "is not the id of a certificate"));
  if (!Number.isSafeInteger(number) || number < 1) return err(invalid("number", "is not a whole number from 1"));
  return checkCertificateNames(names).andThen((canonical): ReturnType<typeof checkCertificateDelivery> => {
    if (canonical.join() !== names.join()) return err(invalid("names", "are not sorted, or one is there twice"));
    const facts = certificateFacts(chainPem);
    const now = facts?.notBefore ?? new Date(0);
    return checkCertificate({ chainPem, privateKeyPem, names, now }).andThen((checked) =>
      checked.facts.sha256 === sha256 ? ok(checked) : err(invalid("sha256", "is the digest of another certificate")),
    );
  });
}

function invalid(field: string, problem: string): HostingErrorOf<"INVALID_INPUT"> {
  return hostingError("INVALID_INPUT", `The certificate can't be delivered: ${field} ${problem}.`, { field, problem });
}

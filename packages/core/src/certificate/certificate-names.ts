import { isDnsName } from "../dns/dns-name.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";

/** Most names that any public authority puts into one certificate. */
const mostNames = 100;

/**
 * Names for one certificate in the one form that authorities are asked in: sorted, each once. A name is whole, in lower-case ASCII,
 * without a dot at the end and without `_`; `*.` may stand before it. A name that a wildcard beside it covers is left in: some
 * authorities refuse that, and it is for the caller to decide. `INVALID_INPUT` otherwise, also for none and for more than 100.
 */
export function checkCertificateNames(
  names: readonly string[],
): Result<readonly string[], HostingErrorOf<"INVALID_INPUT">> {
  const unique = [...new Set(names)].sort();
  if (unique.length === 0 || unique.length > mostNames)
    return err(invalid(`are ${unique.length}, not 1 to ${mostNames}`));
  const wrong = unique.find((name) => !isCertificateName(name));
  return wrong === undefined
    ? ok(unique)
    : err(invalid(`contain ${JSON.stringify(wrong)}, which no certificate can have`));
}

/** Whether a certificate for `held` is good for visitors of `name`: the same, or a wildcard one label above. */
export function coversName(held: string, name: string): boolean {
  if (held === name) return true;
  return held.startsWith("*.") && name.indexOf(".") > 0 && held.slice(1) === name.slice(name.indexOf("."));
}

function isCertificateName(name: string): boolean {
  const labels = (name.startsWith("*.") ? name.slice(2) : name).split(".");
  const isHostLabel = (label: string): boolean => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label);
  return labels.length > 1 && isDnsName(name) && labels.every(isHostLabel) && !/^\d+$/.test(labels.at(-1) ?? "");
}

function invalid(problem: string): HostingErrorOf<"INVALID_INPUT"> {
  return hostingError("INVALID_INPUT", `The names of a certificate ${problem}.`, { field: "names", problem });
}

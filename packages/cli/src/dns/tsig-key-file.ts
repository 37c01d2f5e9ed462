import type { TsigKey } from "@hostelry/adapter-dns/rfc2136";
import { UsageError } from "../command-line/usage-error.ts";

/** A key as BIND's own tools write it: `key "name" { algorithm hmac-sha256; secret "…"; };`. Its secret is in no message. */
export function tsigKeyFrom(text: string, file: string): TsigKey {
  const [, name, body] = /key\s+"?([A-Za-z0-9._-]+)"?\s*\{([^}]*)\}/.exec(text) ?? [];
  const [, algorithm] = /\balgorithm\s+"?([a-z0-9-]+)"?\s*;/i.exec(body ?? "") ?? [];
  const [, secret] = /\bsecret\s+"?([A-Za-z0-9+/=]+)"?\s*;/.exec(body ?? "") ?? [];
  if (name === undefined || algorithm === undefined || secret === undefined) {
    throw new UsageError(`${file} is not a key as tsig-keygen writes it.`);
  }
  const known = (["hmac-sha256", "hmac-sha384", "hmac-sha512"] as const).find(
    (each) => each === algorithm.toLowerCase(),
  );
  if (known === undefined) throw new UsageError(`The key in ${file} is of ${algorithm}, which is not used any more.`);
  return { name, algorithm: known, secret };
}

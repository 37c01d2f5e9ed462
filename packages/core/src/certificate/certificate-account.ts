import { createPrivateKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { CertificateAccountError } from "../ports/certificate/index.ts";
import type { CertificateStore } from "../ports/certificate-store.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { guardCertificateStore, guardKeyVault } from "../ports/index.ts";
import type { KeyVault, OpenSealedError } from "../ports/key-vault.ts";
import type { StoreError } from "../ports/store/index.ts";
import { errAsync, flow, ok, okAsync, type ResultAsync } from "../result/index.ts";
import { accountKeyContext } from "./certificate.ts";
import type { CertificateCall, CertificatePorts, UsedCertificateAuthority } from "./certificate-ports.ts";

/** What {@link certificateAccountKey} needs. */
export interface CertificateAccountKeyOptions {
  readonly store: CertificateStore;
  readonly vault: KeyVault;
  /** As the host calls the authority. */
  readonly authority: string;
  readonly clock?: Clock | undefined;
}

/**
 * The key of our account at an authority, in PEM: made when there is none, kept sealed, and the same for all processes whoever was first. For the
 * adapter (`acmeAuthority({ accountKey })`). It is ECDSA on P-256.
 */
export function certificateAccountKey(
  options: CertificateAccountKeyOptions,
  call: CallOptions = {},
): ResultAsync<string, StoreError | OpenSealedError> {
  const { authority, clock = systemClock } = options;
  const store = guardCertificateStore(options.store);
  const vault = guardKeyVault(options.vault);
  const context = accountKeyContext(authority);
  return flow(async function* () {
    let account = yield* store.findAccount(authority, call);
    if (account === null) {
      const { privateKey } = await promisify(generateKeyPair)("ec", { namedCurve: "prime256v1" });
      const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      const accountKey = yield* vault.seal(new TextEncoder().encode(pem), context, call);
      const kept = yield* store.keepAccount({ authority, accountKey, createdAt: clock.now() }, call);
      account = kept.account;
    }
    const { bytes } = yield* vault.open(account.accountKey, context, call);
    const pem = new TextDecoder().decode(bytes);
    createPrivateKey(pem); // What was sealed was a key: anything else is a bug.
    return ok(pem);
  });
}

/** Our account at an authority; registered when there is none, and the host has said how. */
export function accountIdOf(
  ports: CertificatePorts,
  { name, authority, account }: UsedCertificateAuthority,
  { signal }: CertificateCall,
): ResultAsync<string, CertificateAccountError> {
  const known = ports.accountIds.get(name);
  if (known !== undefined) return okAsync(known);
  return authority
    .findAccount({ signal })
    .map(({ id }) => id)
    .orElse((error) => {
      if (account === undefined || !isAbsent(error)) return errAsync(error);
      return authority.registerAccount(account, { signal }).map((registered) => registered.account.id);
    })
    .map((id) => {
      ports.accountIds.set(name, id);
      return id;
    });
}

function isAbsent(error: CertificateAccountError): error is HostingErrorOf<"CERTIFICATE_ACCOUNT_MISSING"> {
  return hasCode(error, "CERTIFICATE_ACCOUNT_MISSING") && error.details.reason === "absent";
}

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, FlattenedSign, type JWK } from "jose";

/** Credentials that a certificate authority hands out on its web site (RFC 8555, section 7.3.4). */
export interface ExternalAccount {
  readonly keyId: string;
  /** Base64url, as the authority shows it. A secret. */
  readonly hmacKey: string;
}

/** A request that is about to be signed. */
export interface RequestToSign {
  readonly url: string;
  readonly nonce: string;
  /** The account's URL; `null` for the two requests that are made before it is known: then the public key itself is sent. */
  readonly accountUrl: string | null;
  /** JSON; `undefined` for the empty payload of a request that only reads (POST-as-GET). */
  readonly payload?: unknown;
}

/** What is done with the account's key, which stays in here. */
export interface AccountKey {
  sign(request: RequestToSign): Promise<string>;
  /** What answers a challenge's token (RFC 8555, section 8.1). */
  keyAuthorization(token: string): Promise<string>;
  /** Proof of the external account, for this key (RFC 8555, section 7.3.4). */
  bind(external: ExternalAccount, url: string): Promise<object>;
}

/** A fresh account key (ECDSA on P-256), PEM. Keep it as a secret; whoever has it, is the account. */
export function newAccountKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** The key of an account. Throws `TypeError` for one that can't be used, without repeating it. */
export function accountKey(pem: string): AccountKey {
  const key = readKey(pem);
  const alg = algorithmOf(key);
  let publicJwk: Promise<JWK> | undefined;
  const jwk = (): Promise<JWK> => (publicJwk ??= exportJWK(createPublicKey(key)));
  return {
    sign: async ({ url, nonce, accountUrl, payload }) => {
      const who = accountUrl === null ? { jwk: await jwk() } : { kid: accountUrl };
      const bytes = new TextEncoder().encode(payload === undefined ? "" : JSON.stringify(payload));
      return JSON.stringify(await new FlattenedSign(bytes).setProtectedHeader({ alg, nonce, url, ...who }).sign(key));
    },
    keyAuthorization: async (token) => `${token}.${await calculateJwkThumbprint(await jwk())}`,
    bind: async ({ keyId, hmacKey }, url) =>
      new FlattenedSign(new TextEncoder().encode(JSON.stringify(await jwk())))
        .setProtectedHeader({ alg: "HS256", kid: keyId, url })
        .sign(Buffer.from(hmacKey, "base64url")),
  };
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // Without a cause: OpenSSL's words may repeat what it was given.
    throw new TypeError("The account key is not a private key in PEM.");
  }
}

function algorithmOf(key: KeyObject): "ES256" | "ES384" | "RS256" {
  if (key.asymmetricKeyType === "rsa") return "RS256";
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === "prime256v1") return "ES256";
  if (curve === "secp384r1") return "ES384";
  throw new TypeError("The account key is neither RSA nor ECDSA on P-256 or P-384.");
}

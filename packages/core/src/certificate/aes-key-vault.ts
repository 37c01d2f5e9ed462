// The default vault: AES-256-GCM of node:crypto, with keys that the host gives, out of an environment variable or a secret store.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { KeyVault, Opened, Sealed } from "../ports/key-vault.ts";
import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from "../result/index.ts";

/** Keys of {@link aesKeyVault}. */
export interface AesKeyVaultOptions {
  /**
   * By id, 32 random bytes each. The id is kept beside what the key sealed: 1 to 32 letters, digits, `-` and `_`. Keys that sealed something
   * that is still there have to stay.
   */
  readonly keys: Readonly<Record<string, Uint8Array>>;
  /** The id of the one that seals. */
  readonly current: string;
  /** For messages; default `aes`. */
  readonly name?: string | undefined;
}

const version = "v1";
const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;
const mostBytes = 32_768;
const longestContext = 500;

/**
 * Seals with AES-256-GCM. A sealed text is `v1.<key id>.<base64url of nonce, tag and ciphertext>`; version, key id and context are
 * authenticated with it, so that none of them can be exchanged. Nonces are of 96 random bits: a key is good for 2^32 texts (NIST SP
 * 800-38D, section 8.3).
 *
 * To rotate, add a key and make it `current`; what older ones sealed is opened as `stale`, and sealed anew when it is next written.
 * Throws `TypeError` for keys that can't be used.
 */
export function aesKeyVault(options: AesKeyVaultOptions): KeyVault {
  const { current, name = "aes" } = options;
  const keys = new Map(Object.entries(options.keys).map(([id, key]) => [id, new Uint8Array(key)]));
  for (const [id, key] of keys) {
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id)) throw new TypeError("A vault's key id is 1 to 32 letters, digits, - and _.");
    if (key.length !== keyLength) throw new TypeError(`The vault's key ${id} is not of ${keyLength} bytes.`);
  }
  const currentKey = keys.get(current);
  if (currentKey === undefined) throw new TypeError("The vault's current key is not among its keys.");

  const unreadable = (
    reason: "damaged" | "malformed" | "unknown-key",
    keyId: string | null,
  ): HostingErrorOf<"SEALED_UNREADABLE"> => {
    const sentence = {
      damaged: "was changed, or sealed for something else",
      malformed: "is nothing that a vault has sealed",
      "unknown-key": `was sealed with the key ${keyId}, which the vault ${name} does not have`,
    }[reason];
    return hostingError("SEALED_UNREADABLE", `What is to be opened ${sentence}.`, { vault: name, keyId, reason });
  };

  const open = (sealed: string, context: string): Result<Opened, HostingErrorOf<"SEALED_UNREADABLE">> => {
    const [, keyId, body] = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)$/.exec(sealed) ?? [];
    if (keyId === undefined || body === undefined) return err(unreadable("malformed", null));
    const key = keys.get(keyId);
    if (key === undefined) return err(unreadable("unknown-key", keyId));
    const bytes = Buffer.from(body, "base64url");
    const end = nonceLength + tagLength;
    // Base64url has texts that differ in unused bits of the last letter only: one text is one thing.
    if (bytes.length <= end || bytes.toString("base64url") !== body) return err(unreadable("malformed", keyId));
    const nonce = bytes.subarray(0, nonceLength);
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
    decipher.setAAD(authenticated(keyId, context));
    decipher.setAuthTag(bytes.subarray(nonceLength, end));
    try {
      const opened = Buffer.concat([decipher.update(bytes.subarray(end)), decipher.final()]);
      return ok({ bytes: new Uint8Array(opened), stale: keyId !== current });
    } catch {
      return err(unreadable("damaged", keyId)); // OpenSSL says no more than that.
    }
  };

  return {
    spec: "key-vault/1",
    name,
    capabilities: {},
    seal: (bytes, context) => {
      const problem = inputProblem(bytes.length, context);
      if (problem !== undefined) return errAsync(problem);
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv("aes-256-gcm", currentKey, nonce, { authTagLength: tagLength });
      cipher.setAAD(authenticated(current, context));
      const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
      const body = Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
      return okAsync(`${version}.${current}.${body}` as Sealed);
    },
    open: (sealed, context): ResultAsync<Opened, HostingErrorOf<"SEALED_UNREADABLE">> =>
      open(sealed, context).match(
        (opened) => okAsync(opened),
        (error) => errAsync(error),
      ),
  };
}

function authenticated(keyId: string, context: string): Buffer {
  return Buffer.from(`${version}.${keyId}.${context}`);
}

function inputProblem(length: number, context: string): HostingErrorOf<"INVALID_INPUT"> | undefined {
  const invalid = (field: string, problem: string): HostingErrorOf<"INVALID_INPUT"> =>
    hostingError("INVALID_INPUT", `The vault can't seal that: ${field} ${problem}.`, { field, problem });
  if (length === 0 || length > mostBytes) return invalid("bytes", `are ${length}, not 1 to ${mostBytes}`);
  if (context === "" || context.length > longestContext)
    return invalid("context", `has ${context.length} characters, not 1 to ${longestContext}`);
  return undefined;
}

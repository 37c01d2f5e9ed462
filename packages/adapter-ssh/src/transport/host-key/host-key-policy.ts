import { readFile } from "node:fs/promises";
import {
  attempt,
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  ok,
  type Result,
  type ResultAsync,
  type TransportError,
} from "@hostelry/core/adapter";
import { type KnownHost, lookUpKnownHost } from "./known-hosts.ts";
import { describeKey, fingerprintOf, type PublicKey, parsePublicKey, publicKeyOf } from "./public-key.ts";

/**
 * Whose key a host must show. There is no way to accept just any: whoever stands in between would be given the site, and
 * with a password also the password.
 */
export type ExpectedHostKey =
  | {
      /** `SHA256:…` as `ssh-keygen -l` prints it, or the key itself, `ssh-ed25519 AAAA…`; several while a key is changed. */
      readonly hostKey: string | readonly string[];
      readonly knownHosts?: undefined;
    }
  | {
      /** Path of a known_hosts file; read for each connection. Hashed names, `[host]:port` and `@revoked` are understood. */
      readonly knownHosts: string;
      readonly hostKey?: undefined;
    };

/** What is expected of one host, ready to be compared. */
export interface HostKeyPolicy {
  /** Key types to ask for, so that the host shows the key that is known; `undefined` when only a fingerprint is. */
  readonly types: readonly string[] | undefined;
  /** Judges the key that the host shows and has proved to own. */
  judge(blob: Buffer): Result<void, HostingErrorOf<"HOST_KEY_MISMATCH"> | HostingErrorOf<"HOST_KEY_UNKNOWN">>;
}

/** Who is asked. */
export interface HostPlace {
  /** The transport's name. */
  readonly transport: string;
  readonly host: string;
  readonly port: number;
}

/** Makes the expectation ready; a pin that is none is `INVALID_INPUT`. */
export function hostKeyPolicy(
  { transport, host, port }: HostPlace,
  expected: ExpectedHostKey,
): ResultAsync<HostKeyPolicy, TransportError> {
  return flow(async function* () {
    const shown = `${host}:${port}`;
    if (expected.hostKey !== undefined) {
      const pins = yield* parsePins(typeof expected.hostKey === "string" ? [expected.hostKey] : expected.hostKey);
      return ok(policyOf(transport, shown, pins, []));
    }
    const file = expected.knownHosts;
    const text = yield* attempt(
      () => readFile(file, "utf8"),
      (cause) => unreadable(file, cause),
    );
    const { keys, revoked, hasAuthority }: KnownHost = lookUpKnownHost(text, host, port);
    return ok(policyOf(transport, shown, keys.map(pinOf), revoked.map(pinOf), hasAuthority));
  });
}

/** A key that is expected: its fingerprint, and its type when that is known. */
interface Pin {
  readonly fingerprint: string;
  readonly type?: string | undefined;
}

function policyOf(
  transport: string,
  host: string,
  pins: readonly Pin[],
  revoked: readonly Pin[],
  hasAuthority = false,
): HostKeyPolicy {
  const expected = pins.map(({ fingerprint }) => fingerprint);
  const types = pins.flatMap(({ type }) => type ?? []);
  return {
    types: types.length > 0 && types.length === pins.length ? [...new Set(types)] : undefined,
    judge: (blob) => {
      const key = publicKeyOf(blob);
      const offered = key === undefined ? fingerprintOf(blob) : describeKey(key);
      const isRevoked = revoked.some(({ fingerprint }) => fingerprint === fingerprintOf(blob));
      if (expected.includes(fingerprintOf(blob)) && !isRevoked) return ok(undefined);
      if (pins.length === 0 && !isRevoked) {
        const message = hasAuthority
          ? authorityOnly(host, offered)
          : `${host} shows a key that nobody has vouched for: ${offered}.`;
        return err(hostingError("HOST_KEY_UNKNOWN", message, { transport, host, offered }));
      }
      const message = `${host} shows ${isRevoked ? "a revoked key" : "another key than expected"}: ${offered}.`;
      const details = { transport, host, offered, expected, revoked: isRevoked };
      return err(hostingError("HOST_KEY_MISMATCH", message, details));
    },
  };
}

function authorityOnly(host: string, offered: string): string {
  const instead = "a line with the host's own key, or `hostKey`, is needed";
  return `Only a certificate authority vouches for ${host} (@cert-authority), which can't be used: ${instead}. It shows ${offered}.`;
}

function parsePins(texts: readonly string[]): Result<readonly Pin[], HostingErrorOf<"INVALID_INPUT">> {
  const pins: Pin[] = [];
  for (const text of texts) {
    const key = parsePublicKey(text);
    if (key !== undefined) pins.push(pinOf(key));
    // SHA-256 in base64 without its padding has 43 characters.
    else if (/^SHA256:[A-Za-z0-9+/]{43}$/.test(text.trim())) pins.push({ fingerprint: text.trim() });
    else return invalid("hostKey", "is neither SHA256:… nor a public key");
  }
  return pins.length === 0 ? invalid("hostKey", "is empty") : ok(pins);
}

function pinOf(key: PublicKey): Pin {
  return { fingerprint: fingerprintOf(key.blob), type: key.type };
}

function invalid(field: string, problem: string): Result<never, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `${field} ${problem}.`, { field, problem }));
}

function unreadable(file: string, cause: unknown): HostingErrorOf<"INVALID_INPUT"> {
  const problem = "can't be read";
  return hostingError("INVALID_INPUT", `${file} ${problem}.`, { field: "knownHosts", problem }, { cause });
}

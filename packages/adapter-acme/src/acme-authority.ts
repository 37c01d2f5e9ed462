import {
  type CallOptions,
  type CertificateAccount,
  type CertificateAccountError,
  type CertificateAuthority,
  type CertificateAuthorityCapabilities,
  type CertificateAuthorityError,
  type CertificateAuthorityFacts,
  type Clock,
  err,
  errAsync,
  flow,
  type HostingErrorOf,
  hasCode,
  hostingError,
  ok,
  type ResultAsync,
  type RevocationReason,
  systemClock,
} from "@hostelry/core/adapter";
import { acmeOrders } from "./acme-orders.ts";
import { readDer, renewalIdOf } from "./certificate/renewal-id.ts";
import { type AcmeHttpReply, acmeHttp, acmeName } from "./http/acme-http.ts";
import { accountKey, type ExternalAccount } from "./protocol/account-key.ts";
import { type AcmeDirectory, acmeSession } from "./protocol/acme-session.ts";
import { dateOf, fieldsOf, listOf, parseFields, textOf } from "./protocol/fields.ts";
import { type AcmeRefusal, malformed, problemOf, refusalOf, retryAfterOf } from "./protocol/problem.ts";

/** An authority, and who we are there. */
export interface AcmeAuthorityOptions {
  /** E.g. `https://acme-staging-v02.api.letsencrypt.org/directory`. */
  readonly directoryUrl: string;
  /** PEM: RSA, or ECDSA on P-256 or P-384; `newAccountKey()` makes one. A secret: it appears in no error and no log. */
  readonly accountKey: string;
  /** What an authority with `externalAccountRequired` hands out. */
  readonly externalAccount?: ExternalAccount | undefined;
  /** Of one request. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** How we introduce ourselves, with somebody to reach. Default `hostelry`. */
  readonly userAgent?: string | undefined;
  /** PEM: roots that the authority's own server is trusted by, for one inside of a company. Default: Node's. */
  readonly trustedRoots?: readonly string[] | undefined;
  readonly clock?: Clock | undefined;
  /** Default: Node's own. Not used with `trustedRoots`. */
  readonly fetch?: typeof fetch | undefined;
}

const capabilities: CertificateAuthorityCapabilities = {
  challenges: ["dns-01", "http-01"],
  wildcards: true,
  renewalInfo: true,
  profiles: true,
  revocation: true,
};

/** RFC 5280, section 5.3.1. */
const reasonCodes: Readonly<Record<RevocationReason, number>> = {
  unspecified: 0,
  "key-compromise": 1,
  "affiliation-changed": 3,
  superseded: 4,
  "cessation-of-operation": 5,
};

const minute = 60_000;

/**
 * An authority that speaks ACME (RFC 8555), with renewal information (RFC 9773) and profiles. Proven with Pebble 2.10.
 *
 * It keeps nothing but nonces, the directory for an hour, and the account's address: orders are at the authority. Two instances
 * with one key are one account. Throws `TypeError` for a key or an address that can't be used.
 */
export function acmeAuthority(options: AcmeAuthorityOptions): CertificateAuthority {
  const { directoryUrl, externalAccount, timeoutMs = 30_000, userAgent = "hostelry", trustedRoots } = options;
  if (!URL.canParse(directoryUrl) || !/^https?:$/.test(new URL(directoryUrl).protocol)) {
    throw new TypeError("The directory of an authority is an http: or https: address.");
  }
  const key = accountKey(options.accountKey);
  const http = acmeHttp({ timeoutMs, userAgent, trustedRoots, fetch: options.fetch });
  const session = acmeSession(http, key, directoryUrl, options.clock ?? systemClock);
  let accountUrl: string | undefined;

  const postAccount = (
    operation: string,
    payload: object,
    call: CallOptions,
  ): ResultAsync<{ readonly reply: AcmeHttpReply; readonly account: CertificateAccount }, AcmeRefusal> =>
    flow(async function* () {
      const { newAccount } = yield* session.directory(call);
      const reply = yield* session.post({ operation, url: newAccount, accountUrl: null, payload }, call);
      if (reply.status !== 200 && reply.status !== 201) return err(refusalOf(operation, reply, session.now()));
      const account = reply.location === null ? undefined : accountFrom(reply.location, reply.text);
      if (account === undefined) return err(malformed(operation, "account"));
      accountUrl = account.id;
      return ok({ reply, account });
    });

  const findAccount = (call: CallOptions): ResultAsync<CertificateAccount, CertificateAccountError> =>
    postAccount("findAccount", { onlyReturnExisting: true }, call).map(({ account }) => account);

  const account = (call: CallOptions): ResultAsync<string, CertificateAccountError> =>
    flow(async function* () {
      return ok(accountUrl ?? (yield* findAccount(call)).id);
    });

  return {
    spec: "certificate-authority/1",
    name: acmeName,
    capabilities,
    readFacts: (call = {}) => withoutAccount(session.directory(call)).map(factsFrom),
    findAccount: (call = {}) => findAccount(call),

    registerAccount: ({ emails = [], termsOfServiceAgreed }, call = {}) =>
      flow(async function* () {
        const { newAccount } = yield* withoutAccount(session.directory(call));
        const payload = {
          termsOfServiceAgreed,
          ...(emails.length === 0 ? {} : { contact: emails.map((email) => `mailto:${email}`) }),
          ...(externalAccount === undefined
            ? {}
            : { externalAccountBinding: await key.bind(externalAccount, newAccount) }),
        };
        const registered = await withoutAccount(postAccount("registerAccount", payload, call));
        if (registered.isOk())
          return ok({ account: registered.value.account, created: registered.value.reply.status === 201 });
        // Of callers that come together a server may fail all but the first (Pebble does). Whether there is an account now, it tells.
        const { error } = registered;
        const isOpen = hasCode(error, "ADAPTER_FAILED") && error.details.state === "unknown";
        const found = isOpen ? await findAccount(call) : undefined;
        return found?.isOk() ? ok({ account: found.value, created: false }) : err(error);
      }),

    ...acmeOrders({
      session,
      key,
      account,
      forgetAccount: () => {
        accountUrl = undefined;
      },
    }),

    readRenewalInfo: (certificatePem, call = {}) =>
      flow(async function* () {
        const operation = "readRenewalInfo";
        const renewalId = renewalIdOf(certificatePem);
        if (renewalId === undefined) return err(unreadable());
        const { renewalInfo } = yield* withoutAccount(session.directory(call));
        if (renewalInfo === undefined) return ok(null);
        const url = `${renewalInfo.replace(/\/$/, "")}/${renewalId}`;
        const reply = yield* withoutAccount(session.get(operation, url, call));
        if (reply.status === 404) return ok(null);
        if (reply.status !== 200) return yield* withoutAccount(refused(operation, reply, session.now()));
        const fields = parseFields(reply.text);
        const window = fieldsOf(fields["suggestedWindow"]);
        const windowStart = dateOf(window["start"]);
        const windowEnd = dateOf(window["end"]);
        if (windowStart === null || windowEnd === null) return err(malformed(operation, "window"));
        const explanationUrl = textOf(fields["explanationURL"]);
        // RFC 9773, section 4.3.2: between a minute and a day, whatever the server says, and six hours when it says nothing.
        const asked = retryAfterOf(reply.retryAfter, session.now()) ?? 6 * 60 * minute;
        const askAgainAfterMs = Math.min(24 * 60 * minute, Math.max(minute, asked));
        const info = {
          windowStart,
          windowEnd,
          askAgainAfterMs,
          ...(explanationUrl === undefined ? {} : { explanationUrl }),
        };
        return ok({ renewalId, info });
      }),

    revokeCertificate: ({ certificatePem, reason }, call = {}) =>
      flow(async function* () {
        const operation = "revokeCertificate";
        const der = readDer(certificatePem);
        if (der === undefined) return err(unreadable());
        const { revokeCert } = yield* session.directory(call);
        const payload = { certificate: der.toString("base64url"), reason: reasonCodes[reason] };
        const reply = yield* session.post(
          { operation, url: revokeCert, accountUrl: yield* account(call), payload },
          call,
        );
        if (reply.status < 300) return ok({ changed: true });
        if (problemOf(reply)?.type === "alreadyRevoked") return ok({ changed: false });
        return err(refusalOf(operation, reply, session.now()));
      }),
  };
}

function factsFrom({ meta, renewalInfo }: AcmeDirectory): CertificateAuthorityFacts {
  const profiles = Object.entries(fieldsOf(meta["profiles"])).map(([name, text]) => [name, String(text)] as const);
  return {
    termsOfService: textOf(meta["termsOfService"]) ?? null,
    website: textOf(meta["website"]) ?? null,
    caaIdentities: listOf(meta["caaIdentities"]).flatMap((name) => textOf(name) ?? []),
    externalAccountRequired: meta["externalAccountRequired"] === true,
    profiles: Object.fromEntries(profiles),
    renewalInfo: renewalInfo !== undefined,
  };
}

function accountFrom(id: string, text: string): CertificateAccount | undefined {
  const fields = parseFields(text);
  const status = fields["status"];
  if (status !== "valid" && status !== "deactivated" && status !== "revoked") return undefined;
  return { id, status, contacts: listOf(fields["contact"]).flatMap((contact) => textOf(contact) ?? []) };
}

/** An authority that speaks of a missing account where none is needed says something that makes no sense: its refusal, in its words. */
function withoutAccount<T>(result: ResultAsync<T, AcmeRefusal>): ResultAsync<T, CertificateAuthorityError> {
  return result.mapErr((error) => {
    if (!hasCode(error, "CERTIFICATE_ACCOUNT_MISSING")) return error;
    const details = { authority: acmeName, operation: "registerAccount", problem: "accountDoesNotExist", names: [] };
    return hostingError("CERTIFICATE_REFUSED", error.message, details);
  });
}

function refused(operation: string, reply: AcmeHttpReply, now: Date): ResultAsync<never, AcmeRefusal> {
  return errAsync(refusalOf(operation, reply, now));
}

function unreadable(): HostingErrorOf<"INVALID_INPUT"> {
  const problem = "is not a certificate in PEM that names its issuer's key";
  return hostingError("INVALID_INPUT", `The text ${problem}.`, { field: "certificatePem", problem });
}

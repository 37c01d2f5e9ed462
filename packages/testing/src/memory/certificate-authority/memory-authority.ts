import { createHash } from "node:crypto";
import {
  type CallOptions,
  type CertificateAccount,
  type CertificateAuthority,
  type CertificateAuthorityCapabilities,
  type CertificateAuthorityError,
  type CertificateRenewalInfo,
  err,
  type HostingErrorOf,
  ok,
  type Result,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { invalidInput } from "../page-of.ts";
import { decide, nextTurn, type Turn } from "../turn.ts";
import {
  accountMissing,
  failed,
  memoryAuthorityName,
  orderNotFound,
  orderNotReady,
  refused,
  throttled,
} from "./authority-errors.ts";
import type { HeldAccount, HeldCertificate, HeldOrder } from "./authority-records.ts";
import { type AuthorityState, findCertificate, useLimits } from "./authority-state.ts";
import { type MemoryAuthorityServer, memoryAuthorityServer, stateOf } from "./memory-authority-server.ts";
import { placeOrder } from "./order-placing.ts";
import { finalize, keyAuthorization, lookAt, settleOrder, shownOrder } from "./order-settling.ts";

/** Who speaks to which authority in memory. */
export interface MemoryAuthorityOptions {
  /** Default: a new one. Several adapters of one server are several processes, or several accounts. */
  readonly server?: MemoryAuthorityServer | undefined;
  /** What stands for the account key: two adapters with the same are one account. Default `key`. */
  readonly accountKey?: string | undefined;
  /** What it declares, and does, differently. */
  readonly capabilities?: Partial<CertificateAuthorityCapabilities> | undefined;
  readonly turn?: Turn | undefined;
}

/** A {@link memoryAuthority}, and the authority behind it. */
export interface MemoryAuthority extends CertificateAuthority {
  readonly server: MemoryAuthorityServer;
}

/** What {@link memoryAuthority} can do, unless it is told otherwise: everything. */
export const memoryAuthorityCapabilities: CertificateAuthorityCapabilities = {
  challenges: ["dns-01", "http-01"],
  wildcards: true,
  renewalInfo: true,
  profiles: true,
  revocation: true,
};

const day = 86_400_000;
const askAgainAfterMs = day / 4;

/** The port of an authority in memory. Each call decides in one act, and says how things are on the server's clock. */
export function memoryAuthority(options: MemoryAuthorityOptions = {}): MemoryAuthority {
  const { server = memoryAuthorityServer(), accountKey = "key", turn = nextTurn } = options;
  const capabilities = { ...memoryAuthorityCapabilities, ...options.capabilities };
  const state = stateOf(server);
  const thumbprint = createHash("sha256").update(accountKey).digest("base64url");

  const exchange = <T, E>(
    operation: string,
    call: CallOptions | undefined,
    decision: () => Result<T, E>,
  ): ResultAsync<T, E | Trouble> =>
    decide(turn, operation, call, (): Result<T, E | Trouble> => {
      const { calls } = state.counts;
      calls[operation] = (calls[operation] ?? 0) + 1;
      const trouble = state.settings.trouble(operation, state.clock.now());
      if (trouble === undefined) return decision();
      if (trouble === "unavailable") return err(failed(operation, "unchanged"));
      if (trouble !== "lost") return err(throttled(operation, "there is too much to do", trouble.retryAt));
      // Whatever it came to, nobody is told.
      return decision().match(
        () => err(failed(operation, "unknown")),
        () => err(failed(operation, "unknown")),
      );
    });

  const account = (): Result<HeldAccount, HostingErrorOf<"CERTIFICATE_ACCOUNT_MISSING">> => {
    const held = state.accounts.get(thumbprint);
    if (held === undefined) return err(accountMissing("absent"));
    return held.status === "valid" ? ok(held) : err(accountMissing("deactivated"));
  };
  const orderOf = (orderId: string): Result<HeldOrder, AboutOrder> =>
    account().andThen(({ id }): Result<HeldOrder, AboutOrder> => {
      const order = state.orders.get(orderId);
      if (order === undefined || order.accountId !== id) return err(orderNotFound(orderId));
      settleOrder(state, order);
      return ok(order);
    });
  const headOf = (order: HeldOrder) => {
    const { proofs: _, ...head } = shownOrder(state, order, thumbprint);
    return head;
  };

  return {
    spec: "certificate-authority/1",
    name: memoryAuthorityName,
    capabilities,
    server,

    readFacts: (call) => exchange("readFacts", call, () => ok(factsOf(state))),

    registerAccount: ({ emails = [], termsOfServiceAgreed }, call) =>
      exchange("registerAccount", call, (): Result<Registered, CertificateAuthorityError> => {
        const operation = "registerAccount";
        const known = state.accounts.get(thumbprint);
        if (known?.status === "valid") return ok({ account: shownAccount(known), created: false });
        if (known !== undefined) return err(refused(operation, "unauthorized", "the account is deactivated"));
        if (!termsOfServiceAgreed) return err(refused(operation, "userActionRequired", "its terms are not agreed to"));
        const allows = state.settings.limits.newAccounts;
        const uses = allows === undefined ? [] : [{ limit: "new-accounts", by: "all", allows }];
        const full = useLimits(state, uses, state.clock.now().getTime());
        if (full !== undefined) return err(throttled(operation, "too many accounts", new Date(full.roomAtMs)));
        const contacts = emails.map((email) => `mailto:${email}`);
        const held: HeldAccount = { id: state.nextId("account"), contacts, status: "valid" };
        state.accounts.set(thumbprint, held);
        return ok({ account: shownAccount(held), created: true });
      }),

    findAccount: (call) => exchange("findAccount", call, () => account().map(shownAccount)),

    placeOrder: (request, call) =>
      exchange("placeOrder", call, () => account().andThen(({ id }) => placeOrder(state, id, request).map(headOf))),

    getOrder: (orderId, call) =>
      exchange("getOrder", call, () => orderOf(orderId).map((order) => shownOrder(state, order, thumbprint))),

    answerChallenge: ({ orderId, challengeId }, call) =>
      exchange("answerChallenge", call, () =>
        orderOf(orderId).andThen((order) => {
          const proof = order.proofs.find(({ challenges }) => challenges.some(({ id }) => id === challengeId));
          const challenge = proof?.challenges.find(({ id }) => id === challengeId);
          if (proof === undefined || challenge === undefined) return err(orderNotFound(orderId));
          lookAt(state, order, proof, challenge, keyAuthorization(proof.token, thumbprint));
          return ok({ status: challenge.status });
        }),
      ),

    finalizeOrder: ({ orderId, signingRequest }, call) =>
      exchange("finalizeOrder", call, () =>
        orderOf(orderId)
          .andThen((order) => finalize(state, order, signingRequest))
          .map(headOf),
      ),

    downloadCertificate: (orderId, call) =>
      exchange("downloadCertificate", call, () =>
        orderOf(orderId).andThen((order) => {
          if (order.status !== "valid" || order.certificate === undefined) {
            return err(orderNotReady(orderId, order.status));
          }
          return ok({ chainPem: order.certificate.chainPem });
        }),
      ),

    readRenewalInfo: (certificatePem, call) =>
      exchange("readRenewalInfo", call, () => {
        if (!capabilities.renewalInfo) return ok(null);
        const certificate = findCertificate(state, certificatePem);
        if (certificate === undefined) return err(unreadable());
        return ok(certificate && { renewalId: certificate.renewalId, info: renewalInfoOf(certificate) });
      }),

    revokeCertificate: ({ certificatePem }, call) =>
      exchange("revokeCertificate", call, (): Result<{ readonly changed: boolean }, Revoking> => {
        if (!capabilities.revocation) return err(invalidInput("request", "is not something the authority does"));
        const certificate = findCertificate(state, certificatePem);
        if (certificate === undefined) return err(unreadable());
        return account().andThen(({ id }): Result<{ readonly changed: boolean }, Revoking> => {
          if (certificate?.accountId !== id) {
            return err(refused("revokeCertificate", "unauthorized", "the account has not ordered it"));
          }
          const changed = certificate.revokedAt === null;
          certificate.revokedAt ??= state.clock.now();
          return ok({ changed });
        });
      }),
  };
}

type AboutOrder = HostingErrorOf<"CERTIFICATE_ACCOUNT_MISSING"> | HostingErrorOf<"CERTIFICATE_ORDER_NOT_FOUND">;
type Trouble = HostingErrorOf<"ABORTED"> | HostingErrorOf<"ADAPTER_FAILED"> | HostingErrorOf<"ADAPTER_THROTTLED">;
type Registered = { readonly account: CertificateAccount; readonly created: boolean };
type Revoking =
  | HostingErrorOf<"CERTIFICATE_ACCOUNT_MISSING">
  | HostingErrorOf<"CERTIFICATE_REFUSED">
  | HostingErrorOf<"INVALID_INPUT">;

function factsOf({ settings }: AuthorityState) {
  const profiles = Object.entries(settings.profiles).map(([name, { description }]) => [name, description] as const);
  return {
    termsOfService: "https://authority.test/terms",
    website: "https://authority.test/",
    caaIdentities: ["authority.test"],
    externalAccountRequired: false,
    profiles: Object.fromEntries(profiles),
    renewalInfo: true,
  };
}

function shownAccount({ id, status, contacts }: HeldAccount) {
  return { id, status, contacts: [...contacts] };
}

/** A forty-fifth of the life around two thirds of it (half, of a life of days); for one that is revoked, just before it was. */
function renewalInfoOf({ notBefore, notAfter, revokedAt, advice }: HeldCertificate): CertificateRenewalInfo {
  if (advice !== null) return { ...advice, askAgainAfterMs };
  if (revokedAt !== null) {
    const windowEnd = new Date(revokedAt.getTime() - 1000);
    return { windowStart: new Date(windowEnd.getTime() - 3_600_000), windowEnd, askAgainAfterMs };
  }
  const lifeMs = notAfter.getTime() - notBefore.getTime();
  const middleMs = notAfter.getTime() - lifeMs * (lifeMs > 10 * day ? 1 / 3 : 1 / 2);
  const at = (part: number): Date => new Date(Math.round((middleMs + lifeMs * part) / 1000) * 1000);
  return { windowStart: at(-1 / 90), windowEnd: at(1 / 90), askAgainAfterMs };
}

function unreadable(): HostingErrorOf<"INVALID_INPUT"> {
  return invalidInput("certificatePem", "is not a certificate in PEM");
}

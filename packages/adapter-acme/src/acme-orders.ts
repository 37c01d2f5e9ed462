import {
  type AdapterError,
  adapterError,
  all,
  attempt,
  type CallOptions,
  type CertificateAccountError,
  type CertificateAuthority,
  type CertificateChallengeStatus,
  type CertificateOrderError,
  checkCertificateNames,
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  type NameProof,
  ok,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { type AcmeHttpReply, acmeName } from "./http/acme-http.ts";
import type { AccountKey } from "./protocol/account-key.ts";
import type { AcmeSession } from "./protocol/acme-session.ts";
import { parseFields } from "./protocol/fields.ts";
import { type AcmeOrder, challengeStatusFrom, orderFrom, proofFrom } from "./protocol/order-answers.ts";
import { malformed, problemOf, refusalOf, retryAfterOf } from "./protocol/problem.ts";

/** What orders need of the rest. */
export interface AcmeOrderPorts {
  readonly session: AcmeSession;
  readonly key: AccountKey;
  /** The account's URL. */
  readonly account: (options: CallOptions) => ResultAsync<string, CertificateAccountError>;
  /** Forgets it, after the authority has said that it does not know it. */
  readonly forgetAccount: () => void;
}

/** The part of the port that is about orders. */
export type AcmeOrders = Pick<
  CertificateAuthority,
  "answerChallenge" | "downloadCertificate" | "finalizeOrder" | "getOrder" | "placeOrder"
>;

/** Orders of one account. Each method is a few requests, and none waits for the authority to decide. */
export function acmeOrders({ session, key, account, forgetAccount }: AcmeOrderPorts): AcmeOrders {
  const send = (
    operation: string,
    url: string,
    options: CallOptions,
    payload?: unknown,
  ): ResultAsync<AcmeHttpReply, CertificateOrderError> =>
    flow(async function* () {
      const accountUrl = yield* account(options);
      const reply = yield* session.post({ operation, url, accountUrl, payload }, options);
      if (problemOf(reply)?.type === "accountDoesNotExist") forgetAccount();
      return ok(reply);
    });

  /** About an order or a part of it, which may not be there; for a stranger's it is the same. */
  const sendAbout = (
    orderId: string,
    operation: string,
    url: string,
    options: CallOptions,
    payload?: unknown,
  ): ResultAsync<AcmeHttpReply, CertificateOrderError> =>
    flow(async function* () {
      const { newOrder } = yield* session.directory(options);
      // An id is an address that signed requests go to: it has to be one of this authority's.
      if (!isSameOrigin(orderId, newOrder) || !isSameOrigin(url, newOrder)) return err(orderNotFound(orderId));
      const reply = yield* send(operation, url, options, payload);
      if (reply.status === 404) return err(orderNotFound(orderId));
      if (reply.status < 400) return ok(reply);
      const refusal = refusalOf(operation, reply, session.now());
      // What was read before is ours: then `unauthorized` is said of what was handed in, as of a request for other names.
      const isStrangers =
        payload === undefined && refusal.code === "CERTIFICATE_REFUSED" && refusal.details.problem === "unauthorized";
      return err(isStrangers ? orderNotFound(orderId) : refusal);
    });

  const readOrder = (
    operation: string,
    orderId: string,
    options: CallOptions,
  ): ResultAsync<AcmeOrder, CertificateOrderError> =>
    flow(async function* () {
      const reply = yield* sendAbout(orderId, operation, orderId, options);
      const order = orderFrom(parseFields(reply.text), orderId, retryAfterOf(reply.retryAfter, session.now()));
      return order === undefined ? err(malformed(operation, "order")) : ok(order);
    });

  const readProof = (
    orderId: string,
    url: string,
    options: CallOptions,
  ): ResultAsync<NameProof, CertificateOrderError> =>
    flow(async function* () {
      const reply = yield* sendAbout(orderId, "getOrder", url, options);
      const proof = yield* attempt(
        () => proofFrom(parseFields(reply.text), url, key.keyAuthorization),
        (cause): AdapterError => adapterError(cause, { adapter: acmeName, operation: "getOrder", state: "unchanged" }),
      );
      return proof === undefined ? err(malformed("getOrder", "authorization")) : ok(proof);
    });

  const readChallenge = (
    orderId: string,
    challengeId: string,
    options: CallOptions,
    payload?: unknown,
  ): ResultAsync<{ readonly status: CertificateChallengeStatus }, CertificateOrderError> =>
    flow(async function* () {
      const reply = yield* sendAbout(orderId, "answerChallenge", challengeId, options, payload);
      const status = challengeStatusFrom(parseFields(reply.text));
      return status === undefined ? err(orderNotFound(orderId)) : ok({ status });
    });

  return {
    placeOrder: ({ names, profile, replaces }, options = {}) =>
      flow(async function* () {
        const checked = yield* checkCertificateNames(names);
        if (checked.length !== names.length) return err(repeatedName());
        const { newOrder } = yield* session.directory(options);
        const payload = {
          identifiers: checked.map((value) => ({ type: "dns", value })),
          ...(profile === undefined ? {} : { profile }),
          ...(replaces === undefined ? {} : { replaces }),
        };
        const accountUrl = yield* account(options);
        const reply = yield* session.post({ operation: "placeOrder", url: newOrder, accountUrl, payload }, options);
        if (reply.status >= 400) {
          const problem = problemOf(reply)?.type;
          if (problem === "accountDoesNotExist") forgetAccount();
          if (problem === "alreadyReplaced" && replaces !== undefined) {
            const details = { authority: acmeName, replaces };
            const message = `${acmeName} has another renewal of this certificate.`;
            return err(hostingError("CERTIFICATE_ALREADY_REPLACED", message, details));
          }
          return err(refusalOf("placeOrder", reply, session.now()));
        }
        const { location } = reply;
        const retryAfterMs = retryAfterOf(reply.retryAfter, session.now());
        const order = location === null ? undefined : orderFrom(parseFields(reply.text), location, retryAfterMs);
        return order === undefined ? err(malformed("placeOrder", "order")) : ok(order.head);
      }),

    getOrder: (orderId, options = {}) =>
      flow(async function* () {
        const { head, proofUrls } = yield* readOrder("getOrder", orderId, options);
        const jobs = proofUrls.map((url) => (signal: AbortSignal) => readProof(orderId, url, { signal }));
        const proofs = yield* all(jobs, { concurrency: 4, signal: options.signal });
        const isUndecided = proofs.some(({ status }) => status === "pending");
        const hasFailed = proofs.some(({ status }) => status !== "pending" && status !== "valid");
        if (head.status !== "pending" || (isUndecided && !hasFailed)) return ok({ ...head, proofs });
        // The last name was proven, or one was not, between the two looks.
        const later = yield* readOrder("getOrder", orderId, options);
        return ok({ ...later.head, proofs });
      }),

    answerChallenge: ({ orderId, challengeId }, options = {}) =>
      flow(async function* () {
        const before = yield* readChallenge(orderId, challengeId, options);
        if (before.status !== "pending") return ok(before);
        const told = await readChallenge(orderId, challengeId, options, {});
        if (told.isOk() || told.error.code !== "CERTIFICATE_REFUSED") return told;
        // Somebody else told it in between, and it has decided already: then this is no refusal.
        const after = yield* readChallenge(orderId, challengeId, options);
        return after.status === "pending" ? told : ok(after);
      }),

    finalizeOrder: ({ orderId, signingRequest }, options = {}) =>
      flow(async function* () {
        const operation = "finalizeOrder";
        const { head, finalizeUrl } = yield* readOrder(operation, orderId, options);
        if (head.status === "processing" || head.status === "valid") return ok(head);
        if (head.status !== "ready") return err(orderNotReady(orderId, head.status));
        const payload = { csr: Buffer.from(signingRequest).toString("base64url") };
        const reply = await sendAbout(orderId, operation, finalizeUrl, options, payload);
        if (reply.isErr()) {
          const error = reply.error;
          if (error.code !== "CERTIFICATE_REFUSED" || error.details.problem !== "orderNotReady") return err(error);
          // Somebody else has finalized it in between.
          const again = yield* readOrder(operation, orderId, options);
          const { status } = again.head;
          return status === "processing" || status === "valid" ? ok(again.head) : err(orderNotReady(orderId, status));
        }
        const retryAfterMs = retryAfterOf(reply.value.retryAfter, session.now());
        const order = orderFrom(parseFields(reply.value.text), orderId, retryAfterMs);
        return order === undefined ? err(malformed(operation, "order")) : ok(order.head);
      }),

    downloadCertificate: (orderId, options = {}) =>
      flow(async function* () {
        const operation = "downloadCertificate";
        const { head, certificateUrl } = yield* readOrder(operation, orderId, options);
        if (head.status !== "valid") return err(orderNotReady(orderId, head.status));
        if (certificateUrl === undefined) return err(malformed(operation, "certificate"));
        const { text } = yield* sendAbout(orderId, operation, certificateUrl, options);
        return text.includes("-----BEGIN CERTIFICATE-----")
          ? ok({ chainPem: text })
          : err(malformed(operation, "certificate"));
      }),
  };
}

function isSameOrigin(url: string, known: string): boolean {
  return URL.canParse(url) && new URL(url).origin === new URL(known).origin;
}

function orderNotFound(orderId: string): HostingErrorOf<"CERTIFICATE_ORDER_NOT_FOUND"> {
  const details = { authority: acmeName, orderId };
  return hostingError("CERTIFICATE_ORDER_NOT_FOUND", `${acmeName} has no order ${orderId} of this account.`, details);
}

function orderNotReady(orderId: string, status: string): HostingErrorOf<"CERTIFICATE_ORDER_NOT_READY"> {
  const details = { authority: acmeName, orderId, status };
  // An order that has failed never becomes anything else.
  const options = { retryable: status !== "invalid" };
  return hostingError("CERTIFICATE_ORDER_NOT_READY", `Order ${orderId} is ${status}.`, details, options);
}

function repeatedName(): HostingErrorOf<"INVALID_INPUT"> {
  const problem = "contain a name twice";
  return hostingError("INVALID_INPUT", `The names of a certificate ${problem}.`, { field: "names", problem });
}

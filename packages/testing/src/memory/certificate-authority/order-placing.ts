import {
  checkCertificateNames,
  err,
  type HostingErrorOf,
  ok,
  type PlaceCertificateOrder,
  type Result,
} from "@hostelry/core/adapter";
import { getDomain } from "tldts";
import { invalidInput } from "../page-of.ts";
import { alreadyReplaced, refused, throttled } from "./authority-errors.ts";
import type { HeldChallenge, HeldOrder, HeldProof } from "./authority-records.ts";
import { type AuthorityState, fullLimit, useLimits } from "./authority-state.ts";
import type { CountedUse, MemoryRateLimit } from "./leaky-buckets.ts";
import { failedProofUses, settleOrder } from "./order-settling.ts";

type PlacingError =
  | HostingErrorOf<"ADAPTER_THROTTLED">
  | HostingErrorOf<"CERTIFICATE_ALREADY_REPLACED">
  | HostingErrorOf<"CERTIFICATE_REFUSED">
  | HostingErrorOf<"INVALID_INPUT">;

const operation = "placeOrder";

/** Places an order: what is wrong with it first, limits last, so that nothing is counted of what is refused. */
export function placeOrder(
  state: AuthorityState,
  accountId: string,
  request: PlaceCertificateOrder,
): Result<HeldOrder, PlacingError> {
  const nowMs = state.clock.now().getTime();
  forgetOrders(state, nowMs);
  return checkCertificateNames(request.names).andThen((names): Result<HeldOrder, PlacingError> => {
    if (names.length !== request.names.length) return err(invalidInput("names", "contain a name twice"));
    const profile = profileOf(state, request.profile);
    const rules = state.settings.profiles[profile];
    if (rules === undefined) return err(refused(operation, "invalidProfile", `there is no profile ${profile}`));
    const wrong =
      wrongNames(state, names, rules.maxNames) ?? wrongSuccession(state, accountId, names, request.replaces);
    if (wrong !== undefined) return err(wrong);
    const { replaces = null } = request;
    // What failed is only looked at here: an order is no failed proof.
    const failures = replaces === null ? failedProofUses(state, accountId, names.map(withoutWildcard)) : [];
    const tooMany =
      fullLimit(state, failures, nowMs) ??
      useLimits(state, limitsOf(state, accountId, names, replaces !== null), nowMs);
    if (tooMany !== undefined) {
      return err(throttled(operation, `too many by ${tooMany.limit}`, new Date(tooMany.roomAtMs)));
    }
    const order: HeldOrder = {
      id: state.nextId("order"),
      accountId,
      names,
      profile,
      replaces,
      placedAtMs: nowMs,
      expiresAtMs: nowMs + state.settings.orderLifeMs,
      proofs: names.map((name) => proofFor(state, accountId, name, nowMs)),
      status: "pending",
    };
    state.orders.set(order.id, order);
    if (replaces !== null) state.successors.set(replaces, order);
    state.counts.orders += 1;
    if (replaces !== null) state.counts.exemptOrders += 1;
    settleOrder(state, order);
    return ok(order);
  });
}

function withoutWildcard(name: string): string {
  return name.replace(/^\*\./, "");
}

function profileOf({ settings, pick }: AuthorityState, asked: string | undefined): string {
  if (asked !== undefined) return asked;
  if (settings.defaultProfile !== "random") return settings.defaultProfile;
  const names = Object.keys(settings.profiles);
  return names[pick(names.length)] ?? settings.defaultProfile;
}

function wrongNames(
  { settings }: AuthorityState,
  names: readonly string[],
  maxNames: number,
): HostingErrorOf<"CERTIFICATE_REFUSED"> | undefined {
  if (names.length > maxNames) return refused(operation, "malformed", `the profile takes ${maxNames} names`);
  const redundant = names.find((name) => names.includes(`*${name.slice(name.indexOf("."))}`) && !name.startsWith("*."));
  if (redundant !== undefined) {
    return refused(operation, "malformed", `${redundant} is redundant with a wildcard of the same order`);
  }
  const judged = names.flatMap((name) => {
    const problem = settings.refuses(withoutWildcard(name));
    return problem === undefined ? [] : [{ name, problem: problem.type, detail: problem.detail }];
  });
  return judged[0] && refused(operation, "rejectedIdentifier", judged[0].detail, judged);
}

/** What speaks against an order as the successor of a certificate (RFC 9773, section 5). */
function wrongSuccession(
  state: AuthorityState,
  accountId: string,
  names: readonly string[],
  replaces: string | undefined,
): HostingErrorOf<"CERTIFICATE_ALREADY_REPLACED"> | HostingErrorOf<"CERTIFICATE_REFUSED"> | undefined {
  if (replaces === undefined) return undefined;
  const serial = Buffer.from(replaces.split(".")[1] ?? "", "base64url")
    .toString("hex")
    .replace(/^00/, "");
  const before = state.certificates.get(serial.toUpperCase());
  if (before?.renewalId !== replaces || before.accountId !== accountId) {
    return refused(operation, "malformed", "it replaces a certificate that is not known for this account");
  }
  if (!before.names.some((name) => names.includes(name))) {
    return refused(operation, "malformed", "it has no name of the certificate that it replaces");
  }
  const successor = state.successors.get(replaces);
  if (successor !== undefined) settleOrder(state, successor);
  // An order that nobody knows of is in the way too, until it ends.
  return successor === undefined || successor.status === "invalid" ? undefined : alreadyReplaced(replaces);
}

function limitsOf(
  { settings: { limits } }: AuthorityState,
  accountId: string,
  names: readonly string[],
  isExempt: boolean,
): readonly CountedUse[] {
  if (isExempt) return [];
  const { orders, registeredDomain, exactSet } = limits;
  const domains = new Set(names.map((name) => getDomain(name, { allowPrivateDomains: true }) ?? name));
  return [
    ...(orders === undefined ? [] : [{ limit: "orders-per-account", by: accountId, allows: orders }]),
    ...(registeredDomain === undefined ? [] : [...domains].map((by) => perDomain(by, registeredDomain))),
    ...(exactSet === undefined ? [] : [{ limit: "certificates-per-exact-set", by: names.join(","), allows: exactSet }]),
  ];
}

function perDomain(by: string, allows: MemoryRateLimit): CountedUse {
  return { limit: "certificates-per-registered-domain", by, allows };
}

/** The account's proof of the name, when it has one that is still good; a new one otherwise. */
function proofFor(state: AuthorityState, accountId: string, fullName: string, nowMs: number): HeldProof {
  const known = state.proofs.get(`${accountId} ${fullName}`);
  if (known !== undefined && known.status === "valid" && known.expiresAtMs > nowMs) return known;
  const wildcard = fullName.startsWith("*.");
  const types = wildcard ? (["dns-01"] as const) : (["http-01", "dns-01"] as const);
  return {
    id: state.nextId("proof"),
    accountId,
    name: wildcard ? fullName.slice(2) : fullName,
    wildcard,
    token: state.token(),
    challenges: types.map((type): HeldChallenge => ({ id: state.nextId("challenge"), type, status: "pending" })),
    status: "pending",
    expiresAtMs: nowMs + state.settings.orderLifeMs,
  };
}

/** Orders stand in the order of their ages. */
function forgetOrders({ orders, settings }: AuthorityState, nowMs: number): void {
  for (const [id, { placedAtMs }] of orders) {
    if (placedAtMs + settings.forgetOrdersAfterMs > nowMs) return;
    orders.delete(id);
  }
}

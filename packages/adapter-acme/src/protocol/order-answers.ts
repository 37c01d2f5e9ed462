import { createHash } from "node:crypto";
import type {
  CertificateChallenge,
  CertificateChallengeStatus,
  CertificateOrderHead,
  CertificateOrderStatus,
  CertificateProblem,
  NameProof,
  NameProofStatus,
} from "@hostelry/core/adapter";
import { dateOf, type Fields, fieldsOf, listOf, textOf } from "./fields.ts";
import { problemFrom } from "./problem.ts";

/** An order as the server has it, with the places that only the adapter needs. */
export interface AcmeOrder {
  readonly head: CertificateOrderHead;
  readonly proofUrls: readonly string[];
  readonly finalizeUrl: string;
  /** There is one when the order is `valid`. */
  readonly certificateUrl: string | undefined;
}

const orderStatuses: readonly string[] = ["pending", "ready", "processing", "valid", "invalid"];
const proofStatuses: readonly string[] = ["pending", "valid", "invalid", "deactivated", "expired", "revoked"];
const challengeStatuses: readonly string[] = ["pending", "processing", "valid", "invalid"];

/** Reads an order (RFC 8555, section 7.1.3); `undefined` when it is none. */
export function orderFrom(fields: Fields, id: string, retryAfterMs: number | null): AcmeOrder | undefined {
  const status = textOf(fields["status"]);
  const names = listOf(fields["identifiers"]).map((each) => textOf(fieldsOf(each)["value"]));
  const proofUrls = listOf(fields["authorizations"]).map(textOf);
  const finalizeUrl = textOf(fields["finalize"]);
  if (status === undefined || !orderStatuses.includes(status) || finalizeUrl === undefined) return undefined;
  if (!isWhole(names) || !isWhole(proofUrls)) return undefined;
  const problem = problemIn(fields);
  const head: CertificateOrderHead = {
    id,
    status: status as CertificateOrderStatus,
    names: [...names].sort(),
    expiresAt: dateOf(fields["expires"]),
    retryAfterMs,
    ...(problem === undefined ? {} : { problem }),
  };
  return { head, proofUrls, finalizeUrl, certificateUrl: textOf(fields["certificate"]) };
}

/** Reads an authorization (section 7.1.4); `undefined` when it is none. */
export async function proofFrom(
  fields: Fields,
  id: string,
  keyAuthorization: (token: string) => Promise<string>,
): Promise<NameProof | undefined> {
  const status = textOf(fields["status"]);
  const name = textOf(fieldsOf(fields["identifier"])["value"]);
  if (status === undefined || !proofStatuses.includes(status) || name === undefined) return undefined;
  const challenges: CertificateChallenge[] = [];
  for (const each of listOf(fields["challenges"])) {
    const challenge = await challengeFrom(fieldsOf(each), name, keyAuthorization);
    if (challenge !== undefined) challenges.push(challenge);
  }
  const wildcard = fields["wildcard"] === true;
  return { id, name, wildcard, status: status as NameProofStatus, expiresAt: dateOf(fields["expires"]), challenges };
}

/** The status of a challenge by itself; `undefined` when it is none. */
export function challengeStatusFrom(fields: Fields): CertificateChallengeStatus | undefined {
  const status = textOf(fields["status"]);
  return status !== undefined && challengeStatuses.includes(status)
    ? (status as CertificateChallengeStatus)
    : undefined;
}

/** `undefined` for one of another type, and for one whose token could be something else than a token: it becomes a part of a path. */
async function challengeFrom(
  fields: Fields,
  name: string,
  keyAuthorization: (token: string) => Promise<string>,
): Promise<CertificateChallenge | undefined> {
  const status = challengeStatusFrom(fields);
  const id = textOf(fields["url"]);
  const token = textOf(fields["token"]);
  if (status === undefined || id === undefined || token === undefined || !/^[A-Za-z0-9_-]{1,200}$/.test(token))
    return undefined;
  const problem = problemIn(fields);
  const shared = { id, status, ...(problem === undefined ? {} : { problem }) };
  const content = await keyAuthorization(token);
  if (fields["type"] === "http-01") return { type: "http-01", ...shared, token, content };
  if (fields["type"] !== "dns-01") return undefined;
  const recordValue = createHash("sha256").update(content).digest("base64url");
  return { type: "dns-01", ...shared, recordName: `_acme-challenge.${name}`, recordValue };
}

function problemIn(fields: Fields): CertificateProblem | undefined {
  if (fields["error"] === undefined || fields["error"] === null) return undefined;
  const { names, ...problem } = problemFrom(fieldsOf(fields["error"]));
  // The problem of an order is a list of problems of names, or one.
  return names[0] ?? problem;
}

function isWhole(texts: readonly (string | undefined)[]): texts is readonly string[] {
  return texts.every((text) => text !== undefined);
}

import { answerDocument, answerText } from "./answer-document.ts";
import type { StoreAnswer } from "./exchange.ts";

/** A store's no, as it said it. */
export interface RefusalFacts {
  readonly status: number;
  /** Amazon's word for it, e.g. `NoSuchKey`; empty when the answer had none, as after `HEAD`. */
  readonly code: string;
  /** In how many milliseconds the store wants to hear from us again; `undefined` when it does not say. */
  readonly retryAfterMs?: number | undefined;
  /** The region that the bucket is in, when that is the trouble. */
  readonly region?: string | undefined;
  /** The store's clock less ours, in milliseconds, as exact as a second. */
  readonly clockAheadMs?: number | undefined;
}

/** Thrown inside the adapter; never leaves it. */
export class StoreRefusal extends Error {
  override readonly name = "StoreRefusal";
  readonly facts: RefusalFacts;

  constructor(facts: RefusalFacts, message: string) {
    super(`The store answered ${facts.status}${facts.code === "" ? "" : ` ${facts.code}`}${message}`);
    this.facts = facts;
  }
}

/** Reads a no to its end. */
export async function refusalOf(answer: StoreAnswer): Promise<StoreRefusal> {
  const { status, headers } = answer;
  const text = await answerText(answer.body);
  const { code, message } = codeAndMessage(text);
  const date = Date.parse(headers.date ?? "");
  const facts: RefusalFacts = {
    status,
    code,
    retryAfterMs: retryAfterMs(headers["retry-after"]),
    region: single(headers["x-amz-bucket-region"]),
    clockAheadMs: Number.isNaN(date) ? undefined : date - Date.now(),
  };
  const id = single(headers["x-amz-request-id"]);
  return new StoreRefusal(
    facts,
    `${message === "" ? "" : `: ${message}`}${id === undefined ? "" : ` (request ${id})`}`,
  );
}

/** A refusal in a document that came with status 200, as copies and ends of uploads in parts may: the status was sent before the work was done. */
export function refusalInside(text: string): StoreRefusal {
  const { code, message } = codeAndMessage(text);
  const status = code === "SlowDown" ? 503 : 500;
  return new StoreRefusal({ status, code }, message === "" ? "" : `: ${message}`);
}

function codeAndMessage(text: string): { readonly code: string; readonly message: string } {
  // Proxies answer with pages of their own.
  if (!/^\s*</.test(text)) return { code: "", message: "" };
  try {
    const root = answerDocument(text);
    return root.name === "Error"
      ? { code: root.value("Code") ?? "", message: (root.value("Message") ?? "").slice(0, 300) }
      : { code: "", message: "" };
  } catch {
    return { code: "", message: "" };
  }
}

function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" ? header : header?.[0];
}

/** What a refusal comes down to. */
export type RefusalKind =
  | "throttled"
  | "failed"
  | "clock"
  | "credentials"
  | "permission"
  | "full"
  | "region"
  | "no-bucket"
  | "other";

const kindsByCode: Readonly<Record<string, RefusalKind>> = {
  SlowDown: "throttled",
  SlowDownRead: "throttled",
  SlowDownWrite: "throttled",
  ServiceUnavailable: "throttled",
  TooManyRequests: "throttled",
  RequestLimitExceeded: "throttled",
  RequestTimeTooSkewed: "clock",
  RequestExpired: "clock",
  InvalidAccessKeyId: "credentials",
  SignatureDoesNotMatch: "credentials",
  ExpiredToken: "credentials",
  InvalidToken: "credentials",
  TokenRefreshRequired: "credentials",
  QuotaExceeded: "full",
  XMinioStorageFull: "full",
  InsufficientStorage: "full",
  PermanentRedirect: "region",
  AuthorizationHeaderMalformed: "region",
  NoSuchBucket: "no-bucket",
  // What a store says when the body of a request did not arrive as it was sent.
  RequestTimeout: "failed",
  BadDigest: "failed",
  XAmzContentSHA256Mismatch: "failed",
  IncompleteBody: "failed",
  OperationAborted: "failed",
};

/** Sorts a refusal by its code, and by its status when the code is nobody's. */
export function refusalKind({ status, code }: RefusalFacts): RefusalKind {
  const known = kindsByCode[code];
  if (known !== undefined) return known;
  if (status === 503 || status === 429) return "throttled";
  if (status === 507) return "full";
  if (status >= 500) return "failed";
  if (status === 301 || status === 307) return "region";
  if (status === 401) return "credentials";
  return status === 403 ? "permission" : "other";
}

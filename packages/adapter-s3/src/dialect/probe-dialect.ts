import { randomUUID } from "node:crypto";
import { answerText } from "../client/answer-document.ts";
import { copyObject } from "../client/copy-object.ts";
import { deleteObject, deleteObjectUntil } from "../client/delete-objects.ts";
import { headObject } from "../client/get-object.ts";
import { bareTag } from "../client/object-headers.ts";
import { refusalKind, refusalOf } from "../client/store-refusal.ts";
import type { StoreRequests } from "../client/store-requests.ts";
import type { S3Dialect } from "./s3-dialect.ts";

/** What a look at a dialect works with. */
export interface DialectProbe {
  readonly requests: StoreRequests;
  /** What the keys of temporary objects begin with. */
  readonly prefix: string;
  readonly signal: AbortSignal | undefined;
}

/** Writers that run against each other. More would prove no more: stores that do not decide let all of them win. */
const racers = 4;

interface Write {
  readonly won: boolean;
  readonly etag: string;
}

/**
 * Finds out what a store does by doing it, with one temporary object that is removed again. What a store says of itself is no help: those
 * that ignore a condition answer 200.
 */
export async function probeDialect(probe: DialectProbe): Promise<S3Dialect> {
  const { requests, prefix, signal } = probe;
  const key = `${prefix}${randomUUID()}`;
  try {
    const created = await race(probe, key, () => ({ "if-none-match": "*" }));
    const createOnce = created.filter(({ won }) => won).length === 1;
    const first = created.find(({ won }) => won) ?? (await write(probe, key, {}, "first"));
    const replaceIfMatch = await probeReplacing(probe, key, first.etag, created.some(({ won }) => won) && createOnce);
    const checksSha256 = await refusesOtherBytes(probe, key);
    const renewsByCopy = await copiesOntoItself(probe, key);
    const expiresSignedUrls = await refusesLate(probe, key);
    const deleteIfMatch = await keepsWhenDeleting(probe, key);
    return { createOnce, replaceIfMatch, deleteIfMatch, checksSha256, expiresSignedUrls, renewsByCopy };
  } finally {
    // Also when the caller has gone.
    await deleteObject(requests, key, signal?.aborted === true ? AbortSignal.timeout(10_000) : signal).catch(() => {});
  }
}

/** Several writers at once, with bytes of their own each: equal bytes have equal tags. */
function race(
  probe: DialectProbe,
  key: string,
  headers: () => Readonly<Record<string, string>>,
): Promise<readonly Write[]> {
  return Promise.all(Array.from({ length: racers }, () => write(probe, key, headers(), randomUUID())));
}

async function write(
  { requests, signal }: DialectProbe,
  key: string,
  headers: Readonly<Record<string, string>>,
  text: string,
  sha256?: string,
): Promise<Write> {
  return requests.ask<Write>({
    operation: "look at the dialect",
    request: { method: "PUT", key, headers, body: Buffer.from(text), sha256 },
    // Refused by condition, as unknown, or as not what was signed.
    expects: [200, 400, 404, 409, 411, 412, 501],
    leaves: "unknown",
    signal,
    read: async (answer) => {
      if (answer.status === 200) {
        await answerText(answer.body);
        return { won: true, etag: bareTag(answer.headers.etag ?? "") };
      }
      const refusal = await refusalOf(answer);
      const kind = refusalKind(refusal.facts);
      if (kind === "no-bucket" || kind === "region" || kind === "clock" || kind === "credentials") throw refusal;
      return { won: false, etag: "" };
    },
  });
}

async function probeReplacing(
  probe: DialectProbe,
  key: string,
  etag: string,
  createOnce: boolean,
): Promise<S3Dialect["replaceIfMatch"]> {
  const wrong = "0".repeat(32);
  // Who takes any tag keeps no condition, in whatever spelling.
  if ((await write(probe, key, { "if-match": `"${wrong}"` }, "wrong")).won) return false;
  if ((await write(probe, key, { "if-match": wrong }, "wrong")).won) return false;
  for (const spelling of ["quoted", "unquoted"] as const) {
    const tag = spelling === "quoted" ? `"${etag}"` : etag;
    const winners = (await race(probe, key, () => ({ "if-match": tag }))).filter(({ won }) => won).length;
    if (winners === 1) return createOnce ? spelling : false;
    if (winners > 1) return false;
  }
  return false;
}

async function refusesOtherBytes(probe: DialectProbe, key: string): Promise<boolean> {
  const otherSha256 = "0".repeat(64);
  // Not through the repetition that a store's word for damaged bytes would start.
  return !(await write(probe, key, {}, "not what was signed", otherSha256)).won;
}

async function copiesOntoItself({ requests, signal }: DialectProbe, key: string): Promise<boolean> {
  const marked = { metadata: { renewed: "yes" } };
  try {
    const copied = await copyObject(requests, key, key, { replace: marked, signal });
    const found = await headObject(requests, key, signal);
    return copied.outcome === "copied" && found.outcome === "found" && found.metadata["renewed"] === "yes";
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    return false;
  }
}

/** A removal that was signed long ago. */
async function refusesLate({ requests, signal }: DialectProbe, key: string): Promise<boolean> {
  const hourAgo = new Date(Date.now() - 3_600_000);
  try {
    await deleteObjectUntil(requests, key, { signedAt: hourAgo, expiresInSeconds: 60, signal });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
  }
  return (await headObject(requests, key, signal)).outcome === "found";
}

async function keepsWhenDeleting({ requests, signal }: DialectProbe, key: string): Promise<boolean> {
  const remove = (tag: string): Promise<void> =>
    requests.ask({
      operation: "look at the dialect",
      request: { method: "DELETE", key, headers: { "if-match": `"${tag}"` } },
      expects: [200, 204, 400, 404, 409, 412, 501],
      leaves: "unknown",
      signal,
      read: async ({ body }) => void (await answerText(body)),
    });
  const isThere = async (): Promise<boolean> => (await headObject(requests, key, signal)).outcome === "found";
  const found = await headObject(requests, key, signal);
  if (found.outcome !== "found") return false;
  await remove("0".repeat(32));
  if (!(await isThere())) return false;
  await remove(found.etag);
  return !(await isThere());
}

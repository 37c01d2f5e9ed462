import { randomBytes } from "node:crypto";
import { type HostingError, hostingError, isHostingError, type Result, unwrap } from "@hostelry/core/adapter";
import type { PutOutcome, WriteCondition } from "../client/object-client.ts";
import type { Pointer } from "./pointer.ts";
import { assertToken } from "./request-checks.ts";
import { encodeSiteDocument, type SiteDocument, trailLength } from "./site-document.ts";
import { readPointer } from "./site-pointer.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";

/** What to make of a document. */
export interface Change<T> {
  /** What the operation has to say when the change is done. */
  readonly value: T;
  /** The document to write; absent: it is right as it is. */
  readonly next?: SiteDocument | undefined;
}

/** What came of a change. */
export interface Changed<T> {
  readonly value: T;
  /** A version of the pointer that has our token in it: the one we wrote, or one that needed no change. */
  readonly document: SiteDocument;
}

/** Says what comes next. Called again for each version that is met; must not wait, for it sees one version. */
export type Decision<T> = (document: SiteDocument) => Change<T>;

const conflictsAtMost = 100;
const failuresAtMost = 3;

/**
 * Changes a site's pointer: reads it, compares fencing tokens, lets `decide` say what comes next, and writes that under the
 * condition that nobody has written meanwhile; else all over again. So whoever has the lower token loses for good: its condition
 * names a version in which no higher token was. A remembered version saves the reading; what is decided on it counts only if
 * the store then says that it is the newest one.
 */
export function changeSite<T>(
  parts: TargetParts,
  call: SiteCall,
  fencingToken: number,
  decide: Decision<T>,
): Promise<Changed<T>> {
  assertToken(fencingToken);
  const withFence: Decision<T> = (document) => {
    if (document.fence > fencingToken) throw fenced(parts, call, fencingToken, document.fence);
    const { value, next } = decide(document);
    if (next === undefined && document.fence === fencingToken) return { value };
    return { value, next: { ...(next ?? document), fence: fencingToken } };
  };
  return parts.inTurn(call.siteId, async () => {
    if (parts.fencing) await assertConditions(parts, call);
    return change(parts, call, withFence);
  });
}

/**
 * Notes something in a site's pointer that is nobody's change: it compares no token, leaves none, and comes after whoever was
 * faster. Only under a condition: without, it could undo a change that it has not seen.
 */
export async function noteInSite(parts: TargetParts, call: SiteCall, decide: Decision<undefined>): Promise<void> {
  if (parts.fencing) await parts.inTurn(call.siteId, () => change(parts, call, decide));
}

async function change<T>(parts: TargetParts, call: SiteCall, decide: Decision<T>): Promise<Changed<T>> {
  /** Writes of which nobody knows yet whether they were done, by their marks. */
  const uncertain = new Map<string, Changed<T>>();
  let failures = 0;
  const remembered = parts.fencing ? parts.remembered.get(call.siteId) : undefined;
  let guess = remembered === undefined ? undefined : decideOn(remembered, decide);
  for (let conflicts = 0; conflicts < conflictsAtMost; ) {
    const isGuess = guess?.decided !== undefined && guess.decided.next !== undefined;
    const { seen, decided } = guess !== undefined && isGuess ? guess : await lookAndDecide();
    guess = undefined;
    if ("document" in decided) return decided;
    if (decided.next === undefined) return { value: decided.value, document: seen.document };
    if (uncertain.size === 0) call.signal?.throwIfAborted();
    const mark = randomBytes(8).toString("hex");
    const written: Changed<T> = { value: decided.value, document: marked(decided.next, seen.document, mark) };
    uncertain.set(mark, written);
    call.state = "unknown";
    const result = await write(parts, call, seen, written.document);
    if (result.isErr()) {
      parts.remembered.delete(call.siteId);
      if (isCertain(result.error)) uncertain.delete(mark);
      if (uncertain.size === 0) call.state = "unchanged";
      failures += 1;
      if (uncertain.size === 0) throw result.error;
      if (failures === failuresAtMost) throw unknownState(result.error);
    } else if (result.value.outcome === "written") {
      call.state = "changed";
      parts.remembered.set(call.siteId, { document: written.document, etag: result.value.etag });
      return written;
    } else {
      conflicts += 1;
      parts.remembered.delete(call.siteId);
      if (!result.value.mayHaveHappened) uncertain.delete(mark);
      if (uncertain.size === 0) call.state = "unchanged";
    }
  }
  const message = `The pointer of ${call.siteId} was changed by others ${conflictsAtMost} times before it could be written.`;
  const details = { adapter: parts.name, operation: "change the pointer", state: call.state } as const;
  throw hostingError("ADAPTER_FAILED", message, details);

  /** Looks at the newest version: one of the uncertain writes may be in it. */
  async function lookAndDecide(): Promise<{ readonly seen: Pointer; readonly decided: Change<T> | Changed<T> }> {
    if (uncertain.size === 0) {
      call.signal?.throwIfAborted();
      const seen = await readPointer(parts, call);
      return { seen, decided: decide(seen.document) };
    }
    // The caller's signal counts no more: what became of the write is the answer.
    const seen = await readPointer(parts, { ...call, signal: undefined }).catch((cause: unknown) => {
      throw isHostingError(cause) ? unknownState(cause) : cause;
    });
    const done = seen.document.trail.map((mark) => uncertain.get(mark)).find((one) => one !== undefined);
    if (done === undefined) assertTraceable(parts, call, seen.document, uncertain.values());
    else {
      call.state = "changed";
      parts.remembered.set(call.siteId, seen);
    }
    return { seen, decided: done ?? decide(seen.document) };
  }
}

/** What would be decided on a version that may be old. A refusal says nothing: the newest version may allow it. */
function decideOn<T>(
  seen: Pointer,
  decide: Decision<T>,
): { readonly seen: Pointer; readonly decided: Change<T> } | undefined {
  try {
    return { seen, decided: decide(seen.document) };
  } catch (refusal) {
    if (isHostingError(refusal)) return undefined;
    throw refusal;
  }
}

/** Not with the caller's signal: a write that is on its way can't be called back, only lost sight of. */
async function write(
  { bucket, fencing }: TargetParts,
  { keys }: SiteCall,
  { etag }: Pointer,
  document: SiteDocument,
): Promise<Result<PutOutcome, HostingError>> {
  const condition: WriteCondition = etag === undefined ? { ifAbsent: true } : { ifMatch: etag };
  const options = { contentType: "application/json", cacheControl: "no-cache" };
  return bucket.put(keys.pointer, encodeSiteDocument(document), fencing ? { ...options, condition } : options);
}

function marked(next: SiteDocument, before: SiteDocument, mark: string): SiteDocument {
  return { ...next, counter: before.counter + 1, trail: [...before.trail, mark].slice(-trailLength) };
}

function isCertain({ details }: HostingError): boolean {
  return "state" in details && details.state === "unchanged";
}

/** After too many writes of others nobody can say any more whether ours was among them. */
function assertTraceable<T>(
  { name }: TargetParts,
  { siteId }: SiteCall,
  { counter }: SiteDocument,
  uncertain: Iterable<Changed<T>>,
): void {
  const oldest = Math.min(...[...uncertain].map(({ document }) => document.counter));
  if (counter - oldest < trailLength) return;
  const message = `The pointer of ${siteId} was changed so often meanwhile that nobody can say what became of a write.`;
  const details = { adapter: name, operation: "change the pointer", state: "unknown" } as const;
  throw hostingError("ADAPTER_FAILED", message, details);
}

/** Refuses a store that takes no notice of conditions: it would let a paused publisher undo what a later one did. */
async function assertConditions({ name, bucket }: TargetParts, { signal }: SiteCall): Promise<void> {
  const dialect = await unwrap(bucket.dialect({ signal }));
  if (dialect.createOnce && dialect.replaceIfMatch !== false) return;
  const message = `${bucket.place} has no conditional writes; say \`fencing: false\` to publish there all the same.`;
  const details = { adapter: name, operation: "change the pointer", state: "unchanged" } as const;
  throw hostingError("ADAPTER_FAILED", message, details, { retryable: false });
}

function fenced({ name }: TargetParts, { siteId }: SiteCall, offered: number, current: number): HostingError {
  const message = `${name} has seen publication ${current} of ${siteId}; ${offered} comes too late.`;
  return hostingError("FENCED", message, { target: name, siteId, offered, current });
}

/** The error, saying that it is not known what became of the pointer. */
function unknownState(error: HostingError): Error {
  if (!("state" in error.details)) return error;
  return hostingError(error.code, error.message, { ...error.details, state: "unknown" } as never, { cause: error });
}

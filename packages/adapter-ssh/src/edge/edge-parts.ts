import { type FailureState, hostingError, type ReleaseId, type SiteId } from "@hostelry/core/adapter";
import type { DocumentRoot } from "./document-root.ts";
import type { KnownReleases } from "./known-releases.ts";
import type { Answer } from "./node/answer.ts";
import { nodeFailure } from "./node/node-failure.ts";
import type { NodeRequest } from "./node/node-session.ts";
import type { SessionPool } from "./node/session-pool.ts";
import type { Packing } from "./staging/packed.ts";

/** What every operation of an edge target works with. */
export interface EdgeParts {
  /** The target's name, for errors. */
  readonly name: string;
  readonly sessions: SessionPool;
  readonly known: KnownReleases;
  readonly packing: Packing | "auto";
  readonly now: () => Date;
  /** Where a panel has a site's document root; `undefined` for a web server that looks below the root. */
  readonly documentRoot: ((siteId: SiteId) => DocumentRoot) | undefined;
  /** Whether the tree of links that the next release begins with is made while nobody waits. */
  readonly prepares: boolean;
  /** Does one after the other what changes a site in one step; staging is not among it. */
  inTurn<T>(siteId: SiteId, work: () => Promise<T>): Promise<T>;
  /** Does something while nobody waits. It may fail: then it is as if it had not been asked for. */
  behind(work: () => Promise<unknown>): void;
}

/** One call under way: what is known of what it changes, for the error when it fails; and the caller's signal. */
export interface Tracked {
  state: FailureState;
  readonly signal: AbortSignal | undefined;
}

/** What a request is about. */
export interface Subject {
  readonly operation: string;
  readonly siteId: SiteId;
  readonly fencingToken?: number | undefined;
  readonly release?: ReleaseId | undefined;
}

/** Asks for something that only looks; once more when a kept connection turns out to be gone. */
export async function look(parts: EdgeParts, about: Subject, request: NodeRequest): Promise<Answer> {
  return granted(parts, about, "unchanged", await parts.sessions.ask({ request, again: true }));
}

/**
 * Asks for a change. From the sending to the answer it is not known whether it was made. What is refused was not made.
 */
export async function change(
  parts: EdgeParts,
  about: Subject,
  tracked: Tracked,
  request: NodeRequest,
): Promise<Answer> {
  const answer = await parts.sessions.ask({
    request: () => {
      tracked.state = "unknown";
      return request;
    },
  });
  tracked.state = "unchanged";
  return granted(parts, about, failedState(answer), answer);
}

/** What an answer other than `done` has left: the script says when the change begins. What is fenced off is a later one's to say. */
export function failedState({ end, lines }: Answer): FailureState {
  if (end.kind === "refused" && end.code === "FENCED") return "unchanged";
  return lines.includes("begun") ? "unknown" : "unchanged";
}

/** The answer, or the error that it means. */
export function granted(parts: EdgeParts, about: Subject, state: FailureState, answer: Answer): Answer {
  if (answer.end.kind === "done") return answer;
  throw nodeFailure(answer.end, { target: parts.name, ...about, state });
}

/** The error for an answer that the script can't have given. */
export function unreadableAnswer(parts: EdgeParts, operation: string, cause: unknown): unknown {
  const details = { adapter: parts.name, operation, state: "unknown" } as const;
  return hostingError("ADAPTER_FAILED", `${parts.name} gave no readable answer to ${operation}.`, details, { cause });
}

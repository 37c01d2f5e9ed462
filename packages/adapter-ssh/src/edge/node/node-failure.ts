import {
  adapterError,
  type FailureState,
  type HostingError,
  hostingError,
  type ReleaseId,
  type SiteId,
} from "@hostelry/core/adapter";
import type { AnswerEnd } from "./answer.ts";

/** What a request was about, for the error when it is not granted. */
export interface RequestContext {
  /** The target's name. */
  readonly target: string;
  readonly operation: string;
  readonly siteId: SiteId;
  readonly fencingToken?: number | undefined;
  readonly release?: ReleaseId | undefined;
  readonly state: FailureState;
}

/** What POSIX says of a disk (strerror in the C locale), and Node's name for it. */
const diskMessages: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/No space left on device/, "ENOSPC"],
  // GNU tar's word for a write that the disk took a part of.
  [/Wrote only \d+ of \d+ bytes/, "ENOSPC"],
  [/Disk quota exceeded/, "EDQUOT"],
  [/Read-only file system/, "EROFS"],
  [/Permission denied/, "EACCES"],
  [/Operation not permitted/, "EPERM"],
];

/** The error that an answer other than `done` means. */
export function nodeFailure(end: Exclude<AnswerEnd, { kind: "done" }>, context: RequestContext): HostingError {
  const { target, operation, siteId, fencingToken = 0, release = "", state } = context;
  if (end.kind === "failed") {
    const code = diskMessages.find(([pattern]) => pattern.test(end.message))?.[1];
    const cause = Object.assign(new Error(end.message), code === undefined ? {} : { code });
    return adapterError(cause, { adapter: target, operation, state, path: code === undefined ? undefined : target });
  }
  // Refused half-way: what is in the way was not there before, or could not be read.
  const isHalfWay = state === "unknown" && end.code !== "FENCED";
  switch (isHalfWay ? "half-way" : end.code) {
    case "FENCED": {
      const current = Number(end.facts);
      const sentence = `${target} has seen publication ${current} of ${siteId}; ${fencingToken} comes too late.`;
      return hostingError("FENCED", sentence, { target, siteId, offered: fencingToken, current });
    }
    case "RELEASE_NOT_FOUND": {
      const sentence = `${target} has no release ${release} of ${siteId}.`;
      return hostingError("RELEASE_NOT_FOUND", sentence, { target, siteId, release });
    }
    case "LAYOUT": {
      const [path = ""] = end.facts.split(" ", 1);
      const problem = end.facts.slice(path.length + 1);
      return hostingError("TARGET_LAYOUT_INVALID", `${path} can't be used: ${problem}.`, { target, path, problem });
    }
    case "INPUT": {
      const problem = "the node does not take it";
      return hostingError("INVALID_INPUT", `${end.facts} can't be used: ${problem}.`, { field: end.facts, problem });
    }
    default: {
      const cause = new Error(`${end.code} ${end.facts}`);
      return adapterError(cause, { adapter: target, operation, state });
    }
  }
}

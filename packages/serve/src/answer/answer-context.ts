import { type Clock, type SiteContent, systemClock } from "@hostelry/core/adapter";
import type { HostResolver, SiteAddress } from "../address/site-address.ts";
import { type KnownFiles, knownFiles } from "../cache/known-files.ts";
import { type TurnMemo, turnMemo } from "../cache/turn-memo.ts";
import { type BodyCache, bodyCache } from "../file/body-cache.ts";
import { type Representations, representations } from "../file/representation.ts";
import { type HandlerPages, handlerPages } from "../page/handler-pages.ts";
import { type HtmlHandling, htmlHandlingOf } from "../path/html-handling.ts";
import { type NotFoundHandling, notFoundHandlingOf } from "../path/not-found-handling.ts";
import type { ServeProblem, SiteHandlerOptions } from "./site-handler-options.ts";

/** A host name, what it stands for, and what is there. */
export interface LocatedSite {
  readonly host: string;
  readonly address: SiteAddress | null;
  /** `undefined`: still to be looked for. */
  readonly content: SiteContent | null | undefined;
}

/** The handler's options with their defaults filled in, and what it remembers. */
export interface AnswerContext {
  readonly content: SiteHandlerOptions["content"];
  readonly resolve: HostResolver;
  readonly clock: Pick<Clock, "now">;
  readonly https: boolean | undefined;
  readonly htmlHandling: HtmlHandling;
  readonly notFoundHandling: NotFoundHandling;
  readonly pages: HandlerPages;
  readonly known: KnownFiles;
  readonly representations: Representations;
  readonly bodies: BodyCache;
  /** By authority, as it came. */
  readonly located: TurnMemo<string, LocatedSite>;
  readonly onProblem: (problem: ServeProblem) => void;
}

const maxRepresentations = 10_000;
const maxKnownFiles = 20_000;

/** Fills in the defaults; throws `TypeError` for what can't be meant. */
export function answerContext(options: SiteHandlerOptions, onProblem: (problem: ServeProblem) => void): AnswerContext {
  const { maxCachedBytes = 64 * 1024 * 1024, maxCachedFileBytes = 512 * 1024, clock = systemClock } = options;
  return {
    content: options.content,
    resolve: options.resolve,
    clock,
    https: options.https,
    htmlHandling: htmlHandlingOf(options.htmlHandling ?? "auto"),
    notFoundHandling: notFoundHandlingOf(options.notFoundHandling ?? "404-page"),
    pages: handlerPages(options),
    known: knownFiles(maxKnownFiles),
    representations: representations(maxRepresentations, clock),
    bodies: bodyCache({ maxBytes: maxCachedBytes, maxFileBytes: maxCachedFileBytes }),
    located: turnMemo(),
    onProblem,
  };
}

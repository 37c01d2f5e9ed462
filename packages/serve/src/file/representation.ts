import {
  type Clock,
  type ContentCoding,
  type ContentView,
  codingSuffix,
  type ReleaseFile,
} from "@hostelry/core/adapter";
import type { HeaderList } from "../answer/reply.ts";
import { type ViewNotes, viewNotes } from "../cache/view-notes.ts";

/** A file in the form in which it is sent, and what is said of it. */
export interface Representation {
  /** The file whose bytes are sent: the asked one, or its compressed copy. */
  readonly file: ReleaseFile;
  /** Strong, and of the bytes that are sent, so each coding has its own, and equal bytes keep theirs everywhere. */
  readonly entityTag: string;
  /** Milliseconds, whole seconds; `undefined` when it lies in the future (RFC 9110 section 8.8.2.1). */
  readonly modifiedMs: number | undefined;
  /** What a 304 says: all that can change how a cache uses what it has. */
  readonly validating: HeaderList;
  /** The same, and what the bytes are, without how many. */
  readonly describing: HeaderList;
  /** The same, and how many: the headers of a whole answer. */
  readonly whole: HeaderList;
}

/** Makes representations, and remembers the recent ones: headers are text, and text takes time. */
export interface Representations {
  /** The form of a file for a client that takes these codings, best first. */
  of(view: ContentView, file: ReleaseFile, codings: readonly ContentCoding[]): Representation;
}

/** Always asked again, and answered with 304 while it is the same: a flip is seen by the next request. */
export const revalidate = "public, max-age=0, must-revalidate";

/** All forms of a file. */
interface Forms {
  readonly plain: Representation;
  readonly br?: Representation;
  readonly gzip?: Representation;
}

/** @param maxKept for so many files they are remembered, as long as their release is. */
export function representations(maxKept: number, clock: Pick<Clock, "now">): Representations {
  const kept = viewNotes<string, Forms>(maxKept);
  return {
    of(view, file, codings) {
      const forms = kept.get(view, file.path) ?? remember(kept, view, file, formsOf(view, file, clock.now()));
      for (const coding of codings) {
        const form = forms[coding];
        if (form !== undefined) return form;
      }
      return forms.plain;
    },
  };
}

function remember(kept: ViewNotes<string, Forms>, view: ContentView, file: ReleaseFile, forms: Forms): Forms {
  // One that may not be told its date yet gets it later.
  if (forms.plain.modifiedMs !== undefined) kept.set(view, file.path, forms);
  return forms;
}

function formsOf(view: ContentView, file: ReleaseFile, now: Date): Forms {
  const br = view.file(file.path + codingSuffix.br);
  const gzip = view.file(file.path + codingSuffix.gzip);
  const varies = br?.coding === "br" || gzip?.coding === "gzip";
  return {
    plain: represent(file, varies, now),
    ...(br?.coding === "br" ? { br: represent(br, varies, now) } : {}),
    ...(gzip?.coding === "gzip" ? { gzip: represent(gzip, varies, now) } : {}),
  };
}

function represent(file: ReleaseFile, varies: boolean, now: Date): Representation {
  const modified = file.mtimeSeconds * 1000;
  const modifiedMs = modified > now.getTime() ? undefined : modified;
  const entityTag = `"sha256-${file.sha256}"`;
  const validating = [
    "cache-control",
    revalidate,
    "etag",
    entityTag,
    ...(modifiedMs === undefined ? [] : ["last-modified", new Date(modifiedMs).toUTCString()]),
    // Said of the plain bytes, too, or a cache would give them to everybody.
    ...(varies ? ["vary", "accept-encoding"] : []),
    "x-content-type-options",
    "nosniff",
  ];
  const coding = file.coding === undefined ? [] : ["content-encoding", file.coding];
  const describing = [...validating, "accept-ranges", "bytes", "content-type", file.mediaType, ...coding];
  const whole = [...describing, "content-length", String(file.size)];
  return { file, entityTag, modifiedMs, validating, describing, whole };
}

import type { ContentView, ReleaseFile } from "@hostelry/core/adapter";
import type { HeaderList } from "../answer/reply.ts";

/** Bytes of a file that a reply needs: `[start, end)`. */
export interface NeededBytes {
  readonly view: ContentView;
  readonly file: ReleaseFile;
  readonly start: number;
  readonly end: number;
}

/** A reply of which all is known but the bytes of a file. */
export interface PlannedReply {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array | NeededBytes | null;
}

/** Whether bytes of a file are still needed. */
export function needsBytes(body: PlannedReply["body"]): body is NeededBytes {
  return body !== null && !(body instanceof Uint8Array);
}

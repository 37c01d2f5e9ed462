import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import type { LogStreamId } from "./log-entry.ts";

/** Visible ASCII: it is also sent as the topic of a notification, and shown in addresses. */
const visibleAscii = /^[\x21-\x7e]{1,200}$/;

/** Whether a text can name a log: 1 to 200 visible ASCII characters, without spaces. */
export function isLogStreamId(text: string): text is LogStreamId {
  return visibleAscii.test(text);
}

/** A text as the name of a log, e.g. `build-4711`; `INVALID_INPUT` unless {@link isLogStreamId}. */
export function logStreamId(text: string): Result<LogStreamId, HostingErrorOf<"INVALID_INPUT">> {
  if (isLogStreamId(text)) return ok(text);
  const problem = "use 1 to 200 visible ASCII characters, without spaces";
  return err(hostingError("INVALID_INPUT", `That can't name a log: ${problem}.`, { field: "streamId", problem }));
}

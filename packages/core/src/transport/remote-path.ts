import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";

/** Half a character; UTF-8 has no bytes for it. */
const loneSurrogate: RegExp = /\p{Surrogate}/u;

/** A path or a link's text that any POSIX file system can take byte for byte, or why not. */
export function remotePath(path: string): Result<string, HostingErrorOf<"INVALID_INPUT">> {
  if (path === "") return refused("is empty");
  if (path.includes("\0")) return refused("has a U+0000 in it");
  if (loneSurrogate.test(path)) return refused("has a lone surrogate in it");
  return ok(path);
}

function refused(problem: string): Result<never, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `The path can't be used: it ${problem}.`, { field: "path", problem }));
}

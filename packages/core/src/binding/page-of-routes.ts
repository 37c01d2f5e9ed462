import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { Page, PageRequest } from "../ports/call-options.ts";
import type { HostRoute } from "../ports/host-routes.ts";
import { err, ok, type Result } from "../result/index.ts";

const maxLimit = 1000;
const cursorPattern = /^after:(\S+)$/;

/** One page of routes, by name. The cursor is the last name, so what comes and goes around it moves nothing. For those who implement `HostRoutes`. */
export function pageOfRoutes(
  routes: readonly HostRoute[],
  { after, limit = 100 }: PageRequest,
): Result<Page<HostRoute>, HostingErrorOf<"INVALID_INPUT">> {
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
    return invalid("limit", `must be a whole number from 1 to ${maxLimit}`);
  }
  const [, last] = after === undefined ? [] : (cursorPattern.exec(after) ?? []);
  if (after !== undefined && last === undefined) return invalid("after", "is not a cursor of this listing");
  const rest = routes
    .filter(({ hostname }) => last === undefined || hostname > last)
    .sort((one, other) => (one.hostname < other.hostname ? -1 : 1));
  const items = rest.slice(0, limit);
  const next = items.at(-1);
  return ok(next === undefined || rest.length <= limit ? { items } : { items, next: `after:${next.hostname}` });
}

function invalid(field: string, problem: string): Result<never, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `${field} ${problem}.`, { field, problem }));
}

import {
  err,
  type HostingErrorOf,
  type HostRoute,
  hostingError,
  ok,
  type Page,
  type PageRequest,
  type Result,
} from "@hostelry/core/adapter";

const maxLimit = 1000;
const cursorPattern = /^after:(\S+)$/;

/** One page of routes, by name. The cursor is the last name, so what comes and goes around it moves nothing. */
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

import {
  type AdapterError,
  type CallOptions,
  type Clock,
  type DnsChangeError,
  type DnsZoneError,
  err,
  errAsync,
  type FailureState,
  flow,
  hostingError,
  ok,
  type ResultAsync,
  zoneChanged,
} from "@hostelry/core/adapter";
import { excerpt, type HttpClient, type HttpReply, type HttpRequest } from "../http/http-client.ts";
import type { WriteOutcome } from "../zone/change-zone.ts";
import { invalid, zoneNotFound } from "../zone/zone-names.ts";
import {
  type CloudflareProblem,
  type CloudflareZone,
  problemsFrom,
  recordsFrom,
  zonesFrom,
} from "./cloudflare-answers.ts";
import type { CloudflareBatch, CloudflareRecord } from "./cloudflare-records.ts";

/** The adapter's name. */
export const cloudflareName = "cloudflare";

/** The calls of the API that we need, with its errors told apart. */
export interface CloudflareApi {
  zones(options: CallOptions): ResultAsync<readonly CloudflareZone[], AdapterError>;
  zone(name: string, options: CallOptions): ResultAsync<CloudflareZone, DnsZoneError>;
  /** All records of a zone, or of one name. */
  records(
    zone: CloudflareZone,
    name: string | undefined,
    options: CallOptions,
  ): ResultAsync<readonly CloudflareRecord[], DnsZoneError>;
  batch(zone: CloudflareZone, batch: CloudflareBatch, options: CallOptions): ResultAsync<WriteOutcome, DnsChangeError>;
}

const zonesPerPage = 50;
const recordsPerPage = 1000;
const mostPages = 1000;

/** Waits no longer than this before it asks again; what is longer is the caller's to wait. */
const longestPauseMs = 2000;

/** An identical record is there, or one that was to be deleted is not: somebody was faster. */
const raced: ReadonlySet<number> = new Set([81_044, 81_057, 81_058]);
/** An alias beside other records. */
const conflicting: ReadonlySet<number> = new Set([81_053, 81_054, 81_055, 81_056]);

/** The API behind a client. */
export function cloudflareApi(client: HttpClient, clock: Clock): CloudflareApi {
  const send = (request: HttpRequest, attempt = 1): ResultAsync<HttpReply, AdapterError> =>
    client(request).andThen((reply) => {
      const mayRepeat = attempt < 4 && (reply.status === 429 || (reply.status >= 500 && request.method === "GET"));
      const pauseMs = reply.retryAfterMs ?? 200 * 2 ** attempt;
      if (!mayRepeat || pauseMs > longestPauseMs) return ok(reply);
      return after(clock.sleep(pauseMs, request.signal)).andThen(() => send(request, attempt + 1));
    });
  const pages = <T>(
    operation: string,
    path: (page: number) => string,
    perPage: number,
    read: (json: unknown) => readonly T[] | undefined,
    { signal }: CallOptions,
  ): ResultAsync<readonly T[], AdapterError> =>
    flow(async function* () {
      const items: T[] = [];
      for (let page = 1; page <= mostPages; page += 1) {
        const reply = yield* send({ operation, method: "GET", path: path(page), signal });
        const found = reply.status === 200 ? read(reply.json) : undefined;
        if (found === undefined) return err(failure(operation, reply, "unchanged", clock));
        items.push(...found);
        if (found.length < perPage) return ok(items);
      }
      return err(adapterFailure(operation, "there is no end to the pages", "unchanged"));
    });
  return {
    zones: (options) =>
      pages("listZones", (page) => `/zones?per_page=${zonesPerPage}&page=${page}`, zonesPerPage, zonesFrom, options),
    zone: (name, options) =>
      pages(
        "getZone",
        (page) => `/zones?name=${name}&per_page=${zonesPerPage}&page=${page}`,
        zonesPerPage,
        zonesFrom,
        options,
      )
        .map((found) => found.find((zone) => zone.name === name))
        .andThen((found) => (found === undefined ? err(zoneNotFound(cloudflareName, name)) : ok(found))),
    records: (zone, name, options) => {
      const filter = name === undefined ? "" : `name.exact=${encodeURIComponent(name)}&`;
      const path = (page: number): string =>
        `/zones/${zone.id}/dns_records?${filter}per_page=${recordsPerPage}&page=${page}`;
      return pages("listRecordSets", path, recordsPerPage, recordsFrom, options);
    },
    batch: ({ id, name: zone }, batch, { signal }) => {
      const body = Object.fromEntries(Object.entries(batch).filter(([, list]) => list.length > 0));
      const request = {
        operation: "applyChanges",
        method: "POST",
        path: `/zones/${id}/dns_records/batch`,
        body,
        signal,
      } as const;
      return send(request).andThen((reply) => {
        if (reply.status === 200) return ok<WriteOutcome>({ written: true });
        const problems = problemsFrom(reply.json);
        if (problems.some(({ code }) => raced.has(code))) {
          return ok<WriteOutcome>({ written: false, refused: zoneChanged(cloudflareName, zone, "version") });
        }
        return errAsync(batchFailure(zone, reply, problems, clock));
      });
    },
  };
}

function after(pause: Promise<void>): ResultAsync<void, never> {
  return flow(async function* () {
    await pause;
    yield* ok(undefined);
    return ok(undefined);
  });
}

function batchFailure(
  zone: string,
  reply: HttpReply,
  problems: readonly CloudflareProblem[],
  clock: Clock,
): DnsChangeError {
  const conflict = problems.find(({ code }) => conflicting.has(code));
  if (conflict !== undefined) {
    const problem = excerpt(conflict.message).replace(/\.$/, "");
    const message = `A change of ${zone} conflicts with what is there: ${problem}.`;
    return hostingError("DNS_CONFLICT", message, { provider: cloudflareName, zone, name: zone, type: "", problem });
  }
  if (reply.status === 400) return invalid("changes", `are refused: ${described(reply, problems)}`);
  // A gateway that gives up has not said what became of the request.
  return failure("applyChanges", reply, reply.status >= 500 ? "unknown" : "unchanged", clock);
}

function failure(operation: string, reply: HttpReply, state: FailureState, clock: Clock): AdapterError {
  const adapter = cloudflareName;
  const { status, retryAfterMs } = reply;
  const problems = problemsFrom(reply.json);
  if (status === 429) {
    const retryAt = retryAfterMs === null ? null : new Date(clock.now().getTime() + retryAfterMs).toISOString();
    const message = `${adapter} could not ${operation}: it asks for fewer requests.`;
    return hostingError("ADAPTER_THROTTLED", message, { adapter, operation, retryAt, state: "unchanged" });
  }
  // A token that is no token at all is a bad request there, about its headers.
  if (status === 401 || status === 403 || problems.some(({ code }) => code === 6003 || code === 10_000)) {
    const reason = status === 403 ? "permission" : "credentials";
    const message = `${adapter} could not ${operation}: the token is not taken (${described(reply, problems)}).`;
    return hostingError("ADAPTER_UNAUTHORIZED", message, { adapter, operation, reason, state: "unchanged" });
  }
  return adapterFailure(operation, `it answers ${status}: ${described(reply, problems)}`, state);
}

function adapterFailure(operation: string, problem: string, state: FailureState): AdapterError {
  const adapter = cloudflareName;
  const message = `${adapter} could not ${operation}: ${problem}.`;
  return hostingError("ADAPTER_FAILED", message, { adapter, operation, state });
}

function described(reply: HttpReply, problems: readonly CloudflareProblem[]): string {
  const text = problems.map(({ code, message }) => `${code} ${message}`).join("; ");
  return excerpt(text === "" ? reply.text : text).replace(/\.$/, "");
}

import {
  type AdapterError,
  type CallOptions,
  type CreateDnsZone,
  type DnsChangeError,
  type DnsProviderError,
  type DnsZone,
  type DnsZoneError,
  err,
  flow,
  hostingError,
  ok,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { excerpt, type HttpClient, type HttpReply } from "../http/http-client.ts";
import type { WriteOutcome } from "../zone/change-zone.ts";
import { checkNewZone, invalid, zoneNotFound } from "../zone/zone-names.ts";
import { zoneFrom, zoneNamesFrom } from "./powerdns-answers.ts";
import { dotted, type PowerdnsZone, plainName } from "./powerdns-records.ts";

/** The adapter's name. */
export const powerdnsName = "powerdns";

/** The calls of the API that we need, with its errors told apart. */
export interface PowerdnsApi {
  zoneNames(options: CallOptions): ResultAsync<readonly string[], DnsProviderError>;
  /** The whole zone, or all sets of one name. */
  readZone(zone: string, name: string | undefined, options: CallOptions): ResultAsync<PowerdnsZone, DnsZoneError>;
  patchZone(zone: string, rrsets: readonly object[], options: CallOptions): ResultAsync<WriteOutcome, DnsChangeError>;
  makeZone(request: CreateDnsZone, options: CallOptions): ResultAsync<{ readonly created: boolean }, DnsProviderError>;
  /** Servers of a zone, out of its NS records. */
  zone(name: string, options: CallOptions): ResultAsync<DnsZone, DnsZoneError>;
}

/** The API of one server behind a client. `pause` waits before a reading request is sent again. */
export function powerdnsApi(
  send: HttpClient,
  zoneKind: string,
  pause: (attempt: number, signal: AbortSignal | undefined) => Promise<void>,
): PowerdnsApi {
  const get = (path: string, operation: string, { signal }: CallOptions): ResultAsync<HttpReply, AdapterError> => {
    const tryOnce = (attempt: number): ResultAsync<HttpReply, AdapterError> =>
      send({ operation, method: "GET", path, signal }).andThen((reply) => {
        if (reply.status < 500 || attempt === 5) return ok(reply);
        return okAfter(pause(attempt, signal)).andThen(() => tryOnce(attempt + 1));
      });
    return tryOnce(1);
  };
  const readZone: PowerdnsApi["readZone"] = (zone, name, options) =>
    flow(async function* () {
      const query = name === undefined ? "" : `?rrset_name=${encodeURIComponent(dotted(name))}`;
      const reply = yield* get(`/zones/${dotted(zone)}${query}`, "listRecordSets", options);
      if (reply.status === 404) return err(zoneNotFound(powerdnsName, zone));
      const read = reply.status === 200 ? zoneFrom(reply.json) : undefined;
      if (read === undefined) return err(failure("listRecordSets", reply, "unchanged"));
      // The filter has been seen to let other names through.
      return ok(
        name === undefined ? read : { ...read, rrsets: read.rrsets.filter((set) => plainName(set.name) === name) },
      );
    });
  return {
    readZone,
    zoneNames: (options) =>
      flow(async function* () {
        const reply = yield* get("/zones", "listZones", options);
        const names = reply.status === 200 ? zoneNamesFrom(reply.json) : undefined;
        return names === undefined ? err(failure("listZones", reply, "unchanged")) : ok(names.map(plainName));
      }),
    zone: (name, options) =>
      readZone(name, name, options).map(({ rrsets }) => {
        const servers = rrsets.flatMap((set) => (set.type === "NS" ? set.records : []));
        return { name, nameservers: servers.map(({ content }) => plainName(content)).sort() };
      }),
    patchZone: (zone, rrsets, { signal }) =>
      flow(async function* () {
        const path = `/zones/${dotted(zone)}`;
        const reply = yield* send({ operation: "applyChanges", method: "PATCH", path, body: { rrsets }, signal });
        if (reply.status === 204) return ok({ written: true } as const);
        if (reply.status === 404) return err(zoneNotFound(powerdnsName, zone));
        // A database that is locked (SQLite, with a second writer) is an internal error, and all of the PATCH is undone.
        if (reply.status >= 500)
          return ok({ written: false, refused: failure("applyChanges", reply, "unchanged") } as const);
        if (reply.status === 422) return err(unprocessable(reply, zone));
        return err(failure("applyChanges", reply, "unchanged"));
      }),
    makeZone: (request, { signal }) =>
      flow(async function* () {
        const { mailbox } = yield* checkNewZone(request);
        const body = newZone(request, mailbox, zoneKind);
        const reply = yield* send({ operation: "createZone", method: "POST", path: "/zones", body, signal });
        if (reply.status === 201) return ok({ created: true });
        if (reply.status === 409) return ok({ created: false });
        if (reply.status === 422) return err(invalid("zone", `is refused: ${problemOf(reply)}`));
        return err(failure("createZone", reply, reply.status >= 500 ? "unknown" : "unchanged"));
      }),
  };
}

function okAfter(pause: Promise<void>): ResultAsync<void, never> {
  return flow(async function* () {
    await pause;
    yield* ok(undefined);
    return ok(undefined);
  });
}

/** Without a SOA of ours, the server would name a made-up primary. */
function newZone({ name, nameservers }: CreateDnsZone, mailbox: string, kind: string): object {
  const soa = `${dotted(nameservers[0] ?? "")} ${dotted(mailbox)} 0 10800 3600 604800 300`;
  const records = [{ content: soa, disabled: false }];
  return {
    name: dotted(name),
    kind,
    nameservers: nameservers.map(dotted),
    rrsets: [{ name: dotted(name), type: "SOA", ttl: 3600, records }],
  };
}

function failure(operation: string, reply: HttpReply, state: "unchanged" | "unknown"): AdapterError {
  const adapter = powerdnsName;
  if (reply.status === 401 || reply.status === 403) {
    const message = `${adapter} could not ${operation}: the server does not take the API key.`;
    return hostingError("ADAPTER_UNAUTHORIZED", message, { adapter, operation, reason: "credentials", state });
  }
  const message = `${adapter} could not ${operation}: the server answers ${reply.status}: ${problemOf(reply)}.`;
  return hostingError("ADAPTER_FAILED", message, { adapter, operation, state });
}

function unprocessable(reply: HttpReply, zone: string): DnsChangeError {
  const problem = problemOf(reply);
  if (!/conflict/i.test(problem)) return invalid("changes", `are refused: ${problem}`);
  const [, name = zone, type = ""] = /RRset (\S+) IN (\w+)/.exec(problem) ?? [];
  const details = { provider: powerdnsName, zone, name: plainName(name), type, problem };
  return hostingError("DNS_CONFLICT", `${plainName(name)} can't have ${type}: ${problem}.`, details);
}

/** Errors are JSON or plain text, whichever part of the server they come from. */
function problemOf({ json, text }: HttpReply): string {
  const error = typeof json === "object" && json !== null && "error" in json ? String(json.error) : text;
  return excerpt(error).replace(/\.$/, "");
}

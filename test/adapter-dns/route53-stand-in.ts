// Answers as Amazon Route 53 is documented to: hosted zones, record sets in pages, batches that are checked and done as a whole.
// It is not Route 53; where the two are known to differ, it is mended here.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sign } from "aws4";
import {
  batched,
  compareSets,
  compareTexts,
  reversed,
  type StandInChange,
  type StandInSet,
  stored,
} from "./route53-stand-in-batch.ts";
import { document, type Read, read, type Written } from "./route53-stand-in-xml.ts";

/** A hosted zone of the stand-in. */
export interface StandInZone {
  readonly id: string;
  /** With a dot at the end. */
  readonly name: string;
  readonly callerReference: string;
  readonly isPrivate: boolean;
  readonly delegationSetId: string | undefined;
  sets: readonly StandInSet[];
}

/**
 * What meets a request. `lost`: it is done, and the connection ends without an answer. `reset`: the connection ends, and it is not
 * done. `internal`: 500, not done. `throttled` and `busy`: 400, not done. `hanging`: no answer.
 */
export type StandInFault = "busy" | "hanging" | "internal" | "lost" | "reset" | "throttled";

/** A running stand-in. */
export interface Route53StandIn {
  readonly url: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly zones: StandInZone[];
  /** A reusable delegation set. */
  readonly delegationSetId: string;
  /** `ChangeResourceRecordSets` and so on, in their order. */
  readonly requests: string[];
  /** The batches that were done. */
  readonly batches: (readonly StandInChange[])[];
  /** Settings that a test may change, and puts back. */
  readonly settings: {
    /** Called for each request; the first one of a test is 0. */
    fault: ((operation: string, number: number) => StandInFault | undefined) | undefined;
    /** Called before a batch is looked at: somebody else is faster. */
    beforeChange: (() => void) | undefined;
    /** How a refused batch is told: as since 2024, as before, or without a word, which is what old clients make of it. */
    refusals: "current" | "older" | "silent";
    /** Record sets and zones in a page, at most. The service has 300 and 100. */
    pageSize: number;
  };
  addZone(name: string, options?: { readonly isPrivate?: boolean }): StandInZone;
  /** Puts everything back but the zones. */
  reset(): void;
  stop(): Promise<void>;
}

class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;
  readonly messages: readonly string[];
  constructor(status: number, code: string, ...messages: readonly string[]) {
    super(messages.join(", "));
    this.status = status;
    this.code = code;
    this.messages = messages;
  }
}

interface Answer {
  readonly status?: number;
  readonly root: string;
  readonly content: Written;
}

const servers = ["ns-1.awsdns-00.com.", "ns-2.awsdns-00.net.", "ns-3.awsdns-00.org.", "ns-4.awsdns-00.co.uk."];
const defaultSoa = `${servers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;

/** Starts the stand-in on a free port of loopback. */
export async function startRoute53StandIn(): Promise<Route53StandIn> {
  const credentials = { accessKeyId: "AKIASTANDIN", secretAccessKey: randomBytes(20).toString("hex") };
  const delegationSetId = "N1STANDIN";
  const zones: StandInZone[] = [];
  const references = new Set<string>();
  const requests: string[] = [];
  const batches: (readonly StandInChange[])[] = [];
  const defaults = { fault: undefined, beforeChange: undefined, refusals: "current", pageSize: 300 } as const;
  const settings: Route53StandIn["settings"] = { ...defaults };
  const add = (
    name: string,
    details: Pick<StandInZone, "callerReference" | "isPrivate" | "delegationSetId">,
  ): StandInZone => {
    const apex = stored(name);
    const sets: readonly StandInSet[] = [
      { name: apex, type: "NS", ttl: 172_800, values: servers },
      { name: apex, type: "SOA", ttl: 900, values: [defaultSoa] },
    ];
    const zone = { id: `Z${randomBytes(8).toString("hex").toUpperCase()}`, name: apex, sets, ...details };
    zones.push(zone);
    return zone;
  };
  const zoneOf = (id: string): StandInZone => {
    const zone = zones.find((each) => each.id === id);
    if (zone === undefined) throw new Refusal(404, "NoSuchHostedZone", `No hosted zone found with ID: ${id}`);
    return zone;
  };

  const operations: Readonly<Record<string, (call: { id: string; query: URLSearchParams; body: string }) => Answer>> = {
    ListHostedZonesByName: ({ query }) => {
      const [name, id] = [query.get("dnsname"), query.get("hostedzoneid")];
      const from = name === null ? "" : reversed(stored(name));
      const sorted = zones.toSorted(
        (a, b) => compareTexts(reversed(a.name), reversed(b.name)) || compareTexts(a.id, b.id),
      );
      const rest = sorted.filter((zone) => {
        const order = compareTexts(reversed(zone.name), from);
        return order > 0 || (order === 0 && (id === null || zone.id >= id));
      });
      const size = Math.min(settings.pageSize, Number(query.get("maxitems") ?? 100));
      const next = rest[size];
      return {
        root: "ListHostedZonesByNameResponse",
        content: {
          HostedZones: { HostedZone: rest.slice(0, size).map(shownZone) },
          IsTruncated: next !== undefined,
          NextDNSName: next?.name,
          NextHostedZoneId: next?.id,
          MaxItems: size,
        },
      };
    },
    ListResourceRecordSets: ({ id, query }) => {
      const zone = zoneOf(id);
      const name = query.get("name");
      if (name === null && query.has("type")) throw new Refusal(400, "InvalidInput", "Type without a name");
      const from: StandInSet = {
        // A name is taken as it is stored; the order is that of what is stored.
        name: name === null ? "" : name,
        type: query.get("type") ?? "",
        values: [],
        more: { SetIdentifier: query.get("identifier") ?? "" },
      };
      const rest = zone.sets.toSorted(compareSets).filter((set) => name === null || compareSets(set, from) >= 0);
      const size = Math.min(settings.pageSize, Number(query.get("maxitems") ?? 300));
      const next = rest[size];
      return {
        root: "ListResourceRecordSetsResponse",
        content: {
          ResourceRecordSets: { ResourceRecordSet: rest.slice(0, size).map(shownSet) },
          IsTruncated: next !== undefined,
          NextRecordName: next?.name,
          NextRecordType: next?.type,
          NextRecordIdentifier: next?.more?.["SetIdentifier"],
          MaxItems: size,
        },
      };
    },
    ChangeResourceRecordSets: ({ id, body }) => {
      const zone = zoneOf(id);
      const changes = changesIn(body);
      const { beforeChange } = settings;
      settings.beforeChange = undefined;
      beforeChange?.();
      const outcome = batched(zone.name, zone.sets, changes);
      if ("code" in outcome) throw new Refusal(400, outcome.code, ...outcome.messages);
      zone.sets = outcome.sets;
      batches.push(changes);
      const info = { Id: "/change/C1STANDIN", Status: "PENDING", SubmittedAt: "2026-01-01T00:00:00Z" };
      return { root: "ChangeResourceRecordSetsResponse", content: { ChangeInfo: info } };
    },
    CreateHostedZone: ({ body }) => {
      const asked = read("CreateHostedZoneRequest", body);
      const name = stored(asked?.text("Name") ?? "");
      const callerReference = asked?.text("CallerReference") ?? "";
      const set = asked?.text("DelegationSetId");
      if (asked === undefined || callerReference === "") throw new Refusal(400, "InvalidInput", "Invalid request");
      if (set !== undefined && set !== delegationSetId) throw new Refusal(400, "NoSuchDelegationSet", "There is none");
      if (references.has(callerReference)) {
        throw new Refusal(
          409,
          "HostedZoneAlreadyExists",
          "A hosted zone has already been created with the specified caller reference.",
        );
      }
      const related = (other: string): boolean =>
        other === name || other.endsWith(`.${name}`) || name.endsWith(`.${other}`);
      if (zones.some((zone) => zone.delegationSetId === set && set !== undefined && related(zone.name))) {
        throw new Refusal(400, "ConflictingDomainExists", `${name} conflicts with an existing zone`);
      }
      references.add(callerReference);
      const zone = add(name, { callerReference, isPrivate: false, delegationSetId: set });
      const content = { HostedZone: shownZone(zone), DelegationSet: { NameServers: { NameServer: servers } } };
      return { status: 201, root: "CreateHostedZoneResponse", content };
    },
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://stand-in");
    const body = await bodyOf(request);
    const [operation, id] = operationOf(request.method ?? "", url.pathname);
    const fault = settings.fault?.(operation, requests.length);
    requests.push(operation);
    if (fault === "hanging") return;
    if (fault === "reset") return void request.socket.destroy();
    response.setHeader("content-type", "text/xml");
    try {
      if (fault === "internal") throw new Refusal(500, "InternalFailure", "An internal error occurred");
      if (fault === "throttled") throw new Refusal(400, "Throttling", "Rate exceeded");
      if (fault === "busy") {
        const message = "The request was rejected because Route 53 was still processing a prior request.";
        throw new Refusal(400, "PriorRequestNotComplete", message);
      }
      checkSignature(request, body, credentials);
      const perform = operations[operation];
      if (perform === undefined) throw new Refusal(404, "UnknownOperationException", "There is none");
      const { status = 200, root, content } = perform({ id, query: url.searchParams, body });
      if (fault === "lost") return void request.socket.destroy();
      response.statusCode = status;
      response.end(document(root, content));
    } catch (cause) {
      const refusal = cause instanceof Refusal ? cause : new Refusal(500, "InternalFailure", String(cause));
      response.statusCode = refusal.status;
      response.end(refusalDocument(refusal, settings.refusals));
    }
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials,
    zones,
    delegationSetId,
    requests,
    batches,
    settings,
    addZone: (name, { isPrivate = false } = {}) =>
      add(name, { callerReference: `by hand ${zones.length}`, isPrivate, delegationSetId: undefined }),
    reset: () => {
      Object.assign(settings, defaults);
      requests.length = 0;
      batches.length = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function operationOf(method: string, path: string): readonly [operation: string, id: string] {
  const [, version, kind, id = "", below] = path.replace(/\/$/, "").split("/");
  if (version !== "2013-04-01") return ["", ""];
  if (kind === "hostedzonesbyname" && method === "GET") return ["ListHostedZonesByName", ""];
  if (kind !== "hostedzone") return ["", ""];
  if (id === "" && method === "POST") return ["CreateHostedZone", ""];
  if (below === "rrset") return [method === "GET" ? "ListResourceRecordSets" : "ChangeResourceRecordSets", id];
  return ["", ""];
}

/** Signs the request again, with a signer that its client does not use. */
function checkSignature(request: IncomingMessage, body: string, credentials: Route53StandIn["credentials"]): void {
  const { authorization = "", host = "" } = request.headers;
  const [, names = ""] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
  const headers = Object.fromEntries(names.split(";").map((name) => [name, String(request.headers[name] ?? "")]));
  const { method = "", url = "" } = request;
  const sent = {
    method,
    host,
    path: url,
    headers,
    body,
    service: "route53",
    region: "us-east-1",
    // It would sign what it adds by itself.
    extraHeadersToIgnore: Object.fromEntries(
      ["content-length", "content-type"].filter((name) => !names.split(";").includes(name)).map((name) => [name, true]),
    ),
  };
  const again = sign(sent, credentials);
  const signature = (text: unknown): string | undefined => /Signature=([0-9a-f]{64})$/.exec(String(text))?.[1];
  const [theirs, ours] = [signature(authorization), signature(again.headers?.["Authorization"])];
  if (theirs !== undefined && theirs === ours) return;
  // As the real one does, it repeats what was signed, a session's token as well.
  const token = String(request.headers["x-amz-security-token"] ?? "");
  throw new Refusal(
    403,
    "SignatureDoesNotMatch",
    `The request signature we calculated does not match. The Canonical String should have been 'x-amz-security-token:${token}'`,
  );
}

function changesIn(body: string): readonly StandInChange[] {
  const asked = read("ChangeResourceRecordSetsRequest", body);
  if (asked === undefined) throw new Refusal(400, "InvalidInput", "Invalid XML");
  return asked.all("ChangeBatch", "Changes", "Change").map((change) => {
    const [set] = change.all("ResourceRecordSet");
    if (set === undefined) throw new Refusal(400, "InvalidInput", "Invalid XML");
    return { action: change.text("Action") ?? "", set: setIn(set) };
  });
}

function setIn(set: Read): StandInSet {
  const ttl = set.text("TTL");
  const known = new Set(["Name", "Type", "TTL", "ResourceRecords"]);
  const more = set.names
    .filter((name) => !known.has(name))
    .map((name): [string, string | Record<string, string>] => {
      const [field] = set.all(name);
      if (field === undefined || field.names.length === 0) return [name, field?.content ?? ""];
      return [name, Object.fromEntries(field.names.map((each) => [each, field.text(each) ?? ""]))];
    });
  return {
    name: stored(set.text("Name") ?? ""),
    type: set.text("Type") ?? "",
    ...(ttl === undefined ? {} : { ttl: Number(ttl) }),
    values: set.all("ResourceRecords", "ResourceRecord").map((record) => record.text("Value") ?? ""),
    ...(more.length === 0 ? {} : { more: Object.fromEntries(more) }),
  };
}

function shownZone({ id, name, callerReference, isPrivate }: StandInZone): Written {
  return {
    Id: `/hostedzone/${id}`,
    Name: name,
    CallerReference: callerReference,
    Config: { PrivateZone: isPrivate },
    ResourceRecordSetCount: 2,
  };
}

function shownSet({ name, type, ttl, values, more = {} }: StandInSet): Written {
  const records = values.length === 0 ? undefined : { ResourceRecord: values.map((Value) => ({ Value })) };
  return { Name: name, Type: type, ...more, TTL: ttl, ResourceRecords: records };
}

function refusalDocument({ status, code, messages }: Refusal, style: Route53StandIn["settings"]["refusals"]): string {
  const isBatch = code === "InvalidChangeBatch";
  const RequestId = "b25f48e8-84fd-11e6-80d9-574e0c4664cb";
  if (isBatch && style === "older") return document(code, { Messages: { Message: messages }, RequestId });
  const text = isBatch ? `[${messages.join(", ")}]` : messages.join(", ");
  const Message = isBatch && style === "silent" ? undefined : text;
  return document("ErrorResponse", {
    Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message },
    RequestId,
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

// Answers as Cloudflare's API is documented to: zones, records with an id each, and batches. It is not Cloudflare; where the two
// are known to differ, it is mended here.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A record as the API has it. */
export interface StandInRecord {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly content: string;
  readonly ttl: number;
  readonly proxied: boolean;
  readonly comment: string | null;
  readonly priority?: number;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What the next requests meet. */
export interface StandInFaults {
  /** So many requests are told to come back later. */
  throttled: number;
  /** What they are told, in seconds. */
  retryAfterSeconds: number;
  /** Called before a batch is looked at: somebody else is faster. */
  beforeBatch: (() => void) | undefined;
  /** So many batches are answered with a gateway's error, after they were done. */
  lostAnswers: number;
}

/** A running stand-in. */
export interface CloudflareStandIn {
  readonly url: string;
  readonly token: string;
  /** Zones by name. */
  readonly zones: Map<string, { readonly id: string; readonly records: StandInRecord[] }>;
  readonly faults: StandInFaults;
  /** `GET /zones` and so on, in their order. */
  readonly requests: string[];
  addZone(name: string): void;
  stop(): Promise<void>;
}

class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Draft = Partial<Omit<StandInRecord, "id">> & { readonly id?: string };
interface Batch {
  readonly deletes?: readonly { readonly id: string }[];
  readonly patches?: readonly Draft[];
  readonly posts?: readonly Draft[];
}

/** Starts the stand-in on a free port of loopback. */
export async function startCloudflareStandIn(): Promise<CloudflareStandIn> {
  const token = randomBytes(20).toString("hex");
  const zones: CloudflareStandIn["zones"] = new Map();
  const faults: StandInFaults = { throttled: 0, retryAfterSeconds: 1, beforeBatch: undefined, lostAnswers: 0 };
  const requests: string[] = [];
  const answer = (method: string, url: URL, body: unknown, authorization: string | undefined): unknown => {
    if (authorization !== `Bearer ${token}`) throw new Refusal(403, 10_000, "Authentication error");
    const page = Number(url.searchParams.get("page") ?? 1);
    const perPage = Number(url.searchParams.get("per_page") ?? 100);
    const cut = <T>(list: readonly T[]): readonly T[] => list.slice((page - 1) * perPage, page * perPage);
    if (method === "GET" && url.pathname === "/zones") {
      const name = url.searchParams.get("name");
      const found = [...zones].filter(([each]) => name === null || each === name);
      return cut(found.map(([each, { id }]) => ({ id, name: each, status: "active", name_servers: servers })));
    }
    const [, id, rest] = /^\/zones\/([0-9a-f]{32})\/(dns_records(?:\/batch)?)$/.exec(url.pathname) ?? [];
    const zone = [...zones].find(([, each]) => each.id === id);
    if (zone === undefined) throw new Refusal(404, 7003, "Could not route to the zone");
    const [zoneName, { records }] = zone;
    if (method === "GET" && rest === "dns_records") {
      const name = url.searchParams.get("name.exact");
      return cut(records.filter((record) => name === null || record.name === name));
    }
    if (method === "POST" && rest === "dns_records/batch") {
      faults.beforeBatch?.();
      faults.beforeBatch = undefined;
      const after = batched(zoneName, records, body as Batch);
      records.splice(0, records.length, ...after);
      return {};
    }
    throw new Refusal(405, 10_405, "Method not allowed");
  };
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? "/", "http://stand-in");
      const body = await bodyOf(request);
      requests.push(`${request.method} ${url.pathname}`);
      response.setHeader("content-type", "application/json");
      try {
        if (faults.throttled > 0) {
          faults.throttled -= 1;
          response.setHeader("retry-after", String(faults.retryAfterSeconds));
          throw new Refusal(429, 10_429, "More than 1200 requests per 300 seconds reached");
        }
        const result = answer(request.method ?? "GET", url, body, request.headers.authorization);
        if (request.method === "POST" && faults.lostAnswers > 0) {
          faults.lostAnswers -= 1;
          response.statusCode = 502;
          response.end("<html>Bad gateway</html>");
          return;
        }
        response.end(JSON.stringify({ success: true, errors: [], messages: [], result }));
      } catch (cause) {
        const refusal = cause instanceof Refusal ? cause : new Refusal(500, 10_500, String(cause));
        response.statusCode = refusal.status;
        const errors = [{ code: refusal.code, message: refusal.message }];
        response.end(JSON.stringify({ success: false, errors, messages: [], result: null }));
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    zones,
    faults,
    requests,
    addZone: (name) => zones.set(name, { id: newId(), records: [] }),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const servers = ["ada.ns.cloudflare.test", "bob.ns.cloudflare.test"];

/** The records after a batch: all of it or, by an error, none. Deletions come first, then patches, then posts. */
function batched(zone: string, before: readonly StandInRecord[], batch: Batch): readonly StandInRecord[] {
  const { deletes = [], patches = [], posts = [] } = batch;
  if (deletes.length + patches.length + posts.length > 200) throw new Refusal(400, 9207, "Too many records");
  const after = [...before];
  const indexOf = (id: string | undefined): number => {
    const index = after.findIndex((record) => record.id === id);
    if (index < 0) throw new Refusal(404, 81_044, "Record does not exist.");
    return index;
  };
  for (const { id } of deletes) after.splice(indexOf(id), 1);
  for (const patch of patches) {
    const index = indexOf(patch.id);
    after[index] = { ...(after[index] as StandInRecord), ...patch };
  }
  for (const post of posts) after.push(checked(zone, after, recordOf(post)));
  return after;
}

/** The record that a post makes: types that are more than a text have it in `data`, and their content is made of that. */
function recordOf(draft: Draft): StandInRecord {
  const { type = "", name = "", ttl = 1, proxied = false, comment = null, priority, data } = draft;
  const content = data === undefined ? (draft.content ?? "") : contentOf(type, data);
  return {
    id: newId(),
    type,
    name,
    content,
    ttl: proxied ? 1 : ttl,
    proxied,
    comment,
    ...(priority === undefined ? {} : { priority }),
    ...(data === undefined ? {} : { data }),
  };
}

function contentOf(type: string, data: Readonly<Record<string, unknown>>): string {
  if (type === "CAA") return `${data["flags"]} ${data["tag"]} ${JSON.stringify(data["value"])}`;
  return `${data["weight"]} ${data["port"]} ${data["target"]}`;
}

function checked(zone: string, records: readonly StandInRecord[], record: StandInRecord): StandInRecord {
  const { name, type, content, priority, ttl } = record;
  if (name !== zone && !name.endsWith(`.${zone}`)) throw new Refusal(400, 9000, "DNS name is invalid.");
  if (ttl !== 1 && (ttl < 60 || ttl > 86_400)) throw new Refusal(400, 9021, "Invalid TTL.");
  if (content === "" || name.endsWith(".")) throw new Refusal(400, 9005, "Content is invalid.");
  const there = records.filter((each) => each.name === name);
  if (there.some((each) => each.type === type && each.content === content && each.priority === priority)) {
    throw new Refusal(400, 81_058, "An identical record already exists.");
  }
  const address = /^(A|AAAA|CNAME)$/;
  if (type === "CNAME" && there.some((each) => address.test(each.type))) {
    throw new Refusal(400, 81_053, "An A, AAAA, or CNAME record with that host already exists.");
  }
  if (type !== "CNAME" && there.some((each) => each.type === "CNAME" && name !== zone)) {
    throw new Refusal(400, 81_054, "A CNAME record with that host already exists.");
  }
  return record;
}

function newId(): string {
  return randomBytes(16).toString("hex");
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? undefined : JSON.parse(text);
}

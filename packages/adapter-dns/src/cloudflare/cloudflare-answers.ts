import type { DnsZone } from "@hostelry/core/adapter";
import type { CloudflareRecord } from "./cloudflare-records.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A zone, and what the API calls it. */
export interface CloudflareZone extends DnsZone {
  readonly id: string;
}

/** One error of an answer. */
export interface CloudflareProblem {
  readonly code: number;
  readonly message: string;
}

/** Reads a page of zones; `undefined` when it is none. */
export function zonesFrom(json: unknown): readonly CloudflareZone[] | undefined {
  return listOf(json, (zone) => {
    const { id, name, name_servers: servers } = zone;
    if (!isId(id) || typeof name !== "string") return undefined;
    const nameservers = Array.isArray(servers) ? servers.map(String).sort() : [];
    return { id, name: name.toLowerCase(), nameservers };
  });
}

/** Reads a page of records. */
export function recordsFrom(json: unknown): readonly CloudflareRecord[] | undefined {
  return listOf(json, (record) => {
    const { id, name, type, content, ttl, proxied, comment, priority, data } = record;
    if (!isId(id) || typeof name !== "string" || typeof type !== "string") return undefined;
    return {
      id,
      name,
      type,
      content: typeof content === "string" ? content : "",
      ttl: typeof ttl === "number" ? ttl : 1,
      proxied: proxied === true,
      comment: typeof comment === "string" ? comment : null,
      priority: typeof priority === "number" ? priority : undefined,
      data: fieldsOf(data),
    };
  });
}

/** The errors of an answer; none when it has none, or is something else. */
export function problemsFrom(json: unknown): readonly CloudflareProblem[] {
  const { errors } = fieldsOf(json);
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    const { code, message, error_chain: chain } = fieldsOf(error);
    const own = { code: Number(code), message: String(message) };
    // What is wrong with a record is below the sentence that something is.
    return [own, ...problemsFrom({ errors: chain })];
  });
}

function listOf<T>(json: unknown, read: (item: Fields) => T | undefined): readonly T[] | undefined {
  const { success, result } = fieldsOf(json);
  if (success !== true || !Array.isArray(result)) return undefined;
  const items = result.map((item: unknown) => read(fieldsOf(item)));
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** Ids go into paths. */
function isId(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(value);
}

function fieldsOf(json: unknown): Fields {
  return typeof json === "object" && json !== null ? (json as Fields) : {};
}

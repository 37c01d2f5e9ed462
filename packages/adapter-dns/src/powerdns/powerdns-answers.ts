import type { PowerdnsSet, PowerdnsZone } from "./powerdns-records.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Reads a zone out of an answer; `undefined` when it is none. */
export function zoneFrom(json: unknown): PowerdnsZone | undefined {
  const { serial, rrsets } = fieldsOf(json);
  if (typeof serial !== "number" || !Array.isArray(rrsets)) return undefined;
  const read = rrsets.map(setFrom);
  return read.every((set) => set !== undefined) ? { serial, rrsets: read } : undefined;
}

/** Reads the names of a list of zones. */
export function zoneNamesFrom(json: unknown): readonly string[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const names = json.map((zone: unknown) => fieldsOf(zone)["name"]);
  return names.every((name) => typeof name === "string") ? names : undefined;
}

function setFrom(json: unknown): PowerdnsSet | undefined {
  const { name, type, ttl, records, comments } = fieldsOf(json);
  if (typeof name !== "string" || typeof type !== "string" || typeof ttl !== "number") return undefined;
  if (!Array.isArray(records)) return undefined;
  return {
    name,
    type,
    ttl,
    records: records.map((record: unknown) => {
      const { content, disabled } = fieldsOf(record);
      return { content: String(content), disabled: disabled === true };
    }),
    comments: Array.isArray(comments)
      ? comments.map((comment: unknown) => ({ content: String(fieldsOf(comment)["content"] ?? "") }))
      : [],
  };
}

function fieldsOf(json: unknown): Fields {
  return typeof json === "object" && json !== null ? (json as Fields) : {};
}

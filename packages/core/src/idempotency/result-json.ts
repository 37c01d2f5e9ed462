import type { JsonValue } from "../audit/audit-entry.ts";
import { type ErrorCode, type ErrorDetails, errorTable, hostingError, isHostingError } from "../errors/index.ts";

/**
 * Results as JSON and back. What JSON lacks is written as an object with one key that begins with `$`: dates
 * (`$date`), maps (`$map`), errors (`$error`), and objects that have such a key themselves (`$object`). So a result reads
 * the same after fields were added to its type.
 */
export function encodeValue(value: unknown): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (value instanceof Date) return { $date: value.toISOString() };
  if (Array.isArray(value)) return value.map(encodeValue);
  if (value instanceof Map) return { $map: [...value].map(([key, item]) => [encodeValue(key), encodeValue(item)]) };
  if (isHostingError(value)) {
    const { code, message, details, retryable } = value;
    return { $error: { code, message, details: encodeValue(details), retryable } };
  }
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (entries.some(([key]) => key.startsWith("$") || key === "__proto__"))
      return { $object: entries.map(([key, item]) => [key, encodeValue(item)]) };
    return Object.fromEntries(entries.map(([key, item]) => [key, encodeValue(item)]));
  }
  throw new TypeError(`A result holds something that has no JSON: ${Object.prototype.toString.call(value)}.`);
}

/**
 * Reads {@link encodeValue}'s JSON back.
 *
 * @throws TypeError for a mark or an error code that this version does not know.
 */
export function decodeValue(value: JsonValue): unknown {
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(decodeValue);
  const entries = Object.entries(value);
  const [mark, marked] = entries[0] ?? [];
  if (mark === undefined || marked === undefined || !mark.startsWith("$"))
    return Object.fromEntries(entries.map(([key, item]) => [key, decodeValue(item)]));
  if (entries.length === 1) {
    if (mark === "$date" && typeof marked === "string") return new Date(marked);
    if (mark === "$map" && isList(marked)) return new Map(marked.map(pair));
    if (mark === "$object" && isList(marked)) return Object.fromEntries(marked.map(pair));
    if (mark === "$error") return decodeError(marked);
  }
  throw new TypeError(`This version knows no ${mark}.`);
}

function decodeError(value: JsonValue): unknown {
  const { code, message, details, retryable } = decodeValue(value) as Record<string, unknown>;
  if (typeof code !== "string" || !(code in errorTable)) throw new TypeError(`This version knows no error ${code}.`);
  const known = code as ErrorCode;
  return hostingError(known, String(message), details as ErrorDetails[typeof known], { retryable: retryable === true });
}

function pair(value: JsonValue): readonly [string, unknown] {
  const [key = "", item = null] = isList(value) ? value : [];
  return [decodeValue(key) as string, decodeValue(item)];
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

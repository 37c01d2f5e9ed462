import { readUInt64 } from "./zip64-record.ts";

const sentinel32 = 0xffffffff;

/** The fields of a header that a ZIP64 extra field can widen, in the order in which it holds them. */
export interface WideFields {
  readonly size: number;
  readonly compressedSize: number;
  readonly offset: number;
}

const order = ["size", "compressedSize", "offset"] as const;

/** Values of `field` in its fixed layout (size, compressed size, offset); `undefined` beyond what JavaScript counts. */
function fullLayout(field: Buffer): readonly (number | undefined)[] {
  return order.slice(0, Math.floor(field.length / 8)).map((_name, index) => readUInt64(field, index * 8));
}

const repeats = (field: Buffer, plain: WideFields): boolean =>
  fullLayout(field).every((value, index) => {
    const name = order[index];
    return name !== undefined && (plain[name] === sentinel32 || plain[name] === value);
  });

/**
 * Resolves a header's sizes and offset. Readers disagree on fields that are longer than the sentinels need: some take
 * the values in order of the sentinels, some by position. Both readings must give the same, and what is not a sentinel
 * may only be repeated, never overridden. `undefined` when that is not so.
 */
export function wideFields(plain: WideFields, field: Buffer | undefined): WideFields | undefined {
  if (field === undefined) {
    const { size, compressedSize, offset } = plain;
    return size === sentinel32 || compressedSize === sentinel32 || offset === sentinel32 ? undefined : plain;
  }
  const wanted = order.filter((name) => plain[name] === sentinel32);
  if (field.length === 28 && field.readUInt32LE(24) !== 0) return undefined;
  if (![0, 8, 16, 24, 28].includes(field.length) || field.length < wanted.length * 8) return undefined;
  const exact = field.length === wanted.length * 8;
  const values: { -readonly [K in keyof WideFields]: number } = { ...plain };
  for (const [index, name] of wanted.entries()) {
    const value = readUInt64(field, index * 8);
    if (value === undefined) return undefined;
    if (!exact && fullLayout(field)[order.indexOf(name)] !== value) return undefined;
    values[name] = value;
  }
  return exact || repeats(field, plain) ? values : undefined;
}

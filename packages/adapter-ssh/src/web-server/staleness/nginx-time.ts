const units: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  M: 2_592_000,
  y: 31_536_000,
};

/** A time as nginx writes it (`60`, `1h30m`, `10d`), in seconds; `undefined` when it is none. */
export function nginxSeconds(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(?:\d+(?:ms|[smhdwMy])\s*)+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, count = "", unit = ""] of text.matchAll(/(\d+)(ms|[smhdwMy])/g))
    seconds += Number(count) * (units[unit] ?? 0);
  return seconds;
}

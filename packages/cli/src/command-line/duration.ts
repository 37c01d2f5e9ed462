import { UsageError } from "./usage-error.ts";

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of `90s`, `30m`, `24h` or `7d`.
 *
 * @throws UsageError for anything else.
 */
export function parseDuration(text: string): number {
  const [, amount, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (unitMs[unit] ?? Number.NaN);
  if (milliseconds > 0) return milliseconds;
  throw new UsageError(`"${text}" is not a length of time. Write it like 90s, 30m, 24h or 7d.`);
}

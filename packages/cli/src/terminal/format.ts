const units = ["B", "kB", "MB", "GB", "TB"];

/** Bytes for people, in powers of 1000: `12 B`, `3.4 kB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? ""}`;
}

/** `1 file`, `2 files`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** A date for people: UTC to the minute. */
export function formatDate(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Milliseconds for people: `6.4 ms`, `310 ms`, `2.5 s`. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 999.5) return `${(milliseconds / 1000).toFixed(milliseconds >= 99_950 ? 0 : 1)} s`;
  return `${milliseconds.toFixed(milliseconds >= 99.95 ? 0 : 1)} ms`;
}

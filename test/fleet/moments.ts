import type { Moment } from "./publisher.ts";

/** Every moment of a run: before and after each call to each port. */
export function momentsOf(calls: Readonly<Record<string, number>>): readonly Moment[] {
  return Object.entries(calls).flatMap(([port, count]) =>
    Array.from({ length: count }, (_, index) => index + 1).flatMap((call): readonly Moment[] => [
      { port, call, when: "before" },
      { port, call, when: "after" },
    ]),
  );
}

/** Every n-th of some moments, other ones in each part: all of them with n = 1. */
export function everyNth<T>(items: readonly T[], n: number): readonly T[] {
  return items.filter((_, index) => index % n === 0);
}

/** As words. */
export function said({ when, call, port }: Moment): string {
  return `${when} call ${call} to ${port}`;
}

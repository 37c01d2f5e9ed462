import type { ConformanceCase } from "./conformance-case.ts";

/** The two words that vitest, jest and node:test have in common. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  readonly it: {
    (name: string, body: () => Promise<void>): unknown;
    skip(name: string, body: () => Promise<void>): unknown;
  };
}

/**
 * Registers cases with a test runner: a group per method, a test per case, named by id and sentence. A case of a
 * capability that the adapter declares false is registered as skipped, with the reason in its name.
 *
 * @example registerConformance(storeConformance(harness), { describe, it });
 */
export function registerConformance(cases: readonly ConformanceCase[], runner: TestRunner): void {
  const groups = new Map<string, ConformanceCase[]>();
  for (const each of cases) {
    const group = each.id.slice(0, each.id.lastIndexOf("/"));
    groups.set(group, [...(groups.get(group) ?? []), each]);
  }
  for (const [group, members] of groups) {
    runner.describe(group, () => {
      for (const member of members) registerCase(member, runner);
    });
  }
}

function registerCase(member: ConformanceCase, runner: TestRunner): void {
  const name = `${member.id}: ${member.title}`;
  if (member.skipped === undefined) runner.it(name, () => member.run());
  else runner.it.skip(`${name} (${member.skipped})`, () => member.run());
}

import assert from "node:assert/strict";

/** The ports that have a suite. */
export type ConformancePort =
  | "store"
  | "blob-store"
  | "target"
  | "transport"
  | "dns"
  | "log-store"
  | "analytics"
  | "waiting-sites"
  | "domain-store"
  | "operation-runner"
  | "operation-store"
  | "resource"
  | "certificate-authority"
  | "certificate-store"
  | "certificate-target"
  | "host-routes";

/** One sentence of a port's contract, as something that can be run. */
export interface ConformanceCase {
  /** Stable name, `port/method/what`, e.g. `store/append-revision/concurrent-gap-free`. */
  readonly id: string;
  /** The sentence. */
  readonly title: string;
  readonly port: ConformancePort;
  /** Capabilities without which the case makes no sense. */
  readonly requires: readonly string[];
  /** Why it is not run: a capability the adapter declares false, or a tool its harness says it lacks. */
  readonly skipped?: string | undefined;
  /** Makes a fresh adapter, runs the case on it, disposes of it. Rejects with an `AssertionError` when a promise is broken. */
  run(): Promise<void>;
}

/** What every harness gives for one case. */
export interface UnderTest<A> {
  /** A fresh adapter with nothing in it. */
  readonly subject: A;
  /** Frees what `make` took. Called once, also after a failure. */
  dispose(): Promise<void>;
}

/** How to make adapters of one kind for the kit. */
export interface Harness<A extends DeclaresCapabilities, U extends UnderTest<A>> {
  /** What the adapter declares. The kit skips by it, and fails every case of an adapter that declares something else. */
  readonly capabilities: A["capabilities"];
  /** Optional tools this harness does not have, e.g. `obstruct`; cases that need them are shown as skipped. */
  readonly without?: readonly string[] | undefined;
  /** Makes a fresh adapter, with nothing in it, for one case. */
  make(): Promise<U>;
}

/** The part of every adapter that the kit reads first. */
export interface DeclaresCapabilities {
  readonly spec: string;
  readonly capabilities: object;
}

/** A case before it knows its harness. */
export interface CaseDraft<U> {
  /** The id without the port. */
  readonly name: string;
  readonly title: string;
  /** Capabilities that it needs. */
  readonly requires?: readonly string[] | undefined;
  /** Optional tool of the harness that it needs. */
  readonly tool?: string | undefined;
  readonly check: (underTest: U) => Promise<void>;
}

/** Binds drafts to a harness. */
export function bindCases<A extends DeclaresCapabilities, U extends UnderTest<A>>(
  port: ConformancePort,
  harness: Harness<A, U>,
  drafts: readonly CaseDraft<U>[],
): readonly ConformanceCase[] {
  return drafts.map((draft) => ({
    id: `${port}/${draft.name}`,
    title: draft.title,
    port,
    requires: draft.requires ?? [],
    ...skippedBecause(harness, draft),
    run: () => runCase(port, harness, draft),
  }));
}

function skippedBecause<A extends DeclaresCapabilities, U extends UnderTest<A>>(
  harness: Harness<A, U>,
  draft: CaseDraft<U>,
): { readonly skipped?: string } {
  const declared = new Map<string, unknown>(Object.entries(harness.capabilities));
  const lacking = (draft.requires ?? []).find((capability) => declared.get(capability) !== true);
  if (lacking !== undefined) return { skipped: `capability ${lacking} is false` };
  if (draft.tool !== undefined && harness.without?.includes(draft.tool)) {
    return { skipped: `the harness has no ${draft.tool}` };
  }
  return {};
}

async function runCase<A extends DeclaresCapabilities, U extends UnderTest<A>>(
  port: ConformancePort,
  harness: Harness<A, U>,
  draft: CaseDraft<U>,
): Promise<void> {
  const underTest = await harness.make();
  try {
    assert.equal(underTest.subject.spec, `${port}/1`, "the adapter states the version of the port that it speaks");
    assert.deepEqual(
      { ...underTest.subject.capabilities },
      { ...harness.capabilities },
      "the harness and the adapter declare the same capabilities, so that a skip is never a mistake",
    );
    await draft.check(underTest);
  } finally {
    await underTest.dispose();
  }
}

/** An optional tool of the harness, or a failure that says how to declare that there is none. */
export function toolOf<T>(tool: T | undefined, name: string): T {
  if (tool === undefined) assert.fail(`the harness offers no ${name}(): add it, or declare \`without: ["${name}"]\``);
  return tool;
}

import assert from "node:assert/strict";
import type { AddDnsValues, DnsProvider, DnsRecordSet, DnsRecordType, RemoveDnsValues } from "@hostelry/core/adapter";
import { assertSame, expectOk } from "../expectation.ts";
import type { DnsProviderUnderTest } from "./dns-harness.ts";

/** A TTL that every provider takes. */
export const ttlSeconds = 300;

/** A change that adds values. */
export function adding(name: string, type: DnsRecordType, ...values: readonly string[]): AddDnsValues {
  return { action: "add", name, type, values, ttlSeconds };
}

/** A change that removes values. */
export function removing(name: string, type: DnsRecordType, ...values: readonly string[]): RemoveDnsValues {
  return { action: "remove", name, type, values };
}

/** Applies changes that must succeed; says whether anything changed. */
export async function apply(
  { subject, zone }: Pick<DnsProviderUnderTest, "subject" | "zone">,
  ...changes: Parameters<DnsProvider["applyChanges"]>[0]["changes"]
): Promise<boolean> {
  return (await expectOk(subject.applyChanges({ zone, changes }))).changed;
}

/** The one set of a name and type that the adapter lists, if there is one. */
export async function listed(
  { subject, zone }: Pick<DnsProviderUnderTest, "subject" | "zone">,
  name: string,
  type: DnsRecordType,
): Promise<DnsRecordSet | undefined> {
  const { sets } = await expectOk(subject.listRecordSets({ zone, names: [name] }));
  const found = sets.filter((set) => set.type === type && set.name === name);
  assert.ok(found.length <= 1, `${name} ${type} is listed once`);
  return found[0];
}

/** Asserts what a stranger sees. */
export async function assertServed(
  underTest: DnsProviderUnderTest,
  name: string,
  type: DnsRecordType,
  values: readonly string[],
): Promise<void> {
  const served = await underTest.read(name, type);
  assertSame([...served].sort(), [...values].sort(), `${name} ${type}, as a stranger sees it`);
}

/** The zone's version now. */
export async function versionOf({ subject, zone }: Pick<DnsProviderUnderTest, "subject" | "zone">): Promise<string> {
  const { version } = await expectOk(subject.listRecordSets({ zone }));
  assert.ok(version !== null && version !== "", "the whole zone has a version");
  return version;
}

/** The zone's serial number now; `null` where the provider does not tell. */
export async function serialOf({
  subject,
  zone,
}: Pick<DnsProviderUnderTest, "subject" | "zone">): Promise<number | null> {
  return (await expectOk(subject.listRecordSets({ zone }))).serial;
}

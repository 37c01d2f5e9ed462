import type { FoldedDnsChange } from "@hostelry/core/adapter";
import { changesOf, type HeldRoute53Sets } from "./route53-records.ts";
import type { Route53Change } from "./route53-sdk.ts";

/** What Route 53 takes in one request, of records and of characters in their values. An `UPSERT` would count twice. */
export const batchLimits = { records: 1000, characters: 32_000 } as const;

/** Changes for one request: as many as fit, at least those of one name. Those of one name stay together, for an alias and what it replaces must. */
export function fittingBatch(
  changes: readonly FoldedDnsChange[],
  held: HeldRoute53Sets,
): { readonly batch: readonly Route53Change[]; readonly more: boolean } {
  const byName = new Map<string, Route53Change[]>();
  for (const change of changes) {
    byName.set(change.name, [...(byName.get(change.name) ?? []), ...changesOf(change, held)]);
  }
  const batch: Route53Change[] = [];
  let [records, characters] = [0, 0];
  for (const together of byName.values()) {
    const values = together.flatMap(({ ResourceRecordSet: set }) => set?.ResourceRecords ?? []);
    records += values.length;
    characters += values.reduce((sum, { Value = "" }) => sum + Value.length, 0);
    const full = records > batchLimits.records || characters > batchLimits.characters;
    if (full && batch.length > 0) return { batch: deletionsFirst(batch), more: true };
    batch.push(...together);
  }
  return { batch: deletionsFirst(batch), more: false };
}

/** They are checked one after the other: an alias is refused while what it stands beside is still to be deleted. */
function deletionsFirst(batch: readonly Route53Change[]): readonly Route53Change[] {
  return [...batch].sort((a, b) => Number(a.Action !== "DELETE") - Number(b.Action !== "DELETE"));
}

import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type {
  DnsChange,
  DnsOtherRecords,
  DnsProviderCapabilities,
  DnsRecordSet,
  ReplaceDnsSet,
} from "../ports/dns/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import { tidySet, tidyValues } from "./zone-version.ts";

/** What changes make of one set; `null`: there is none. */
export interface FoldedDnsChange {
  readonly name: string;
  readonly type: DnsRecordSet["type"];
  readonly before: DnsRecordSet | null;
  readonly after: DnsRecordSet | null;
}

/** What the changes are folded into. */
export interface FoldDnsChanges {
  /** The provider's name, for errors. */
  readonly provider: string;
  readonly zone: string;
  readonly capabilities: Pick<DnsProviderCapabilities, "apexCname">;
  /** What is there now: at least everything at the names that the changes touch. */
  readonly sets: readonly DnsRecordSet[];
  readonly others: readonly DnsOtherRecords[];
  readonly changes: readonly DnsChange[];
}

/** Errors of {@link foldDnsChanges}. */
export type FoldDnsChangesError = HostingErrorOf<"DNS_CONFLICT"> | HostingErrorOf<"DNS_ZONE_CHANGED">;

/**
 * Works out what changes come to, in their order: only the sets that will differ. Pure; for adapters, which must look
 * before they write: a server may count a change that changes nothing, and leave out one that it does not like.
 */
export function foldDnsChanges(request: FoldDnsChanges): Result<readonly FoldedDnsChange[], FoldDnsChangesError> {
  const before = new Map(request.sets.map((set) => [keyOf(set), tidySet(set)]));
  const after = new Map(before);
  const touched = new Map<string, DnsChange>();
  for (const change of request.changes) {
    const key = keyOf(change);
    touched.set(key, change);
    const now = after.get(key);
    const next = change.action === "replace" ? replaced(request, change, now) : ok(changedValues(change, now));
    if (next.isErr()) return err(next.error);
    if (next.value === undefined) after.delete(key);
    else after.set(key, next.value);
  }
  const conflict = conflictIn(request, [...touched.values()], after);
  if (conflict !== undefined) return err(conflict);
  return ok(
    [...touched].flatMap(([key, { name, type }]) => {
      const change = { name, type, before: before.get(key) ?? null, after: after.get(key) ?? null };
      return sameSet(change.before, change.after) ? [] : [change];
    }),
  );
}

/** Whether two sets say the same. */
export function sameSet(a: DnsRecordSet | null, b: DnsRecordSet | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.ttlSeconds === b.ttlSeconds &&
    sameValues(a.values, b.values) &&
    (a.comment ?? "") === (b.comment ?? "") &&
    (a.proxied === true) === (b.proxied === true)
  );
}

/** Whether two lists have the same values, in any order. */
export function sameValues(a: readonly string[], b: readonly string[]): boolean {
  const [first, second] = [tidyValues(a), tidyValues(b)];
  return first.length === second.length && first.every((value, index) => value === second[index]);
}

function keyOf({ name, type }: { readonly name: string; readonly type: string }): string {
  return `${name} ${type}`;
}

function changedValues(
  change: Exclude<DnsChange, ReplaceDnsSet>,
  now: DnsRecordSet | undefined,
): DnsRecordSet | undefined {
  if (change.action === "remove") {
    if (now === undefined) return undefined;
    const gone = new Set(change.values);
    const values = now.values.filter((value) => !gone.has(value));
    return values.length === 0 ? undefined : { ...now, values };
  }
  const { name, type, comment } = change;
  const base = now ?? { name, type, ttlSeconds: change.ttlSeconds, values: [] };
  const set = tidySet({ ...base, values: [...base.values, ...change.values] });
  return comment === undefined ? set : { ...set, comment };
}

function replaced(
  request: FoldDnsChanges,
  change: ReplaceDnsSet,
  now: DnsRecordSet | undefined,
): Result<DnsRecordSet | undefined, FoldDnsChangesError> {
  const { name, type, ttlSeconds } = change;
  const next: DnsRecordSet | undefined =
    change.values.length === 0
      ? undefined
      : tidySet({
          name,
          type,
          ttlSeconds,
          values: change.values,
          comment: change.comment ?? now?.comment,
          proxied: change.proxied ?? now?.proxied,
        });
  // It is so already: whoever repeats a change does not know that it was made.
  if (sameSet(now ?? null, next ?? null)) return ok(now);
  if (sameValues(now?.values ?? [], change.expect)) return ok(next);
  return err(zoneChanged(request.provider, request.zone, `${name} ${type}`));
}

/** The error of a zone that is not as it was expected to be. */
export function zoneChanged(provider: string, zone: string, changed: string): HostingErrorOf<"DNS_ZONE_CHANGED"> {
  const message = `${zone} has changed since it was read: ${changed}.`;
  return hostingError("DNS_ZONE_CHANGED", message, { provider, zone, changed });
}

function conflictIn(
  { provider, zone, capabilities, others }: FoldDnsChanges,
  changes: readonly DnsChange[],
  after: ReadonlyMap<string, DnsRecordSet>,
): HostingErrorOf<"DNS_CONFLICT"> | undefined {
  const foreign = new Map(others.map(({ name, types }) => [name, types]));
  const typesAt = new Map<string, string[]>();
  for (const { name, type } of after.values()) typesAt.set(name, [...(typesAt.get(name) ?? []), type]);
  for (const { name, type } of changes) {
    const set = after.get(keyOf({ name, type }));
    if (set === undefined) continue;
    const alias = after.get(keyOf({ name, type: "CNAME" }));
    const beside = [...(typesAt.get(name) ?? []), ...(foreign.get(name) ?? [])].filter((each) => each !== "CNAME");
    const unread = (foreign.get(name) ?? []).includes(type);
    const problem = unread ? unreadable(type) : aliasProblem({ zone, set, alias, beside, capabilities });
    if (problem === undefined) continue;
    const details = { provider, zone, name, type, problem };
    return hostingError("DNS_CONFLICT", `${name} can't have ${type}: ${problem}.`, details);
  }
  return undefined;
}

/** An adapter shows a set among the others when it can't read it; writing it would lose what is in it. */
function unreadable(type: string): string {
  return `its ${type} records are written in a way that can't be read`;
}

function aliasProblem(look: {
  readonly zone: string;
  readonly set: DnsRecordSet;
  readonly alias: DnsRecordSet | undefined;
  readonly beside: readonly string[];
  readonly capabilities: Pick<DnsProviderCapabilities, "apexCname">;
}): string | undefined {
  const { zone, set, alias, beside, capabilities } = look;
  if (alias === undefined) return undefined;
  if (set.type !== "CNAME") return "it has a CNAME, which stands alone at its name";
  if (set.values.length > 1) return "it would have two values, and an alias has one";
  if (set.name === zone) {
    // A server that flattens answers with addresses, so that the alias is not beside anything.
    return capabilities.apexCname === "flattened"
      ? undefined
      : "it is the zone's own name, which has SOA and NS records";
  }
  return beside.length === 0 ? undefined : `it has other records (${beside.join(", ")})`;
}

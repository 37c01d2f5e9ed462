import { hasCode } from "../errors/index.ts";
import type {
  DnsChange,
  DnsProviderCapabilities,
  DnsRecordSet,
  DnsRecordType,
  DnsZoneContents,
} from "../ports/dns/index.ts";
import { checkDnsChanges } from "./check-changes.ts";
import { type FoldedDnsChange, foldDnsChanges } from "./fold-changes.ts";
import { type DnsOwner, type DnsOwnership, dnsOwnership, isMarkerSet, readMarker } from "./ownership.ts";

/** What can be wrong with a plan. */
export type DnsFindingCode =
  | "alias-conflict"
  | "changes-much"
  | "deletes-much"
  | "invalid-record"
  | "marker-of-other"
  | "not-owned"
  | "owned-by-other"
  | "set-of-others"
  | "zone-changed";

/** One thing that is wrong with a plan. */
export interface DnsFinding {
  readonly code: DnsFindingCode;
  /** The name it is about; the zone's, when it is about the whole plan. */
  readonly name: string;
  /** A sentence for a person. */
  readonly message: string;
  /** Whether `force` lets it pass. */
  readonly forcible: boolean;
}

/** How much of a zone a plan may touch without `force`. */
export interface DnsGuardLimits {
  /** A zone with fewer sets, the zone's own NS and markers not counted, may be changed as a whole. Default 10. */
  readonly minSets: number;
  /** Largest share of the sets that may be deleted. Default 0.3. */
  readonly maxDeleted: number;
  /** Largest share of the sets that may be changed. Default 0.3. */
  readonly maxChanged: number;
}

/** What to judge. */
export interface GuardDnsChanges {
  /** The provider's name. */
  readonly provider: string;
  readonly capabilities: DnsProviderCapabilities;
  readonly contents: DnsZoneContents;
  readonly changes: readonly DnsChange[];
  /** On whose behalf; `null`: the zone's user, whose records have no markers. */
  readonly owner: DnsOwner | null;
  /** Values that nobody owns may be taken over: `not-owned` is not found. Default `false`. */
  readonly adopt?: boolean | undefined;
  readonly limits?: Partial<DnsGuardLimits> | undefined;
}

/** What changes come to, and what is wrong with them. */
export interface GuardedDnsChanges {
  readonly folded: readonly FoldedDnsChange[];
  readonly findings: readonly DnsFinding[];
}

/** Types whose values stand beside each other without meaning something else together. */
const shareable: ReadonlySet<DnsRecordType> = new Set(["CAA", "TXT"]);

/**
 * Judges changes of a zone before they are made: that they can be made, that they touch nobody else's records, and that they
 * do not take away much of the zone. Pure.
 */
export function guardDnsChanges(request: GuardDnsChanges): GuardedDnsChanges {
  const { provider, capabilities, contents, changes } = request;
  const { zone, sets, others } = contents;
  const checked = checkDnsChanges(zone, changes, capabilities);
  if (checked.isErr()) return refused("invalid-record", zone, checked.error.message);
  const folded = foldDnsChanges({ provider, zone, capabilities, sets, others, changes });
  if (folded.isErr()) {
    const { error } = folded;
    return hasCode(error, "DNS_CONFLICT")
      ? refused("alias-conflict", error.details.name, error.message)
      : refused("zone-changed", zone, error.message);
  }
  const ownership = dnsOwnership(contents);
  const findings = folded.value.flatMap((change) =>
    isMarkerSet(change) ? markerFindings(request, change) : ownerFindings(request, ownership, change),
  );
  return { folded: folded.value, findings: [...findings, ...shareFindings(request, folded.value)] };
}

function refused(code: DnsFindingCode, name: string, message: string): GuardedDnsChanges {
  return { folded: [], findings: [{ code, name, message, forcible: false }] };
}

function differenceOf({ before, after }: FoldedDnsChange): Record<"added" | "removed" | "kept", readonly string[]> {
  const [old, next] = [before?.values ?? [], after?.values ?? []];
  return {
    added: next.filter((value) => !old.includes(value)),
    removed: old.filter((value) => !next.includes(value)),
    kept: old.filter((value) => next.includes(value)),
  };
}

function markerFindings({ owner }: GuardDnsChanges, change: FoldedDnsChange): readonly DnsFinding[] {
  const { added, removed } = differenceOf(change);
  const foreign = [...added, ...removed].filter((value) => {
    const marker = readMarker(value);
    return marker === undefined ? owner !== null : marker.owner !== owner;
  });
  if (foreign.length === 0) return [];
  const message = `${change.name} says whose other records are, and only their owner changes it.`;
  return [{ code: "marker-of-other", name: change.name, message, forcible: false }];
}

function ownerFindings(
  { owner, adopt = false }: GuardDnsChanges,
  ownership: DnsOwnership,
  change: FoldedDnsChange,
): readonly DnsFinding[] {
  const { name, type } = change;
  const { added, removed, kept } = differenceOf(change);
  const ownersOf = (value: string): readonly DnsOwner[] => ownership.ownersOf(name, type, value);
  const isMine = (value: string): boolean =>
    owner === null ? ownersOf(value).length === 0 : ownersOf(value).includes(owner);
  const findings: DnsFinding[] = [];
  const find = (code: DnsFindingCode, forcible: boolean, what: string): void => {
    findings.push({ code, name, message: `${name} ${type}: ${what}.`, forcible });
  };
  // With the same values, it is the settings that change, and they are everybody's who has a value there.
  const touched = added.length + removed.length === 0 ? kept : removed;
  const owners = new Set(touched.filter((value) => !isMine(value)).flatMap(ownersOf));
  if (owners.size > 0) find("owned-by-other", false, `belongs to ${[...owners].join(", ")}`);
  if (owner !== null && !adopt && touched.some((value) => ownersOf(value).length === 0)) {
    find("not-owned", true, "was put there by the zone's user, and would be changed");
  }
  if (added.length > 0 && !shareable.has(type)) {
    const beside = kept.filter((value) => !isMine(value));
    const besideOwners = new Set(beside.flatMap(ownersOf));
    const whose = besideOwners.size > 0 ? [...besideOwners].join(", ") : "the zone's user";
    if (beside.length > 0) {
      find(
        "set-of-others",
        besideOwners.size === 0,
        `a value would stand beside one of ${whose} (${beside.join(", ")})`,
      );
    }
  }
  return findings;
}

function shareFindings(
  { contents: { zone, sets }, limits = {} }: GuardDnsChanges,
  folded: readonly FoldedDnsChange[],
): readonly DnsFinding[] {
  const { minSets = 10, maxDeleted = 0.3, maxChanged = 0.3 } = limits;
  const counts = (set: Pick<DnsRecordSet, "name" | "type">): boolean =>
    !isMarkerSet(set) && !(set.type === "NS" && set.name === zone);
  const total = sets.filter(counts).length;
  if (total < minSets) return [];
  const existing = folded.filter((change) => change.before !== null && counts(change));
  const deleted = existing.filter(({ after }) => after === null).length;
  const changed = existing.length - deleted;
  const findings: DnsFinding[] = [];
  const find = (code: DnsFindingCode, verb: string, count: number, most: number): void => {
    if (count <= total * most) return;
    const message = `The plan ${verb} ${count} of the ${total} record sets of ${zone}, more than ${Math.round(most * 100)} %.`;
    findings.push({ code, name: zone, message, forcible: true });
  };
  find("deletes-much", "deletes", deleted, maxDeleted);
  find("changes-much", "changes", changed, maxChanged);
  return findings;
}

import type { DnsChange, DnsRecordSet, DnsRecordType, DnsZoneContents } from "../ports/dns/index.ts";
import { type DnsOwner, type DnsOwnership, digestOf, dnsOwnership, markerNameOf, markerText } from "./ownership.ts";
import { compareTexts, tidyValues } from "./zone-version.ts";

/** A set that an owner wants to be there, with these values of its own. */
export interface WantedDnsRecords {
  readonly name: string;
  readonly type: DnsRecordType;
  readonly values: readonly string[];
  readonly ttlSeconds: number;
  /** Left out: as it is. */
  readonly proxied?: boolean | undefined;
}

/** What to compare. */
export interface DiffDnsRecords {
  readonly contents: Pick<DnsZoneContents, "sets">;
  readonly owner: DnsOwner;
  /** All that the owner wants in this zone: what else it has there goes. */
  readonly wanted: readonly WantedDnsRecords[];
  /** Values that nobody owns, in a wanted set, become the owner's and are made what is wanted. Default: they stay. */
  readonly adopt?: boolean | undefined;
  /** TTL of markers. Default 300. */
  readonly markerTtlSeconds?: number | undefined;
}

/**
 * Works out the changes that give an owner the records it wants and take away those it no longer wants. Values of others
 * are not removed; that additions may not stand beside them is for `guardDnsChanges` to say. Pure.
 */
export function diffDnsRecords(request: DiffDnsRecords): readonly DnsChange[] {
  const { contents, owner } = request;
  const ownership = dnsOwnership(contents);
  const sets = new Map(contents.sets.map((set) => [keyOf(set), set]));
  const wanted = new Map<string, WantedDnsRecords>();
  for (const [name, type] of ownership.setsOf(owner)) {
    const ttlSeconds = sets.get(keyOf({ name, type }))?.ttlSeconds ?? 0;
    wanted.set(keyOf({ name, type }), { name, type, values: [], ttlSeconds });
  }
  for (const each of request.wanted) {
    const values = [...(wanted.get(keyOf(each))?.values ?? []), ...each.values];
    wanted.set(keyOf(each), { ...each, values: tidyValues(values) });
  }
  const looks = [...wanted].map(([key, want]) => lookAt(request, ownership, want, sets.get(key)));
  const changes = looks.flatMap((look) => [...recordChanges(look), ...markerChanges(request, ownership, look)]);
  return changes.sort((a, b) => order[a.action] - order[b.action] || compareTexts(a.name, b.name));
}

/** Removals first, for whoever reads the plan: an alias can only come when what was there has gone. */
const order: Readonly<Record<DnsChange["action"], number>> = { remove: 0, replace: 1, add: 2 };

function keyOf({ name, type }: { readonly name: string; readonly type: string }): string {
  return `${name} ${type}`;
}

/** A set, as its owner sees it. */
interface Look {
  readonly want: WantedDnsRecords;
  readonly now: DnsRecordSet | undefined;
  readonly adding: readonly string[];
  readonly removing: readonly string[];
  /** Values that stay and are not the owner's. */
  readonly ofOthers: readonly string[];
  /** Values that are to have the owner's marker. */
  readonly marked: readonly string[];
}

function lookAt(
  { owner, adopt = false }: DiffDnsRecords,
  ownership: DnsOwnership,
  want: WantedDnsRecords,
  now: DnsRecordSet | undefined,
): Look {
  const have = now?.values ?? [];
  const isWanted = (value: string): boolean => want.values.includes(value);
  const ownersOf = (value: string): readonly DnsOwner[] => ownership.ownersOf(want.name, want.type, value);
  const isMine = (value: string): boolean =>
    ownersOf(value).includes(owner) || (adopt && want.values.length > 0 && ownersOf(value).length === 0);
  // A value of several owners stays when one of them lets go of it.
  const removing = have.filter(
    (value) => isMine(value) && !isWanted(value) && ownersOf(value).every((each) => each === owner),
  );
  const adding = want.values.filter((value) => !have.includes(value));
  // A wanted value that the user had put there before stays the user's, so that it is not removed one day as the owner's.
  const marked = want.values.filter((value) => adding.includes(value) || isMine(value) || ownersOf(value).length > 0);
  const ofOthers = have.filter((value) => !removing.includes(value) && !(isWanted(value) && isMine(value)));
  return { want, now, adding, removing, ofOthers, marked };
}

function recordChanges({ want, now, adding, removing, ofOthers }: Look): readonly DnsChange[] {
  const { name, type, ttlSeconds, proxied } = want;
  // Settings are the set's: they are changed where the set is the owner's alone.
  if (want.values.length > 0 && ofOthers.length === 0 && !hasSettings(want, now)) {
    const { values } = want;
    return [{ action: "replace", name, type, expect: now?.values ?? [], values, ttlSeconds, proxied }];
  }
  return [
    ...(removing.length > 0 ? [{ action: "remove", name, type, values: removing } as const] : []),
    ...(adding.length > 0 ? [{ action: "add", name, type, values: adding, ttlSeconds } as const] : []),
  ];
}

function hasSettings({ ttlSeconds, proxied }: WantedDnsRecords, now: DnsRecordSet | undefined): boolean {
  if (now === undefined) return proxied !== true;
  if (proxied !== undefined && proxied !== (now.proxied === true)) return false;
  // Whoever answers with addresses of their own decides on their TTL.
  return now.proxied === true || now.ttlSeconds === ttlSeconds;
}

function markerChanges(
  { owner, markerTtlSeconds: ttlSeconds = 300 }: DiffDnsRecords,
  ownership: DnsOwnership,
  { want, marked }: Look,
): readonly DnsChange[] {
  const { type } = want;
  const set = { name: markerNameOf(want.name), type: "TXT" } as const;
  const have = ownership.markersOf(want.name, type).flatMap((each) => (each.owner === owner ? [each.digest] : []));
  const wanted = marked.map(digestOf);
  const textsOf = (digests: readonly string[]): readonly string[] =>
    tidyValues(digests.map((digest) => markerText({ owner, type, digest })));
  const stale = textsOf(have.filter((digest) => !wanted.includes(digest)));
  const missing = textsOf(wanted.filter((digest) => !have.includes(digest)));
  return [
    ...(stale.length > 0 ? [{ action: "remove", ...set, values: stale } as const] : []),
    ...(missing.length > 0 ? [{ action: "add", ...set, values: missing, ttlSeconds } as const] : []),
  ];
}

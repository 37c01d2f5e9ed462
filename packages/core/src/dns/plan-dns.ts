import type { HostingErrorOf } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { DnsChange, DnsProvider, DnsZoneContents, DnsZoneError } from "../ports/dns/index.ts";
import { guardDnsProvider } from "../ports/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { diffDnsRecords, type WantedDnsRecords } from "./diff-records.ts";
import type { FoldedDnsChange } from "./fold-changes.ts";
import { type DnsFinding, type DnsGuardLimits, guardDnsChanges } from "./guard-changes.ts";
import { checkDnsOwner, type DnsOwner, isMarkerSet } from "./ownership.ts";

/** What would be done to a zone. JSON-safe. Nothing has been done. */
export interface DnsPlan {
  /** The provider's name. */
  readonly provider: string;
  readonly zone: string;
  /** The version of the zone that the plan stands on. */
  readonly version: string;
  /** On whose behalf; `null`: the zone's user. */
  readonly owner: DnsOwner | null;
  readonly changes: readonly DnsChange[];
  /** What the changes come to, set by set, without the markers of ownership. */
  readonly sets: readonly FoldedDnsChange[];
  /** How many sets of markers change with them. */
  readonly markers: number;
  /** What is wrong with it; empty: nothing. */
  readonly findings: readonly DnsFinding[];
}

/** What an owner wants. */
export interface PlanDns {
  readonly zone: string;
  readonly owner: DnsOwner;
  /** All that the owner wants in this zone: what else it has there goes. Empty: all of it goes. */
  readonly wanted: readonly WantedDnsRecords[];
  /** Records that nobody owns, in a wanted set, become the owner's and are made what is wanted. Default: they stay. */
  readonly adopt?: boolean | undefined;
  readonly limits?: Partial<DnsGuardLimits> | undefined;
}

/** Changes that the zone's user, or an owner, asks for. */
export interface PlanDnsChanges {
  readonly zone: string;
  /** `null`: the zone's user, who may change whatever has no owner. */
  readonly owner: DnsOwner | null;
  readonly changes: readonly DnsChange[];
  readonly limits?: Partial<DnsGuardLimits> | undefined;
}

/** Errors of planning. */
export type PlanDnsError = DnsZoneError | HostingErrorOf<"INVALID_INPUT">;

/** Shows what giving an owner the records it wants would change. Reads the zone once, and changes nothing. */
export function planDns(
  provider: DnsProvider,
  request: PlanDns,
  options: CallOptions = {},
): ResultAsync<DnsPlan, PlanDnsError> {
  const { zone, owner, wanted, adopt, limits } = request;
  return flow(async function* () {
    yield* checkDnsOwner(owner);
    const contents = yield* guardDnsProvider(provider).listRecordSets({ zone }, options);
    const markerTtlSeconds = Math.max(300, provider.capabilities.ttlSeconds.min);
    const changes = diffDnsRecords({ contents, owner, wanted, adopt, markerTtlSeconds });
    return ok(planOf(provider, contents, { owner, changes, adopt, limits }));
  });
}

/** Shows what changes come to, and what is wrong with them. Reads the zone once, and changes nothing. */
export function planDnsChanges(
  provider: DnsProvider,
  request: PlanDnsChanges,
  options: CallOptions = {},
): ResultAsync<DnsPlan, PlanDnsError> {
  const { zone, owner, changes, limits } = request;
  return flow(async function* () {
    if (owner !== null) yield* checkDnsOwner(owner);
    const contents = yield* guardDnsProvider(provider).listRecordSets({ zone }, options);
    return ok(planOf(provider, contents, { owner, changes, limits }));
  });
}

function planOf(
  { name, capabilities }: DnsProvider,
  contents: DnsZoneContents,
  request: Pick<Parameters<typeof guardDnsChanges>[0], "owner" | "changes" | "adopt" | "limits">,
): DnsPlan {
  const { owner, changes } = request;
  const { folded, findings } = guardDnsChanges({ provider: name, capabilities, contents, ...request });
  const sets = folded.filter((each) => !isMarkerSet(each));
  return {
    provider: name,
    zone: contents.zone,
    version: contents.version ?? "",
    owner,
    changes,
    sets,
    markers: folded.length - sets.length,
    findings,
  };
}

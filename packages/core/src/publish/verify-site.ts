import { type HostingError, type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions, ProgressListener, WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { ReleaseProblem, Target, TargetError } from "../ports/target.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import type { Site, SiteId } from "../site/site.ts";
import { askAll } from "./ask-targets.ts";
import { chooseTargets } from "./choose-targets.ts";
import { type Drift, driftOf } from "./drift.ts";
import type { Publication } from "./publication.ts";
import type { ReleaseId, ReleaseManifest } from "./release.ts";
import { releaseManifestOf } from "./release-records.ts";
import type { Slot, SlotName } from "./slot.ts";

/** Errors of `verify`: of the record. What fails on one target is in that target's verdict. */
export type VerifyError =
  | BlobStoreError
  | StoreError
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"SITE_NOT_FOUND">;

/** Options of `verify`. */
export interface VerifyOptions extends WorkOptions {
  /** Names of the targets to look at; default: all of the site's. */
  readonly targets?: readonly string[] | undefined;
}

/** What the bytes behind one slot are worth. */
export interface SlotVerdict {
  readonly slot: SlotName;
  readonly release: ReleaseId;
  /** `lost`: the target shows it, and does not hold it as a whole release any more. */
  readonly state: "intact" | "damaged" | "lost";
  /** Of a damaged one; at most 1000. */
  readonly problems: readonly ReleaseProblem[];
}

/** What was found on one target. */
export interface TargetVerdict {
  readonly target: string;
  /** `unverifiable`: its pointers are right, and it can't hash. `failed`: it could not be asked, for the `problem`. */
  readonly verdict: "intact" | "damaged" | "unverifiable" | "failed";
  /** Pointers and serving state that are not as the record says. */
  readonly drift: readonly Drift[];
  /** Slots that show what the record says, with what their bytes are worth. */
  readonly slots: readonly SlotVerdict[];
  readonly problem?: HostingError | undefined;
}

/** What every target serves, compared by hash with what was published. */
export interface SiteVerdict {
  readonly siteId: SiteId;
  /** Publications that have not ended: running now, or interrupted. What they change is drift until they have. */
  readonly unfinished: readonly Publication[];
  readonly targets: readonly TargetVerdict[];
  /** Every target was asked and shows, byte for byte, what the record says. */
  readonly intact: boolean;
}

/**
 * Compares what every target serves with what was published: pointers and serving state with the record, and the bytes
 * behind each slot, hashed where they lie, with the manifest that core has kept. So a release is found out also when
 * somebody has changed a file together with what the target says of it. Changes nothing and takes no lease; publishing
 * goes on beside it.
 */
export function verifySite(
  ports: HostingPorts,
  siteId: SiteId,
  options: VerifyOptions = {},
): ResultAsync<SiteVerdict, VerifyError> {
  const { signal = new AbortController().signal } = options;
  return flow(async function* () {
    for (let look = 1; ; look += 1) {
      const before = yield* readRecord(ports, siteId, { signal });
      const targets = yield* chooseTargets(ports, before.site, options.targets, "verified");
      const seen = await askAll(ports, targets, signal, (target, own) => lookAt(target, before, own, options));
      const verdicts = seen.map(({ target, result }) =>
        result?.isOk() ? result.value : unanswered(target, result?.isErr() ? result.error : undefined),
      );
      const intact = verdicts.every(({ verdict }) => verdict === "intact");
      if (intact || look === 3 || !(yield* hasMoved(ports, before, { signal }))) {
        return ok({ siteId, unfinished: before.unfinished, targets: verdicts, intact });
      }
    }
  });
}

interface SiteRecord {
  readonly site: Site;
  readonly slots: readonly Slot[];
  readonly unfinished: readonly Publication[];
  /** What each slot's release was laid out with. None where that is no longer known: then the target's own has to do. */
  readonly manifests: ReadonlyMap<SlotName, ReleaseManifest>;
}

function readRecord(ports: HostingPorts, siteId: SiteId, own: CallOptions): ResultAsync<SiteRecord, VerifyError> {
  return flow(async function* () {
    const site = yield* ports.store.getSite(siteId, own);
    const slots = yield* ports.store.listSlots(siteId, own);
    const states = ["intended", "staged", "activated"] as const;
    const { items: unfinished } = yield* ports.store.listPublications({ siteId, states }, own);
    const manifests = new Map<SlotName, ReleaseManifest>();
    for (const slot of slots) {
      const manifest = yield* releaseManifestOf(ports, slot, own);
      if (manifest !== undefined) manifests.set(slot.name, manifest);
    }
    return ok({ site, slots, unfinished, manifests });
  });
}

/** Whether a publication has ended, or moved a slot, since the record was read: then what differs may be its doing. */
function hasMoved(ports: HostingPorts, before: SiteRecord, own: CallOptions): ResultAsync<boolean, StoreError> {
  return ports.store.listSlots(before.site.id, own).map((now) => {
    const numbers = (slots: readonly Slot[]): string =>
      slots
        .map(({ name, publication }) => `${name} ${publication}`)
        .sort()
        .join("\n");
    return numbers(now) !== numbers(before.slots);
  });
}

function lookAt(
  target: Target,
  { site, slots, manifests }: SiteRecord,
  signal: AbortSignal,
  { onProgress }: VerifyOptions,
): ResultAsync<TargetVerdict, TargetError> {
  const { name, capabilities } = target;
  return flow(async function* () {
    const observed = yield* target.observe(site.id, { signal });
    const drift = driftOf(site, slots, observed, target);
    const verdicts: SlotVerdict[] = [];
    for (const { name: slot, release } of capabilities.verify ? slots : []) {
      if (observed.slots.get(slot) !== release) continue;
      const request = { siteId: site.id, release, manifest: manifests.get(slot) };
      const tell: ProgressListener | undefined = onProgress && ((step) => onProgress({ ...step, target: name }));
      const found = await target.verify(request, { signal, onProgress: tell });
      if (found.isErr() && !hasCode(found.error, "RELEASE_NOT_FOUND", "RELEASE_CORRUPT")) return err(found.error);
      const problems = found.isOk() ? found.value.problems : [];
      const state = found.isErr() ? "lost" : problems.length === 0 ? "intact" : "damaged";
      verdicts.push({ slot, release, state, problems });
    }
    const wrong = drift.length > 0 || verdicts.some(({ state }) => state !== "intact");
    const whole = capabilities.verify ? ("intact" as const) : ("unverifiable" as const);
    return ok({ target: name, verdict: wrong ? ("damaged" as const) : whole, drift, slots: verdicts });
  });
}

function unanswered({ name: target }: Target, problem: HostingError | undefined): TargetVerdict {
  return { target, verdict: "failed", drift: [], slots: [], problem };
}

import { type ArchivePolicy, archivePolicy } from "./archive/archive-policy.ts";
import { type GarbagePolicy, garbagePolicy } from "./garbage/garbage-policy.ts";
import { type IdempotencyPolicy, idempotencyPolicy } from "./idempotency/idempotency-policy.ts";
import { newId } from "./identity/identity.ts";
import {
  type BlobStore,
  type Clock,
  type Events,
  guardBlobStore,
  guardPublicProbe,
  guardStore,
  guardTarget,
  type HostingEvent,
  type HostingPorts,
  type PublicProbe,
  type PublishPolicy,
  type Random,
  type Store,
  systemClock,
  systemRandom,
  type Target,
} from "./ports/index.ts";
import type { Site } from "./site/site.ts";

/** What a hosting is made of. */
export interface HostingOptions {
  /** The system of record. */
  readonly store: Store;
  /** Where content is kept. */
  readonly blobs: BlobStore;
  /** Where sites are served: the same for all, or chosen per site. Names must differ within a site. */
  readonly targets: readonly Target[] | ((site: Site) => readonly Target[]);
  /** Looks at a site by its public name after every target has been probed; default: nobody does. */
  readonly publicProbe?: PublicProbe | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Default: the operating system's generator. */
  readonly random?: Random | undefined;
  /** Told what has happened, after it is recorded. */
  readonly events?: Events | undefined;
  /** Told when `events` threw. Default: the error becomes an unhandled rejection, for it is a bug of the listener. */
  readonly onListenerError?: ((error: unknown) => void) | undefined;
  /** Names this process in leases, e.g. `web-1:4711`. Default: random. */
  readonly holder?: string | undefined;
  readonly publishing?: Partial<PublishPolicy> | undefined;
  /** What archives may hold; what is left out is the default policy. */
  readonly archivePolicy?: Partial<ArchivePolicy> | undefined;
  /** How long results are kept for idempotency keys, and what preview tokens are derived from. */
  readonly idempotency?: Partial<IdempotencyPolicy> | undefined;
  /** What counts as garbage. */
  readonly garbage?: Partial<GarbagePolicy> | undefined;
}

const defaultPublishing: PublishPolicy = {
  leaseTtlMs: 30_000,
  leaseWaitMs: 60_000,
  targetConcurrency: 8,
  keepReleases: 10,
  assetGraceMs: 24 * 60 * 60 * 1000,
  precompress: [],
  fleet: "all-or-nothing",
  stageTimeoutMs: undefined,
};

/** Guards what was given, and fills in what was not. @throws as `createHosting` does. */
export function hostingPorts(options: HostingOptions): HostingPorts {
  const random = options.random ?? systemRandom;
  const { targets } = options;
  return {
    store: guardStore(options.store),
    blobs: guardBlobStore(options.blobs),
    targetsOf: targetChooser(targets),
    publicProbe: options.publicProbe === undefined ? undefined : guardPublicProbe(options.publicProbe),
    clock: options.clock ?? systemClock,
    random,
    holder: options.holder ?? newId("process", random),
    emit: emitter(options),
    publishing: { ...defaultPublishing, ...options.publishing },
    // Filled in now, so that a policy that can't be meant fails here and not with the first upload.
    archivePolicy: archivePolicy(options.archivePolicy ?? {}),
    idempotency: idempotencyPolicy(options.idempotency),
    garbage: garbagePolicy(options.garbage),
  };
}

/** Targets are guarded once each, also when a function chooses them anew for every call. */
function targetChooser(targets: HostingOptions["targets"]): HostingPorts["targetsOf"] {
  const guarded = new WeakMap<Target, Target>();
  const guardOnce = (target: Target): Target => {
    const known = guarded.get(target) ?? guardTarget(target);
    guarded.set(target, known);
    return known;
  };
  if (typeof targets === "function") return (site) => checkNames(targets(site).map(guardOnce));
  const fixed = checkNames(targets.map(guardOnce));
  return () => fixed;
}

function checkNames(targets: readonly Target[]): readonly Target[] {
  const names = new Set(targets.map(({ name }) => name));
  if (names.size !== targets.length) throw new TypeError("Two targets of one site have the same name.");
  return targets;
}

function emitter(options: HostingOptions): HostingPorts["emit"] {
  const { events, onListenerError = (error) => void Promise.reject(error) } = options;
  return (event: HostingEvent) => {
    try {
      events?.emit(event);
    } catch (error) {
      onListenerError(error);
    }
  };
}

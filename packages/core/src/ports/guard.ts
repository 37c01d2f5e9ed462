import { hostingError } from "../errors/index.ts";
import { adapterError } from "./adapter-error.ts";
import type { AnalyticsProvider } from "./analytics.ts";
import type { BlobStore } from "./blob-store.ts";
import type { CertificateAuthority } from "./certificate/index.ts";
import type { CertificateStore } from "./certificate-store.ts";
import type { CertificateTarget } from "./certificate-target.ts";
import type { ChallengeSolver } from "./challenge-solver.ts";
import type { DnsProvider } from "./dns/index.ts";
import type { DomainStore } from "./domain-store.ts";
import { type GuardedMethod, guardCall } from "./guard-call.ts";
import type { HostProbe } from "./host-probe.ts";
import type { HostRoutes } from "./host-routes.ts";
import type { KeyVault } from "./key-vault.ts";
import type { LogStore } from "./log-store.ts";
import type { OperationRunner } from "./operation-runner.ts";
import type { OperationStore } from "./operation-store.ts";
import type { PublicProbe } from "./public-probe.ts";
import type { Resolver } from "./resolver.ts";
import type { Store } from "./store/index.ts";
import type { Target } from "./target.ts";
import type { WaitingSites } from "./waiting-sites.ts";

/** What every port has. */
interface Port {
  readonly spec: string;
  readonly name: string;
  readonly capabilities: object;
}

/** The methods of a port: a record, so that a method added to the port and forgotten here does not compile. */
type Methods<P> = {
  readonly [K in keyof P as NonNullable<P[K]> extends (...values: never[]) => unknown ? K : never]-?: GuardedMethod;
};

const first = (timeoutMs: number | null): GuardedMethod => ({ options: 0, timeoutMs });
const second = (timeoutMs: number | null): GuardedMethod => ({ options: 1, timeoutMs });
const third = (timeoutMs: number | null): GuardedMethod => ({ options: 2, timeoutMs });
const seconds = 1000;

const storeMethods: Methods<Store> = {
  acquireLease: second(30 * seconds),
  advancePublication: second(30 * seconds),
  appendRevision: second(30 * seconds),
  // It waits on purpose, for a minute at most.
  awaitAudit: second(90 * seconds),
  beginPublication: second(30 * seconds),
  beginIdempotent: second(30 * seconds),
  closePreview: second(30 * seconds),
  compareAndSetSlot: second(30 * seconds),
  completeIdempotent: second(30 * seconds),
  consumePreviewToken: second(30 * seconds),
  countExpired: second(30 * seconds),
  createPreview: second(30 * seconds),
  createSite: second(30 * seconds),
  endIdempotent: second(30 * seconds),
  getPreview: second(30 * seconds),
  getRevision: second(30 * seconds),
  getSite: second(30 * seconds),
  listAudit: second(30 * seconds),
  listPreviews: second(30 * seconds),
  listPublications: second(30 * seconds),
  listRevisions: second(30 * seconds),
  listSites: first(30 * seconds),
  listSlots: second(30 * seconds),
  noteIdempotent: second(30 * seconds),
  readAuditHead: second(30 * seconds),
  releaseLease: second(30 * seconds),
  removeExpired: second(30 * seconds),
  renewIdempotent: second(10 * seconds),
  renewLease: second(10 * seconds),
  revokePreview: second(30 * seconds),
  setFreeze: second(30 * seconds),
  updateRevision: second(30 * seconds),
  updateSite: second(30 * seconds),
};

const logStoreMethods: Methods<LogStore> = {
  append: second(60 * seconds),
  // It waits on purpose, for a minute at most.
  awaitMore: second(90 * seconds),
  end: second(30 * seconds),
  read: second(30 * seconds),
  removeQuiet: second(60 * seconds),
};

const blobStoreMethods: Methods<BlobStore> = {
  has: second(60 * seconds),
  list: first(60 * seconds),
  put: second(null),
  read: { ...second(60 * seconds), lasting: guardBytes },
  remove: second(600 * seconds),
};

const targetMethods: Methods<Target> = {
  activate: second(60 * seconds),
  discard: second(600 * seconds),
  missing: second(120 * seconds),
  observe: second(60 * seconds),
  probe: second(120 * seconds),
  setServingState: second(60 * seconds),
  stage: second(null),
  stageAndActivate: { ...second(null), optional: true },
  verify: second(null),
};

const dnsProviderMethods: Methods<DnsProvider> = {
  applyChanges: second(300 * seconds),
  createZone: second(60 * seconds),
  getZone: second(60 * seconds),
  listRecordSets: second(120 * seconds),
  listZones: first(120 * seconds),
};

const resolverMethods: Methods<Resolver> = {
  findAuthorities: second(120 * seconds),
  lookup: second(60 * seconds),
  survey: second(60 * seconds),
};

const domainStoreMethods: Methods<DomainStore> = {
  // It waits on purpose, for a minute at most.
  awaitDomainChange: second(90 * seconds),
  changeDomain: second(30 * seconds),
  claimDomain: second(30 * seconds),
  getDomain: second(30 * seconds),
  listDomainChanges: second(30 * seconds),
  listDomains: second(30 * seconds),
  listDueDomains: second(30 * seconds),
  removeDomain: second(30 * seconds),
  setPrimaryDomain: second(30 * seconds),
  verifyDomain: second(30 * seconds),
};

const certificateAuthorityMethods: Methods<CertificateAuthority> = {
  answerChallenge: second(120 * seconds),
  downloadCertificate: second(120 * seconds),
  finalizeOrder: second(120 * seconds),
  findAccount: first(120 * seconds),
  getOrder: second(300 * seconds),
  placeOrder: second(120 * seconds),
  readFacts: first(60 * seconds),
  readRenewalInfo: second(60 * seconds),
  registerAccount: second(120 * seconds),
  revokeCertificate: second(120 * seconds),
};

const certificateStoreMethods: Methods<CertificateStore> = {
  beginCertificate: second(30 * seconds),
  changeCertificate: second(30 * seconds),
  findAccount: second(30 * seconds),
  findChallengeAnswer: second(10 * seconds),
  getCertificate: second(30 * seconds),
  keepAccount: second(30 * seconds),
  leaseCertificate: second(30 * seconds),
  listCertificates: second(30 * seconds),
  listDueCertificates: second(30 * seconds),
  putChallengeAnswer: second(30 * seconds),
  readRateUses: second(30 * seconds),
  removeCertificate: second(30 * seconds),
  removeChallengeAnswer: second(30 * seconds),
  removeStale: second(60 * seconds),
  spendRateUses: second(30 * seconds),
};

const certificateTargetMethods: Methods<CertificateTarget> = {
  deliver: second(120 * seconds),
  observe: second(60 * seconds),
  remove: second(120 * seconds),
};

const challengeSolverMethods: Methods<ChallengeSolver> = {
  check: second(120 * seconds),
  isVisible: second(120 * seconds),
  present: second(300 * seconds),
  withdraw: second(300 * seconds),
};

const keyVaultMethods: Methods<KeyVault> = { open: third(30 * seconds), seal: third(30 * seconds) };

const operationStoreMethods: Methods<OperationStore> = {
  // It waits on purpose, for a minute at most.
  awaitEvent: second(90 * seconds),
  claimOperation: second(30 * seconds),
  concludeStep: second(30 * seconds),
  forgetDeleted: second(60 * seconds),
  getOperation: second(30 * seconds),
  intendStep: second(30 * seconds),
  listDueOperations: second(30 * seconds),
  listEvents: second(30 * seconds),
  listOperations: second(30 * seconds),
  listSteps: second(30 * seconds),
  moveOperation: second(30 * seconds),
  releaseClaim: second(30 * seconds),
  renewClaim: second(10 * seconds),
  requestOperation: second(30 * seconds),
  settleOperation: second(30 * seconds),
};

const operationRunnerMethods: Methods<OperationRunner> = {
  start: second(60 * seconds),
  // It waits for what is under way, as long as the caller lets it.
  stop: first(null),
  submit: second(30 * seconds),
};

const hostProbeMethods: Methods<HostProbe> = { ask: second(30 * seconds) };

const analyticsMethods: Methods<AnalyticsProvider> = {
  ensureSite: second(120 * seconds),
  findSite: second(60 * seconds),
  getSnippet: second(10 * seconds),
  readFacts: first(60 * seconds),
};

const hostRoutesMethods: Methods<HostRoutes> = {
  list: first(60 * seconds),
  observe: second(60 * seconds),
  route: second(60 * seconds),
  unroute: second(60 * seconds),
};

const waitingSitesMethods: Methods<WaitingSites> = {
  claimSite: second(30 * seconds),
  listWaiting: second(60 * seconds),
  recordOutcome: second(30 * seconds),
  renewClaim: second(10 * seconds),
};

const publicProbeMethods: Methods<PublicProbe> = { look: second(60 * seconds) };

/** A probe of hosts that cannot throw, hang or answer with something foreign. */
export function guardHostProbe(probe: HostProbe): HostProbe {
  return guard(probe, "host-probe/1", hostProbeMethods);
}

/** A place that routes by host name and cannot throw, hang or answer with something foreign. */
export function guardHostRoutes(routes: HostRoutes): HostRoutes {
  return guard(routes, "host-routes/1", hostRoutesMethods);
}

/** A public probe that cannot throw, hang or answer with something foreign. */
export function guardPublicProbe(probe: PublicProbe): PublicProbe {
  return guard(probe, "public-probe/1", publicProbeMethods);
}

/** A store that cannot throw, hang or answer with something foreign. */
export function guardStore(store: Store): Store {
  return guard(store, "store/1", storeMethods);
}

/** A blob store that cannot throw, hang or answer with something foreign, also in the midst of reading. */
export function guardBlobStore(blobs: BlobStore): BlobStore {
  return guard(blobs, "blob-store/1", blobStoreMethods);
}

/** A log store that cannot throw, hang or answer with something foreign. */
export function guardLogStore(logs: LogStore): LogStore {
  return guard(logs, "log-store/1", logStoreMethods);
}

/** A domain store that cannot throw, hang or answer with something foreign. */
export function guardDomainStore(store: DomainStore): DomainStore {
  return guard(store, "domain-store/1", domainStoreMethods);
}

/** An authority that cannot throw, hang or answer with something foreign. */
export function guardCertificateAuthority(authority: CertificateAuthority): CertificateAuthority {
  return guard(authority, "certificate-authority/1", certificateAuthorityMethods);
}

/** A store of certificates that cannot throw, hang or answer with something foreign. */
export function guardCertificateStore(store: CertificateStore): CertificateStore {
  return guard(store, "certificate-store/1", certificateStoreMethods);
}

/** A place that serves certificates and cannot throw, hang or answer with something foreign. */
export function guardCertificateTarget(target: CertificateTarget): CertificateTarget {
  return guard(target, "certificate-target/1", certificateTargetMethods);
}

/** A solver of challenges that cannot throw, hang or answer with something foreign. */
export function guardChallengeSolver(solver: ChallengeSolver): ChallengeSolver {
  return guard(solver, "challenge-solver/1", challengeSolverMethods);
}

/** A vault that cannot throw, hang or answer with something foreign. */
export function guardKeyVault(vault: KeyVault): KeyVault {
  return guard(vault, "key-vault/1", keyVaultMethods);
}

/** An operation store that cannot throw, hang or answer with something foreign. */
export function guardOperationStore(store: OperationStore): OperationStore {
  return guard(store, "operation-store/1", operationStoreMethods);
}

/** An operation runner that cannot throw, hang or answer with something foreign. */
export function guardOperationRunner(runner: OperationRunner): OperationRunner {
  return guard(runner, "operation-runner/1", operationRunnerMethods);
}

/** A DNS provider that cannot throw, hang or answer with something foreign. */
export function guardDnsProvider(provider: DnsProvider): DnsProvider {
  return guard(provider, "dns/1", dnsProviderMethods);
}

/** A resolver that cannot throw, hang or answer with something foreign. */
export function guardResolver(resolver: Resolver): Resolver {
  return guard(resolver, "resolver/1", resolverMethods);
}

/** Waiting sites that cannot throw, hang or answer with something foreign. */
export function guardWaitingSites(sites: WaitingSites): WaitingSites {
  return guard(sites, "waiting-sites/1", waitingSitesMethods);
}

/** A provider of analytics that cannot throw, hang or answer with something foreign. */
export function guardAnalytics(provider: AnalyticsProvider): AnalyticsProvider {
  return guard(provider, "analytics/1", analyticsMethods);
}

/** A target that cannot throw, hang or answer with something foreign. */
export function guardTarget(target: Target): Target {
  return guard(target, "target/1", targetMethods);
}

function guard<P extends Port>(port: P, spec: P["spec"], methods: Methods<P>): P {
  if (port.spec !== spec) {
    const details = { adapter: String(port.name), expected: spec, actual: String(port.spec) };
    throw hostingError(
      "ADAPTER_INCOMPATIBLE",
      `${details.adapter} speaks ${details.actual}, core needs ${spec}.`,
      details,
    );
  }
  const { name, capabilities } = port;
  // Spelled out, for an adapter may be a class whose properties a spread would miss.
  const guarded: Record<string, unknown> = { spec, name, capabilities };
  for (const [operation, method] of Object.entries<GuardedMethod>(methods)) {
    const call: unknown = port[operation as keyof P];
    if (call === undefined && method.optional === true) continue;
    if (typeof call !== "function")
      throw new TypeError(`${port.name} has no method ${operation}, which ${spec} requires.`);
    guarded[operation] = guardCall(port.name, operation, method, (...values) => call.apply(port, values));
  }
  return guarded as unknown as P;
}

/** By hand, for a generator around each of ten thousand small blobs costs as much as reading them. */
function guardBytes(adapter: string, value: unknown, ended: () => void): AsyncIterable<Uint8Array> {
  const bytes = value as AsyncIterable<Uint8Array>;
  const failed = (cause: unknown): never => {
    ended();
    throw adapterError(cause, { adapter, operation: "read", state: "unchanged" });
  };
  const stepped = (step: IteratorResult<Uint8Array>): IteratorResult<Uint8Array> => {
    if (step.done === true) ended();
    return step;
  };
  // Not `async`: that is three promises for each chunk instead of one.
  const guarded = (
    step: () => PromiseLike<IteratorResult<Uint8Array>> | IteratorResult<Uint8Array>,
  ): Promise<IteratorResult<Uint8Array>> => {
    try {
      return Promise.resolve(step()).then(stepped, failed);
    } catch (cause) {
      return new Promise((resolve) => resolve(failed(cause)));
    }
  };
  return {
    [Symbol.asyncIterator]() {
      let iterator: AsyncIterator<Uint8Array> | undefined;
      const begin = (): AsyncIterator<Uint8Array> => (iterator ??= bytes[Symbol.asyncIterator]());
      return {
        next: () => guarded(() => begin().next()),
        return: () => guarded(() => iterator?.return?.() ?? { done: true, value: undefined }),
      };
    },
  };
}

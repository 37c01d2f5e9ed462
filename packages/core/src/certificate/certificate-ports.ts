import type { HostingErrorOf } from "../errors/index.ts";
import { newId } from "../identity/identity.ts";
import type { AdapterError, CallOptions } from "../ports/call-options.ts";
import type { CertificateAuthority, RegisterCertificateAccount } from "../ports/certificate/index.ts";
import type { CertificateStore } from "../ports/certificate-store.ts";
import type { CertificateTarget } from "../ports/certificate-target.ts";
import type { ChallengeSolver } from "../ports/challenge-solver.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import {
  guardCertificateAuthority,
  guardCertificateStore,
  guardCertificateTarget,
  guardChallengeSolver,
  guardKeyVault,
  guardResolver,
} from "../ports/index.ts";
import type { KeyVault } from "../ports/key-vault.ts";
import { type Random, systemRandom } from "../ports/random.ts";
import type { Resolver } from "../ports/resolver.ts";
import type { ResultAsync } from "../result/index.ts";
import type { CertificateEvent, CertificateEvents } from "./certificate-event.ts";
import { type CertificatePolicy, defaultCertificatePolicy } from "./certificate-policy.ts";
import type { Certificate } from "./certificates.ts";
import type { IssuePermission } from "./issue-permission.ts";
import type { CertificateRateLimits } from "./rate-budget.ts";

/** An authority, and how it is used. */
export interface UsedCertificateAuthority {
  /** As the host calls it, e.g. `letsencrypt`; kept in the records, so it stays. 1 to 50 lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly authority: CertificateAuthority;
  /** Its limits (`letsEncryptRateLimits`), which are then never exceeded by all processes together. Default: none. */
  readonly limits?: CertificateRateLimits | undefined;
  /** A renewal that follows its advice counts towards none of them. Default true, as at Let's Encrypt. */
  readonly renewalsExempt?: boolean | undefined;
  /** How to register when there is no account. Left out: somebody else registers it. */
  readonly account?: RegisterCertificateAccount | undefined;
}

/** Makes a key, and the request to certify it: `newSigningRequest` of `@hostelry/adapter-acme`. */
export type MakeSigningRequest = (request: {
  readonly names: readonly string[];
}) => ResultAsync<
  { readonly privateKeyPem: string; readonly signingRequest: Uint8Array },
  AdapterError | HostingErrorOf<"INVALID_INPUT">
>;

/** What `createCertificates` is made of. */
export interface CertificatesOptions {
  readonly store: CertificateStore;
  readonly authority: UsedCertificateAuthority;
  /** Where the first order of every set of names is rehearsed: what fails there costs nothing. Default: nowhere. */
  readonly staging?: UsedCertificateAuthority | undefined;
  /** Seals private keys. */
  readonly vault: KeyVault;
  readonly newSigningRequest: MakeSigningRequest;
  /** The first one that can is used; wildcards need one for `dns-01`. Their names are unique, and stay. */
  readonly solvers: readonly ChallengeSolver[];
  /** Places that serve. Default: none; the host reads the certificate itself. */
  readonly targets?: readonly CertificateTarget[] | undefined;
  /** Which of them a certificate goes to. Default: all. */
  readonly targetsOf?: ((certificate: Certificate) => readonly CertificateTarget["name"][]) | undefined;
  /** Names that may have one, e.g. `verifiedNames({ store })`. */
  readonly permission: IssuePermission;
  /** Looks for CAA records before anything is ordered. Default: they are not looked at. */
  readonly resolver?: Resolver | undefined;
  /** PEM: what certificates have to end at, to be taken up. Default: not looked at. */
  readonly trustedRoots?: readonly string[] | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Default: the operating system's generator. */
  readonly random?: Random | undefined;
  /** Told of everything that is on record. */
  readonly events?: CertificateEvents | undefined;
  /** Told when a listener of `events` throws. Default: an unhandled rejection. */
  readonly onListenerError?: ((error: unknown) => void) | undefined;
  /** What differs from {@link defaultCertificatePolicy}. */
  readonly policy?: Partial<CertificatePolicy> | undefined;
}

/** What the use-cases of certificates work with. */
export interface CertificatePorts {
  readonly store: CertificateStore;
  /** By name: the authority, and the one for rehearsals. */
  readonly authorities: ReadonlyMap<string, UsedCertificateAuthority>;
  readonly authority: UsedCertificateAuthority;
  readonly staging: UsedCertificateAuthority | undefined;
  readonly vault: KeyVault;
  readonly newSigningRequest: MakeSigningRequest;
  readonly solvers: readonly ChallengeSolver[];
  readonly targets: readonly CertificateTarget[];
  readonly targetsOf: ((certificate: Certificate) => readonly CertificateTarget["name"][]) | undefined;
  readonly permission: IssuePermission;
  readonly resolver: Resolver | undefined;
  readonly trustedRoots: readonly string[] | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: CertificatePolicy;
  /** Of this composition: what its leases are held by. */
  readonly holder: string;
  /** Accounts that were found, by authority: who they are does not change. */
  readonly accountIds: Map<string, string>;
  readonly emit: (event: CertificateEvent) => void;
}

/** Options of the use-cases inside. */
export interface CertificateCall extends CallOptions {
  readonly actor?: string | undefined;
}

/** Fills in what was left out, and guards the adapters. Names that are not unique, or can't be kept, are a `TypeError`. */
export function certificatePorts(options: CertificatesOptions): CertificatePorts {
  const { events, staging, resolver, random = systemRandom, targets = [] } = options;
  const { onListenerError = (error) => void Promise.reject(error) } = options;
  const guarded = (used: UsedCertificateAuthority): UsedCertificateAuthority => {
    if (!/^[a-z0-9-]{1,50}$/.test(used.name))
      throw new TypeError("An authority's name is 1 to 50 lower-case letters, digits and hyphens.");
    return { ...used, authority: guardCertificateAuthority(used.authority) };
  };
  const used = [options.authority, ...(staging === undefined ? [] : [staging])].map(guarded);
  for (const named of [used, options.solvers, targets]) {
    const names = named.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new TypeError(`Two authorities, solvers or targets are called ${twice}.`);
  }
  const [authority = options.authority] = used;
  return {
    store: guardCertificateStore(options.store),
    authorities: new Map(used.map((each) => [each.name, each])),
    authority,
    staging: used[1],
    vault: guardKeyVault(options.vault),
    newSigningRequest: options.newSigningRequest,
    solvers: options.solvers.map(guardChallengeSolver),
    targets: targets.map(guardCertificateTarget),
    targetsOf: options.targetsOf,
    permission: options.permission,
    resolver: resolver === undefined ? undefined : guardResolver(resolver),
    trustedRoots: options.trustedRoots,
    clock: options.clock ?? systemClock,
    random,
    policy: { ...defaultCertificatePolicy, ...options.policy },
    holder: newId("process", random),
    accountIds: new Map(),
    emit: (event) => {
      try {
        events?.emit(event);
      } catch (error) {
        onListenerError(error);
      }
    },
  };
}

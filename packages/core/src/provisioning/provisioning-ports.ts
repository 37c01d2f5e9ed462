import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { newId } from "../identity/identity.ts";
import type { AdapterError, CallOptions } from "../ports/call-options.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { guardCall } from "../ports/guard-call.ts";
import { type GuardedResourceProvider, guardResourceProvider } from "../ports/guard-resource-provider.ts";
import { guardOperationRunner, guardOperationStore } from "../ports/index.ts";
import type { OperationRunner } from "../ports/operation-runner.ts";
import type { OperationStore } from "../ports/operation-store.ts";
import { type Random, systemRandom } from "../ports/random.ts";
import type { ResourceError, ResourceProvider, ResourceSecrets } from "../ports/resource-provider.ts";
import { err, ok, okAsync, type Result, type ResultAsync } from "../result/index.ts";
import type { Operation, OperationId, OperationNotice } from "./operation.ts";
import { defaultProvisioningPolicy, type ProvisioningPolicy } from "./provisioning-policy.ts";
import type { ResourceAddress } from "./resource.ts";

/** Where core tells the host how operations go on, after it is recorded. At most once; `provisioning.follow` tells all. */
export interface OperationListener {
  /** A throw is reported to `onListenerError` and changes nothing. */
  emit(notice: OperationNotice): void;
}

/** Looks up what the steps of an operation need and the store must not know. */
export type SecretsOf = (operation: Operation, options: CallOptions) => ResultAsync<ResourceSecrets, ResourceError>;

/** What `createProvisioning` is made of. */
export interface ProvisioningOptions {
  readonly store: OperationStore;
  /** One per kind and place; or a function that gives the one for an address. */
  readonly providers:
    | readonly ResourceProvider[]
    | ((address: Pick<ResourceAddress, "kind" | "place">) => ResourceProvider | undefined);
  /** Brings operations to this process as soon as they are due. Without one the host calls `sweep` from time to time. */
  readonly runner?: OperationRunner | undefined;
  /** Secrets for operations that are run without any being passed. Default: none. */
  readonly secretsOf?: SecretsOf | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Default: the operating system's generator. */
  readonly random?: Random | undefined;
  readonly events?: OperationListener | undefined;
  /** Told when a listener of `events` throws. Default: an unhandled rejection. */
  readonly onListenerError?: ((error: unknown) => void) | undefined;
  /** Told what the runner refuses, or the store while it is asked what is due: it is tried again after `policy.lookEveryMs`. Default: nothing. */
  readonly onRunnerError?: ((error: AdapterError | HostingErrorOf<"INVALID_INPUT">) => void) | undefined;
  /** Names this process in claims. Default: a new id. */
  readonly holder?: string | undefined;
  /** What differs from {@link defaultProvisioningPolicy}. */
  readonly policy?: Partial<ProvisioningPolicy> | undefined;
}

/** What the use-cases of provisioning work with. */
export interface ProvisioningPorts {
  readonly store: OperationStore;
  readonly runner: OperationRunner | undefined;
  readonly secretsOf: SecretsOf;
  readonly clock: Clock;
  readonly random: Random;
  readonly holder: string;
  readonly policy: ProvisioningPolicy;
  readonly emit: (notice: OperationNotice) => void;
  readonly onRunnerError: (error: AdapterError | HostingErrorOf<"INVALID_INPUT">) => void;
  /** The provider of an address. */
  readonly providerOf: (
    address: Pick<ResourceAddress, "kind" | "place">,
  ) => Result<GuardedResourceProvider, HostingErrorOf<"RESOURCE_PROVIDER_MISSING">>;
  /** What this process works on; aborted to stop the work. */
  readonly running: Map<OperationId, AbortController>;
}

/** Fills in what was left out, and guards the adapters. */
export function provisioningPorts(options: ProvisioningOptions): ProvisioningPorts {
  const { providers, runner, events } = options;
  const { onListenerError = (error) => void Promise.reject(error) } = options;
  const { secretsOf = () => okAsync({}), random = systemRandom } = options;
  const policy = { ...defaultProvisioningPolicy, ...options.policy };
  const lookUp =
    typeof providers === "function"
      ? providers
      : ({ kind, place }: Pick<ResourceAddress, "kind" | "place">) =>
          providers.find((each) => each.kind === kind && each.place === place);
  return {
    store: guardOperationStore(options.store),
    runner: runner === undefined ? undefined : guardOperationRunner(runner),
    secretsOf: guardCall("secretsOf", "secretsOf", { options: 1, timeoutMs: 60_000 }, (...values) =>
      secretsOf(...(values as Parameters<SecretsOf>)),
    ) as SecretsOf,
    clock: options.clock ?? systemClock,
    random,
    holder: options.holder ?? newId("process", random),
    policy,
    emit: (notice) => {
      try {
        events?.emit(notice);
      } catch (error) {
        onListenerError(error);
      }
    },
    onRunnerError: options.onRunnerError ?? (() => undefined),
    providerOf: (address) => {
      const provider = lookUp(address);
      if (provider !== undefined) return ok(guardResourceProvider(provider, policy));
      const { kind, place } = address;
      const message = `There is no provider for the kind ${kind} at ${place}.`;
      return err(hostingError("RESOURCE_PROVIDER_MISSING", message, { kind, place }));
    },
    running: new Map(),
  };
}

/** Of operations with the same lane one is worked on at a time. */
export function laneOf({ capabilities, place }: GuardedResourceProvider): string | undefined {
  return capabilities.serial ? `place:${place}` : undefined;
}

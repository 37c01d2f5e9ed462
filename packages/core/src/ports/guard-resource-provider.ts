import { type HostingErrorOf, hostingError, isHostingError } from "../errors/index.ts";
import { err, type Result } from "../result/index.ts";
import { adapterError } from "./adapter-error.ts";
import type { AdapterError } from "./call-options.ts";
import { guardCall } from "./guard-call.ts";
import type { ResourceProvider } from "./resource-provider.ts";

type Pure<R> = R extends Result<infer T, infer E> ? Result<T, AdapterError | E> : never;

/** A {@link ResourceProvider} whose pure methods may also answer that they have thrown. */
export type GuardedResourceProvider = Omit<ResourceProvider, "check" | "plan"> & {
  readonly check: (...request: Parameters<ResourceProvider["check"]>) => Pure<ReturnType<ResourceProvider["check"]>>;
  readonly plan: (...request: Parameters<ResourceProvider["plan"]>) => Pure<ReturnType<ResourceProvider["plan"]>>;
};

/** Timeouts of {@link guardResourceProvider}. */
export interface ResourceTimeouts {
  readonly observeTimeoutMs: number;
  readonly stepTimeoutMs: number;
}

/** A resource provider that cannot throw, hang or answer with something foreign. */
export function guardResourceProvider(
  provider: ResourceProvider,
  { observeTimeoutMs, stepTimeoutMs }: ResourceTimeouts,
): GuardedResourceProvider {
  if (provider.spec !== "resource/1") throw incompatible(provider);
  const { spec, name, kind, place, capabilities } = provider;
  const observe = guardCall(name, "observe", { options: 1, timeoutMs: observeTimeoutMs }, (...values) =>
    provider.observe(...(values as Parameters<ResourceProvider["observe"]>)),
  );
  const apply = guardCall(name, "apply", { options: 1, timeoutMs: stepTimeoutMs }, (...values) =>
    provider.apply(...(values as Parameters<ResourceProvider["apply"]>)),
  );
  return {
    spec,
    name,
    kind,
    place,
    capabilities,
    check: (resource) => pure(name, "check", () => provider.check(resource)),
    observe: observe as ResourceProvider["observe"],
    plan: (request) => pure(name, "plan", () => provider.plan(request)),
    apply: apply as ResourceProvider["apply"],
  };
}

function pure<T, E>(adapter: string, operation: string, call: () => Result<T, E>): Result<T, AdapterError | E> {
  try {
    return call();
  } catch (cause) {
    if (isHostingError(cause)) return err(cause as AdapterError);
    const error = adapterError(cause, { adapter, operation, state: "unchanged" });
    // Pure: the same question fails the same way.
    return err(
      hostingError(
        "ADAPTER_FAILED",
        error.message,
        { adapter, operation, state: "unchanged" },
        { cause, retryable: false },
      ),
    );
  }
}

function incompatible({
  name,
  spec,
}: {
  readonly name: string;
  readonly spec: string;
}): HostingErrorOf<"ADAPTER_INCOMPATIBLE"> {
  const details = { adapter: name, expected: "resource/1", actual: spec };
  return hostingError("ADAPTER_INCOMPATIBLE", `${name} speaks ${spec}, core needs resource/1.`, details);
}

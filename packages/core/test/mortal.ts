import type { BlobStore, HostingOptions, Store, Target } from "@hostelry/core";

/** Counts every call that a process makes to its ports, and stops the process at one of them. */
export interface Mortality {
  /** Calls so far. */
  calls: number;
  /** Die at this call … */
  readonly at: number;
  /** … before it reaches the other side, or after it had its effect and before the answer is seen. */
  readonly when: "before" | "after";
  dead: boolean;
  /** What the process was doing when it died. */
  last: string;
}

/** A new count. */
export function mortality(at: number, when: "before" | "after"): Mortality {
  return { calls: 0, at, when, dead: false, last: "" };
}

/**
 * Puts the count around every port. A dead process makes no further call and sees no further answer, its heartbeat
 * included: to the rest of the world it is as after SIGKILL.
 */
export function mortal<T extends readonly Target[]>(
  options: HostingOptions & { readonly targets: T },
  mortality: Mortality,
): HostingOptions {
  return {
    ...options,
    store: mortalPort<Store>(options.store, mortality),
    blobs: mortalPort<BlobStore>(options.blobs, mortality),
    targets: options.targets.map((target) => mortalPort<Target>(target, mortality)),
  };
}

const never = new Promise<never>(() => undefined);

/** One port of a process that dies. */
export function mortalPort<P extends { readonly name: string }>(port: P, mortality: Mortality): P {
  return new Proxy(port, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, receiver);
      if (typeof value !== "function") return value;
      return (...values: readonly unknown[]) => {
        if (mortality.dead) return never;
        mortality.calls += 1;
        const dies = mortality.calls === mortality.at;
        if (dies) mortality.last = `${mortality.when} ${port.name}.${String(property)}`;
        if (dies && mortality.when === "before") mortality.dead = true;
        if (mortality.dead) return never;
        const answer: unknown = value.apply(target, values);
        if (!dies) return answer;
        return (answer as Promise<unknown>).then((settled) => {
          mortality.dead = true;
          return mortality.dead ? never : settled;
        });
      };
    },
  });
}

import type { Domain } from "../domain/domain.ts";
import type { HostingError } from "../errors/index.ts";

/** The parts of a binding, in the order in which they are made; they are undone the other way round. */
export type BindingPart = "dns" | "domain" | "route" | "certificate";

/**
 * How a part is, as it was seen or done just now.
 *
 * `done`: as it should be. `missing`: it should be there, or be different, and is not. `pending`: it is on its way, see `at`.
 * `failed`: see `error`. `not-ours`: somebody else's to do: the DNS of a zone that we do not serve, certificates where nobody issues any.
 */
export type BindingPartState = "done" | "failed" | "missing" | "not-ours" | "pending";

/** One part of a binding, at one place. */
export interface BindingStep {
  readonly part: BindingPart;
  /** The place, the DNS provider, or `store` and `certificates`. */
  readonly place: string;
  readonly state: BindingPartState;
  /** One sentence, for people. */
  readonly detail: string;
  /** This call has changed something there. */
  readonly changed: boolean;
  /** When to look again; `null`: nothing is to be done by time. */
  readonly at: Date | null;
  readonly error?: HostingError | undefined;
}

/** A name, and how far it is from its records to its padlock. */
export interface Binding {
  readonly domain: Domain;
  readonly steps: readonly BindingStep[];
  /** Everything that is ours to do is done. */
  readonly complete: boolean;
}

/** A {@link Binding} of steps. */
export function bindingOf(domain: Domain, steps: readonly BindingStep[]): Binding {
  return { domain, steps, complete: steps.every(({ state }) => state === "done" || state === "not-ours") };
}

/** A step of which there is not much to tell. */
export function bindingStep(
  part: BindingPart,
  place: string,
  state: BindingPartState,
  detail: string,
  more: Partial<Pick<BindingStep, "at" | "changed" | "error">> = {},
): BindingStep {
  return { part, place, state, detail, changed: false, at: null, ...more };
}

/** A step that failed. */
export function failedStep(part: BindingPart, place: string, error: HostingError): BindingStep {
  return bindingStep(part, place, "failed", error.message, { error });
}

import type { Resource, ResourceProvider, ResourceSecrets } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A resource provider for one case, at a place where nothing is in the way. */
export interface ResourceProviderUnderTest extends UnderTest<ResourceProvider> {
  /** A resource that is not there and that nothing is in the way of, as a customer would want it: not yet through `check`. */
  fresh(): Resource;
  /** Secrets for its steps: long words that occur nowhere else. */
  readonly secrets: ResourceSecrets;
  /** The same resource, wanted otherwise, in a way that can be changed in place. Needed when `capabilities.changes`. */
  changed?(resource: Resource): Resource;
  /** Makes a thing of that name that is somebody else's: what is in the way for good. */
  occupy?(resource: Resource): Promise<void>;
  /** Leaves a piece of that name behind, as a creation that was broken off does. */
  abandon?(resource: Resource): Promise<void>;
  /** Another, independent instance at the same place, as the next process would have one. */
  another?(): Promise<ResourceProvider>;
}

/** How to make resource providers for `resourceConformance`. Optional tools: `occupy`, `abandon`, `another`. */
export type ResourceProviderHarness = Harness<ResourceProvider, ResourceProviderUnderTest>;

/** A case of the resource provider's suite before it knows its harness. */
export type ResourceProviderCase = CaseDraft<ResourceProviderUnderTest>;

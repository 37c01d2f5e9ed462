import type { HostRoutes } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A place for one case, and ways to look and to reach behind the adapter's back. */
export interface HostRoutesUnderTest extends UnderTest<HostRoutes> {
  /**
   * Two words that the place takes as backends: ids of sites on an edge node, backends of a load balancer. Whether something answers
   * there is of no meaning.
   */
  readonly backends: readonly [string, string];
  /**
   * What a request for a host comes to, seen without the adapter, best by asking as a visitor: the backend, `→ name` where visitors
   * are sent to another name, `null` where the host is refused.
   */
  visit(hostname: string): Promise<string | null>;
  /** Another instance of the adapter on the same place, as another part of the process has one. */
  another(): HostRoutes;
  /**
   * What serves there is restarted, or reads its configuration again: what is not durable is gone. Where nothing can be restarted,
   * declare `without: ["restart"]`.
   */
  restart?(): Promise<void>;
}

/** How to make places for {@link hostRoutesConformance}. */
export type HostRoutesHarness = Harness<HostRoutes, HostRoutesUnderTest>;

/** A case of the suite before it knows its harness. */
export type HostRoutesCase = CaseDraft<HostRoutesUnderTest>;

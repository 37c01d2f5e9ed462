import {
  type CallOptions,
  err,
  type FencedRequest,
  type HostingErrorOf,
  hostingError,
  ok,
  type ReleaseId,
  type Result,
  type ResultAsync,
  type SiteId,
  type TargetCapabilities,
  type TargetError,
} from "@hostelry/core/adapter";
import { type HeldRelease, type HeldSite, heldSite, type MemoryTargetState } from "./target-state.ts";

/** What the parts of a memory target share. */
export interface TargetContext {
  readonly name: string;
  readonly capabilities: TargetCapabilities;
  readonly state: MemoryTargetState;
  /** Runs a decision in one synchronous section. */
  readonly transact: <T>(
    operation: string,
    options: CallOptions | undefined,
    decision: () => Result<T, TargetError>,
  ) => ResultAsync<T, TargetError>;
}

/** Checks the fencing token and remembers it, in the synchronous section of the change it guards. */
export function passFence(context: TargetContext, request: FencedRequest): Result<HeldSite, HostingErrorOf<"FENCED">> {
  const { siteId, fencingToken } = request;
  const site = heldSite(context.state, siteId);
  if (context.capabilities.fencing && fencingToken < site.fence) {
    const message = `${context.name} has seen token ${site.fence} of ${siteId} and refuses ${fencingToken}.`;
    const details = { target: context.name, siteId, offered: fencingToken, current: site.fence };
    return err(hostingError("FENCED", message, details));
  }
  site.fence = Math.max(site.fence, fencingToken);
  return ok(site);
}

/** The release, if it is staged. */
export function findRelease(
  context: TargetContext,
  siteId: SiteId,
  release: ReleaseId,
): Result<HeldRelease, HostingErrorOf<"RELEASE_NOT_FOUND">> {
  const held = context.state.get(siteId)?.releases.get(release);
  if (held !== undefined) return ok(held);
  const message = `${context.name} holds no release ${release} of ${siteId}.`;
  return err(hostingError("RELEASE_NOT_FOUND", message, { target: context.name, siteId, release }));
}

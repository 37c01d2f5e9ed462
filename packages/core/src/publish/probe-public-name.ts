import { type FailureState, type HostingError, type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { ProbeSample } from "../ports/target.ts";
import type { Publication } from "./publication.ts";

/** What was seen of a publication by the site's public name. */
export type PublicLook =
  /** What it should be. */
  | { readonly outcome: "right" }
  /** The site has no public name that could be asked. */
  | { readonly outcome: "not-asked" }
  /** It could not be asked. That says nothing against the publication: every target has been probed. */
  | { readonly outcome: "unreachable"; readonly problem: HostingError }
  /** Something else is served there. The publication has been taken back. */
  | { readonly outcome: "wrong"; readonly problem: HostingErrorOf<"PROBE_FAILED"> };

/** Looks at a site by its public name, if the host can; `undefined`: it can't. */
export async function probePublicName(
  ports: HostingPorts,
  { siteId, slot, release }: Publication,
  samples: readonly ProbeSample[],
  signal: AbortSignal,
): Promise<PublicLook | undefined> {
  const { publicProbe } = ports;
  if (publicProbe === undefined || slot !== "live") return undefined;
  const seen = await publicProbe.look({ siteId, release, samples }, { signal });
  if (seen.isErr()) return { outcome: "unreachable", problem: seen.error };
  const { asked, mismatches } = seen.value;
  if (!asked) return { outcome: "not-asked" };
  if (mismatches.length === 0) return { outcome: "right" };
  const { name: target } = publicProbe;
  const message = `${target} does not serve release ${release}: ${mismatches.length} of ${samples.length} files differ.`;
  const details = { target, siteId, expected: release, served: null, mismatches };
  return { outcome: "wrong", problem: hostingError("PROBE_FAILED", message, details) };
}

/** The error of a publication that was taken back for what its public name serves. */
export function publicFailure(
  { siteId, number }: Publication,
  problem: HostingErrorOf<"PROBE_FAILED">,
  state: FailureState,
): HostingErrorOf<"PROBE_FAILED"> | HostingErrorOf<"PUBLISH_FAILED"> {
  if (state === "unchanged") return problem;
  const { code, message, details } = problem;
  const targets = [{ target: details.target, code, message }];
  const facts = { siteId, publication: number, step: "probe", state, targets };
  const sentence = `Publication ${number} failed to probe on ${details.target}. Some targets may show the new release.`;
  return hostingError("PUBLISH_FAILED", sentence, facts, { cause: problem });
}

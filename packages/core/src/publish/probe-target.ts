import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { ProbeOutcome, ProbeSample, Target, TargetError } from "../ports/target.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { ReleaseId, ReleaseManifest } from "./release.ts";
import type { SlotName } from "./slot.ts";

const sampleCount = 5;
const maxSampleBytes = 1024 * 1024;

/**
 * The files a probe looks at: the page visitors see first, then some spread over the release, none of them large.
 */
export function probeSamples(manifest: ReleaseManifest): readonly ProbeSample[] {
  const { files } = manifest;
  const chosen = new Map<string, string>();
  const index = files.find((file) => file.path === "index.html");
  if (index !== undefined) chosen.set(index.path, index.sha256);
  const step = Math.max(1, Math.floor(files.length / sampleCount));
  for (let at = 0; at < files.length && chosen.size < sampleCount; at += step) {
    const file = files[at];
    if (file !== undefined && file.size <= maxSampleBytes) chosen.set(file.path, file.sha256);
  }
  return [...chosen].map(([path, sha256]) => ({ path, sha256 }));
}

/** What a probe should see. */
export interface ExpectedProbe {
  readonly siteId: SiteId;
  readonly slot: SlotName;
  readonly release: ReleaseId;
}

/** Looks through the slot as a visitor would; anything but the expected release and bytes is `PROBE_FAILED`. */
export function probeTarget(
  target: Target,
  expected: ExpectedProbe,
  samples: readonly ProbeSample[],
  signal: AbortSignal,
): ResultAsync<void, TargetError | HostingErrorOf<"PROBE_FAILED">> {
  const { siteId, slot } = expected;
  return flow(async function* () {
    const seen = yield* target.probe({ siteId, slot, samples }, { signal });
    return checkProbe(target, expected, samples, seen);
  });
}

/** Compares what a target said it serves with what it should. */
export function checkProbe(
  target: Target,
  { siteId, release }: ExpectedProbe,
  samples: readonly ProbeSample[],
  { served, mismatches }: ProbeOutcome,
): Result<void, HostingErrorOf<"PROBE_FAILED">> {
  if (served === release && mismatches.length === 0) return ok(undefined);
  const what =
    served === release ? `${mismatches.length} of ${samples.length} files differ` : `it serves ${served ?? "nothing"}`;
  const details = { target: target.name, siteId, expected: release, served, mismatches };
  return err(hostingError("PROBE_FAILED", `${target.name} does not serve release ${release}: ${what}.`, details));
}

import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { ProbeSample, Target, TargetError } from "../ports/target.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
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

/** Looks through the slot as a visitor would; anything but the expected release and bytes is `PROBE_FAILED`. */
export function probeTarget(
  target: Target,
  expected: { readonly siteId: SiteId; readonly slot: SlotName; readonly release: ReleaseId },
  samples: readonly ProbeSample[],
  signal: AbortSignal,
): ResultAsync<void, TargetError | HostingErrorOf<"PROBE_FAILED">> {
  const { siteId, slot, release } = expected;
  return flow(async function* () {
    const { served, mismatches } = yield* target.probe({ siteId, slot, samples }, { signal });
    if (served === release && mismatches.length === 0) return ok(undefined);
    const what =
      served === release
        ? `${mismatches.length} of ${samples.length} files differ`
        : `it serves ${served ?? "nothing"}`;
    const details = { target: target.name, siteId, expected: release, served, mismatches };
    return err(hostingError("PROBE_FAILED", `${target.name} does not serve release ${release}: ${what}.`, details));
  });
}

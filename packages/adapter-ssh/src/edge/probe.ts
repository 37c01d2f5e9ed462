import {
  isReleaseId,
  isReleasePath,
  type ProbeOutcome,
  type ProbeSample,
  type SiteId,
  type SlotName,
} from "@hostelry/core/adapter";
import { assertShown, dockOf } from "./dock.ts";
import { type EdgeParts, look, type Tracked, unreadableAnswer } from "./edge-parts.ts";
import { assertSiteId, assertSlot, invalidInput } from "./layout/request-checks.ts";
import { type Answer, lineOf, linesOf } from "./node/answer.ts";
import { escapedText } from "./node/escaped-text.ts";

/** Hashes samples behind a slot, on the node. The pointer is read once, so all are of one release. */
export async function probe(
  parts: EdgeParts,
  request: { readonly siteId: SiteId; readonly slot: SlotName; readonly samples: readonly ProbeSample[] },
  { signal }: Tracked,
): Promise<ProbeOutcome> {
  const { siteId, slot, samples } = request;
  assertSiteId(siteId);
  assertSlot(slot);
  assertShown(parts, slot);
  const words = ["probe", siteId, slot, String(samples.length), dockOf(parts, siteId)];
  const about = { operation: "probe", siteId };
  const answer = await look(parts, about, { words, followedBy: sampleLines(samples), signal });
  const outcome = readProbe(answer, samples);
  if (outcome === undefined) throw unreadableAnswer(parts, "probe", new Error(answer.lines.join("; ")));
  return outcome;
}

/** One line for each sample: its path. The node tells the hashes. */
export function sampleLines(samples: readonly ProbeSample[]): readonly string[] {
  return samples.map(({ path, sha256 }) => {
    if (!isReleasePath(path)) throw invalidInput("samples", `${JSON.stringify(path)} is not a relative path`);
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw invalidInput("samples", `${JSON.stringify(path)} has no SHA-256`);
    return escapedText(path);
  });
}

/** Reads `served RELEASE`, and `hash INDEX SHA256` of each sample that is there. */
export function readProbe(answer: Answer, samples: readonly ProbeSample[]): ProbeOutcome | undefined {
  const served = lineOf(answer, "served");
  if (served === undefined || !(served === "-" || isReleaseId(served))) return undefined;
  const seen = new Set(linesOf(answer, "hash"));
  const differing = samples.filter(({ sha256 }, index) => !seen.has(`${index} ${sha256}`));
  return { served: served === "-" ? null : served, mismatches: differing.map(({ path }) => path) };
}

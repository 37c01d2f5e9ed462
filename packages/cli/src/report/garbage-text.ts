import type { CollectedGarbage, GarbagePlan } from "@hostelry/core";
import { count, formatBytes } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";

/** What was removed, or would be, for people. */
export function garbageText(garbage: GarbagePlan | CollectedGarbage, dryRun: boolean, paint: Palette): string {
  const { blobs, bytes, previews, idempotencyKeys, blockedBy } = garbage;
  const verb = dryRun ? "would be removed" : "removed";
  const amounts = [
    `${count(blobs, "file")} (${formatBytes(bytes)})`,
    ...(previews === 0 ? [] : [count(previews, "closed preview")]),
    ...(idempotencyKeys === 0 ? [] : [count(idempotencyKeys, "expired key")]),
  ];
  const lines = [`${paint.good("✓")} ${amounts.join(", ")} ${verb}`];
  if ("keptBlobs" in garbage) {
    lines.push(`  ${count(garbage.keptBlobs, "file")} (${formatBytes(garbage.keptBytes)}) would stay`);
  } else if (garbage.rescued > 0) {
    lines.push(`  ${count(garbage.rescued, "file")} stayed: stored again meanwhile`);
  }
  if (blockedBy.length === 0) return lines.join("\n");
  lines.push(`${paint.warn("warning")} no file can be removed, for nobody knows which ones these revisions need:`);
  for (const { revisionId, error } of blockedBy) lines.push(`  ${revisionId}: ${error.message} [${error.code}]`);
  lines.push(`  Restore them from a backup, or give them up with --accept-lost.`);
  return lines.join("\n");
}

/** What was removed, or would be, for programs. */
export function garbageObject(garbage: GarbagePlan | CollectedGarbage, dryRun: boolean): object {
  return { dryRun, ...garbage };
}

import { createHash } from "node:crypto";
import { hostingError, type StageRequest, unwrap } from "@hostelry/core/adapter";
import type { EdgeParts, Tracked } from "../edge-parts.ts";
import type { StagePlan } from "./stage-plan.ts";

/** The error for bytes that arrived with other hashes: whose they were, or that they were damaged on the way. */
export async function blame(
  parts: EdgeParts,
  { blobs }: StageRequest,
  plan: StagePlan,
  { signal }: Tracked,
): Promise<unknown> {
  for (const { path, sha256 } of plan.sent) {
    signal?.throwIfAborted();
    const hash = createHash("sha256");
    for await (const chunk of await unwrap(blobs.read(sha256, { signal }))) hash.update(chunk);
    const actual = hash.digest("hex");
    if (actual === sha256) continue;
    const sentence = `The bytes for ${path} are not those of its manifest.`;
    return hostingError("BLOB_MISMATCH", sentence, { expected: sha256, actual });
  }
  const details = { adapter: parts.name, operation: "stage", state: "unchanged" } as const;
  return hostingError(
    "ADAPTER_FAILED",
    `The bytes that arrived at ${parts.name} are not those that were sent.`,
    details,
  );
}

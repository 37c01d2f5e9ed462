import { hasCode } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { PreviewGuard } from "../preview/preview.ts";
import { err, ok, okAsync, type ResultAsync } from "../result/index.ts";
import { previewOfSlot, type Slot } from "./slot.ts";

/** The guard of a preview's slot; none for `live`. One whose time is over is not shown again: `nothing`. */
export function slotGuard(
  ports: HostingPorts,
  { name }: Pick<Slot, "name">,
  options: CallOptions,
): ResultAsync<PreviewGuard | "nothing" | undefined, StoreError> {
  const previewId = previewOfSlot(name);
  if (previewId === undefined) return okAsync(undefined);
  return ports.store
    .getPreview(previewId, options)
    .map(({ revokedAt, expiresAt, singleUse, tokenHash }) => {
      if (revokedAt !== undefined || expiresAt <= ports.clock.now()) return "nothing" as const;
      return { tokenHash: singleUse ? null : tokenHash, expiresAt };
    })
    .orElse((error) => (hasCode(error, "PREVIEW_NOT_FOUND") ? ok("nothing" as const) : err(error)));
}

import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { PreviewTokenError, StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import type { Preview, PreviewId } from "./preview.ts";
import { hashPreviewToken } from "./preview-token.ts";

/** Errors of `previews.check`, in words of HTTP: 401 required, 403 forbidden or used, 410 expired or revoked. */
export type CheckPreviewError = PreviewTokenError | StoreError | HostingErrorOf<"PREVIEW_TOKEN_REQUIRED">;

/**
 * The guard: decides whether a token opens a preview now. A single-use link is used up by the first success. Nothing
 * about the visitor is kept.
 *
 * With `previewId`, a token of another preview is `PREVIEW_FORBIDDEN`, in the same words as one that never was.
 */
export function checkPreview(
  ports: HostingPorts,
  input: { readonly token: string | undefined; readonly previewId?: PreviewId | undefined },
  options: CallOptions = {},
): ResultAsync<Preview, CheckPreviewError> {
  return flow(async function* () {
    const { token, previewId = null } = input;
    if (token === undefined || token === "") {
      return err(hostingError("PREVIEW_TOKEN_REQUIRED", "This preview opens with its token only.", { previewId }));
    }
    const request = { tokenHash: hashPreviewToken(token), previewId: previewId ?? undefined, now: ports.clock.now() };
    return ok(yield* ports.store.consumePreviewToken(request, { signal: options.signal }));
  });
}

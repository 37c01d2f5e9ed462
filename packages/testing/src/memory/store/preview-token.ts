import { type HostingErrorOf, hostingError, type Preview, type PreviewTokenError } from "@hostelry/core/adapter";

/** Why a token does not open the preview it belongs to; `undefined` when it does. Revoked, then expired, then used. */
export function tokenRefusal(preview: Preview, now: Date): PreviewTokenError | undefined {
  const { id: previewId, revokedAt, expiresAt, singleUse, usedAt } = preview;
  if (revokedAt !== undefined) {
    return hostingError("PREVIEW_REVOKED", "This preview was closed by its owner.", {
      previewId,
      revokedAt: revokedAt.toISOString(),
    });
  }
  if (expiresAt <= now) {
    return hostingError("PREVIEW_EXPIRED", "This preview has expired.", {
      previewId,
      expiredAt: expiresAt.toISOString(),
    });
  }
  if (singleUse && usedAt !== undefined) {
    return hostingError("PREVIEW_TOKEN_USED", "This preview's link was used already.", { previewId });
  }
  return undefined;
}

/** The refusal of a token that nobody has. */
export function tokenForbidden(): HostingErrorOf<"PREVIEW_FORBIDDEN"> {
  return hostingError("PREVIEW_FORBIDDEN", "The token opens no preview.", { previewId: null });
}
